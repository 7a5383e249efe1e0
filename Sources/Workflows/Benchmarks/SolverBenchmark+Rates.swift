internal import BitCore
internal import Ising
internal import Profiling

extension SolverBenchmark {
    /// Proposals a nanosecond of every engine of annealing on graphs of ±1 couplings, what a second thread adds, and the states a nanosecond of
    /// enumeration. Annealing runs at its own schedule, hot and cold sweeps alike: rates of cold sweeps alone are flattering.
    /// - Parameter secondsPerRow: about how long each is measured.
    public static func rates(threads: Int, seed: UInt64, secondsPerRow: Double = 1.5, _ control: RunControl) throws -> SolverBenchmarkReport {
        let graphs = try [
            Graph("degree 5, n 5000", variables: 5000, couplings: 12_500, seed: seed, goals: ["scalar": 0.25, "bytes": 2.5, "planes": 25]),
            Graph("degree 20, n 2000", variables: 2000, couplings: 20_000, seed: seed, goals: ["scalar": 0.25]),
            Graph("complete, n 2000", variables: 2000, couplings: nil, seed: seed, goals: ["dense": 0.2]),
        ]
        let engines = SimulatedAnnealing.Engine.allCases.filter { $0 != .auto && $0 != .reference }
        var rows: [SolverBenchmarkRow] = []
        var done = 0
        func add(_ row: SolverBenchmarkRow) {
            rows.append(row)
            done += 1
            control.onProgress(
                Progress(stage: "measuring rates", completed: done, total: graphs.count * (engines.count + 1) + 1, unit: "rows", note: row.name))
        }
        for graph in graphs {
            for engine in engines where !control.isCancelled() {
                // Engines that do not take the model leave no row.
                guard let runs = try? measure(graph, engine, threads: [1], secondsPerRow, control)[0], !runs.isEmpty else { continue }
                add(row("sa", graph, engine.rawValue, threads: 1, runs, goal: graph.goals[engine.rawValue]))
            }
            guard threads > 1, !control.isCancelled() else { continue }
            let both = try measure(graph, .auto, threads: [1, threads], 2 * secondsPerRow, control)
            guard !both[0].isEmpty, !both[1].isEmpty else { continue }
            let one = BenchmarkRow.Seconds(both[0].map(\.rate)).median
            add(row("sa", graph, both[1][0].engine, threads: threads, both[1], roof: Double(threads) * one))
        }
        if !control.isCancelled() { add(try enumeration(seed: seed, control)) }
        return SolverBenchmarkReport(rows: rows, isComplete: !control.isCancelled())
    }

    /// A random graph of couplings ±1.
    struct Graph {
        var name: String
        var model: IsingModel
        /// By engine.
        var goals: [String: Double]

        /// - Parameter couplings: how many, between random pairs; nil for all pairs.
        init(_ name: String, variables: Int, couplings: Int?, seed: UInt64, goals: [String: Double]) throws {
            var generator = SeededGenerator(seed: seed).split("solver benchmark").split(name)
            var edges: [(Int, Int, Double)] = []
            if let couplings {
                var pairs: Set<Int> = []
                while edges.count < couplings {
                    let (a, b) = (generator.index(below: variables), generator.index(below: variables))
                    guard a != b, pairs.insert(Swift.min(a, b) * variables + Swift.max(a, b)).inserted else { continue }
                    edges.append((a, b, generator.next() & 1 == 0 ? -1 : 1))
                }
            } else {
                for a in 0..<variables { for b in 0..<a { edges.append((b, a, generator.next() & 1 == 0 ? -1 : 1)) } }
            }
            self.name = name
            self.goals = goals
            model = try IsingModel(fields: [Double](repeating: 0, count: variables), couplings: edges)
        }
    }

    private struct Run {
        var seconds: Double
        var rate: Double
        var engine: String
    }

    /// Three repeats for each number of threads, taking turns.
    private static func measure(
        _ graph: Graph, _ engine: SimulatedAnnealing.Engine, threads: [Int], _ seconds: Double, _ control: RunControl
    ) throws -> [[Run]] {
        let sampler = SimulatedAnnealing(.init(engine: engine, sweeps: 1000))
        var runs = [[Run]](repeating: [], count: threads.count)
        for repetition in 0..<3 {
            for (place, count) in threads.enumerated() where !control.isCancelled() {
                let set = try sampler.sample(
                    graph.model, seed: UInt64(repetition),
                    control: SamplingControl(
                        timeLimit: seconds / Double(3 * threads.count), threads: count, seconds: control.seconds, isCancelled: control.isCancelled))
                guard set.seconds > 0, set.updates > 0 else { continue }
                runs[place].append(Run(seconds: set.seconds, rate: Double(set.updates) / set.seconds * 1e-9, engine: set.details["engine"] ?? ""))
            }
        }
        return runs
    }

    private static func row(
        _ name: String, _ graph: Graph, _ engine: String, threads: Int, _ runs: [Run], roof: Double? = nil, goal: Double? = nil
    ) -> SolverBenchmarkRow {
        SolverBenchmarkRow(
            name: name, shape: graph.name, isa: engine, threads: threads, seconds: .init(runs.map(\.seconds)),
            rate: BenchmarkRow.Seconds(runs.map(\.rate)).median, unit: "proposals/ns", sampler: name, roof: roof, goal: goal)
    }

    /// All states of 30 spins, every pair coupled; the goal is a second.
    private static func enumeration(seed: UInt64, _ control: RunControl) throws -> SolverBenchmarkRow {
        let graph = try Graph("complete, n 30", variables: 30, couplings: nil, seed: seed, goals: [:])
        var options = ExactSolver.Options()
        options.method = .enumeration
        var times: [Double] = []
        for _ in 0..<3 where times.isEmpty || !control.isCancelled() {
            let set = try ExactSolver(options: options).sample(
                graph.model, seed: seed, control: SamplingControl(seconds: control.seconds, isCancelled: control.isCancelled))
            times.append(set.seconds)
        }
        let spread = BenchmarkRow.Seconds(times)
        return SolverBenchmarkRow(
            name: "exact", shape: graph.name, isa: InstructionSet.active.rawValue, threads: 1, seconds: spread, rate: 0x1p30 / spread.median * 1e-9,
            unit: "states/ns", sampler: "exact", goal: 0x1p30 * 1e-9)
    }
}
