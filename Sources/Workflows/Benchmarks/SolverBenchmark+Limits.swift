internal import BitCore
internal import Ising
internal import Profiling
internal import Report

extension SolverBenchmark {
    /// How far samplers overrun limits of time, counted by the caller's clock around the whole call, on three generated graphs of ±1 couplings.
    /// - Parameters:
    ///   - samplers: names; nil for all of the catalogue.
    ///   - variables: of the graphs: one of mean degree 48, a complete one, one of mean degree 10.
    ///   - limits: seconds.
    ///   - repeats: searches for each sampler, graph and limit; the worst counts.
    public static func limits(
        _ samplers: [String]? = nil, variables: (Int, Int, Int) = (800, 2000, 100_000), limits: [Double] = [0.1, 1], repeats: Int = 3, threads: Int,
        seed: UInt64, _ control: RunControl
    ) throws -> SolverBenchmarkReport {
        let names = samplers ?? SamplerCatalog.entries.map(\.name)
        let chosen = try names.map { ($0, try SamplerCatalog.sampler($0)) }
        let (middling, complete, sparse) = variables
        var rows: [SolverBenchmarkRow] = []
        var done = 0
        for (name, count, couplings) in [
            ("degree 48, n \(middling)", middling, 24 * middling), ("complete, n \(complete)", complete, nil),
            ("degree 10, n \(sparse)", sparse, 5 * sparse),
        ] as [(String, Int, Int?)] where !control.isCancelled() {
            let graph = try Graph(name, variables: count, couplings: couplings, seed: seed, goals: [:])
            for (name, sampler) in chosen {
                for limit in limits where !control.isCancelled() {
                    var overruns: [Double] = []
                    var isSuited = true
                    for repetition in 0..<UInt64(repeats) where isSuited && !control.isCancelled() {
                        let start = control.seconds()
                        let inner = SamplingControl(timeLimit: limit, threads: threads, seconds: control.seconds, isCancelled: control.isCancelled)
                        isSuited = try takes(graph.model, sampler, seed: seed &+ repetition, inner)
                        if isSuited { overruns.append(control.seconds() - start - limit) }
                    }
                    done += 1
                    control.onProgress(
                        Progress(stage: "measuring limits", completed: done, total: 3 * chosen.count * limits.count, unit: "rows", note: name))
                    guard !control.isCancelled(), isSuited, let worst = overruns.max() else { continue }
                    rows.append(
                        SolverBenchmarkRow(limit: limit, name: name, shape: graph.name, threads: threads, overruns: overruns, worst: worst))
                }
            }
        }
        return SolverBenchmarkReport(rows: rows, isComplete: !control.isCancelled())
    }

    /// Searches; false where the sampler is made for other models.
    private static func takes(
        _ model: IsingModel, _ sampler: any Sampler, seed: UInt64, _ control: SamplingControl
    ) throws(SamplerError) -> Bool {
        do {
            _ = try sampler.sample(model, seed: seed, control: control)
            return true
        } catch {
            guard case .unsuited = error else { throw error }
            return false
        }
    }
}

extension SolverBenchmarkRow {
    /// The unit of rows on limits of time.
    static let overrun = "ms late"

    /// The goal is the promise of `Sampler`: 10 ms.
    fileprivate init(limit: Double, name: String, shape: String, threads: Int, overruns: [Double], worst: Double) {
        self.init(
            name: name, shape: shape, isa: "", threads: threads, seconds: BenchmarkRow.Seconds(overruns), rate: worst * 1e3, unit: Self.overrun,
            sampler: name, goal: 10)
        within = limit
        isReached = worst <= 0.01
    }
}

extension SolverBenchmarkReport {
    /// A line a sampler and limit, a column a graph.
    static func limitsTable(_ rows: [SolverBenchmarkRow]) -> String {
        var shapes: [String] = []
        var lines: [(sampler: String, limit: Double)] = []
        for row in rows {
            if !shapes.contains(row.shape) { shapes.append(row.shape) }
            if !lines.contains(where: { $0 == (row.name, row.within ?? 0) }) { lines.append((row.name, row.within ?? 0)) }
        }
        var table = TextTable([.text("worst overrun of"), .number("limit")] + shapes.map { .number($0) } + [.text("")])
        for line in lines {
            let cells = shapes.map { shape in rows.first { $0.shape == shape && $0.name == line.sampler && $0.within == line.limit } }
            table.append(
                [line.sampler, SolveReport.time(line.limit)] + cells.map { $0.map { $0.rate > 0 ? SolveReport.time($0.rate * 1e-3) : "–" } ?? "" }
                    + [cells.allSatisfy { $0?.isReached != false } ? "" : "missed"])
        }
        return table.render() + "\n– : ended before the limit; promised are 10 ms"
    }
}
