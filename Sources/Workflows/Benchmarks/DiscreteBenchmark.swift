internal import BitCore
internal import Ising
internal import Profiling
internal import QUBOTraining

/// How soon the training of small networks as a discrete problem makes no error, and how fast the space of weights is searched.
public enum DiscreteBenchmark {
    /// Networks, training samples and seconds in which the median seed is to fit its teacher.
    public struct Teacher: Sendable, Hashable {
        public var layers: [Int]
        public var samples: Int

        public init(_ layers: [Int], samples: Int) { (self.layers, self.samples) = (layers, samples) }
    }

    public static let teachers = [Teacher([9, 3, 1], samples: 10), Teacher([9, 3, 1], samples: 20), Teacher([25, 5, 1], samples: 20)]

    /// Every form on samples that a random network of the same edges has labelled: errors, and the time until there are none.
    /// - Parameters:
    ///   - timeLimit: seconds a search.
    ///   - goals: by form, seconds for the median seed.
    public static func fits(
        teachers: [Teacher] = teachers, forms: [SpinForm] = [.weights, .qubo], seeds: Int = 20, firstSeed: UInt64 = 0, timeLimit: Double = 10,
        goals: [SpinForm: Double] = [.weights: 0.05, .qubo: 10], _ control: RunControl
    ) throws -> SolverBenchmarkReport {
        var rows: [SolverBenchmarkRow] = []
        for teacher in teachers {
            let network = try SpinNetwork(layers: teacher.layers)
            for form in forms {
                var runs: [SpinSolution] = []
                var size = (variables: 0, interactions: 0)
                for seed in 0..<UInt64(seeds) where !control.isCancelled() {
                    let problem = try SpinProblem(network, TeacherTask(network, samples: teacher.samples, seed: firstSeed &+ seed).train)
                    size = form.size(problem)
                    let searching = SamplingControl(timeLimit: timeLimit, target: 0, seconds: control.seconds, isCancelled: control.isCancelled)
                    runs.append(try form.solver(nil).solve(problem, seed: firstSeed &+ seed, control: searching))
                    control.onProgress(
                        Progress(stage: "fitting teachers", completed: rows.count, total: teachers.count * forms.count, unit: "rows", note: form.rawValue))
                }
                guard runs.count == seeds, !runs.isEmpty else { continue }
                let name = "\(teacher.layers.map(String.init).joined(separator: "-")), \(teacher.samples) samples"
                rows.append(SolverBenchmarkRow(name: name, form: form, variables: size.variables, runs, within: goals[form]))
            }
        }
        return SolverBenchmarkReport(rows: rows, isComplete: !control.isCancelled())
    }

    /// Flips a microsecond that annealing of weights evaluates on random samples of random classes, hot and cold sweeps alike; and against samples. With
    /// as many samples again a flip may cost twice as much: that is the goal of all rows but the first.
    public static func rates(
        layers: [Int] = [784, 16, 10], samples: [Int] = [1000, 2000, 4000, 8000], seconds: Double = 1, repeats: Int = 3, seed: UInt64 = 0,
        _ control: RunControl
    ) throws -> SolverBenchmarkReport {
        var rows: [SolverBenchmarkRow] = []
        let network = try SpinNetwork(layers: layers)
        for count in samples {
            let problem = try SpinProblem(network, randomSamples(count, of: network, seed: seed), TrainingObjective(loss: .hinge(margin: layers[1] / 2)))
            var times: [Double] = []
            var rates: [Double] = []
            for repetition in 0..<UInt64(repeats) where !control.isCancelled() {
                let solution = try WeightAnnealing().solve(
                    problem, seed: seed &+ repetition,
                    control: SamplingControl(timeLimit: seconds, seconds: control.seconds, isCancelled: control.isCancelled))
                times.append(solution.seconds)
                rates.append(Double(solution.updates) / solution.seconds * 1e-6)
            }
            guard rates.count == repeats, !rates.isEmpty else { break }
            let rate = BenchmarkRow.Seconds(rates).median
            let goal = rows.first.map { $0.rate * Double(samples[0]) / Double(count) } ?? 1
            rows.append(
                SolverBenchmarkRow(
                    name: "weights", shape: "\(layers.map(String.init).joined(separator: "-")), \(count) samples", isa: InstructionSet.active.rawValue,
                    threads: 1, seconds: .init(times), rate: rate, unit: "flips/µs", sampler: "weights", goal: goal))
            control.onProgress(Progress(stage: "measuring rates", completed: rows.count, total: samples.count, unit: "rows", note: "\(count) samples"))
        }
        return SolverBenchmarkReport(rows: rows, isComplete: !control.isCancelled())
    }

    private static func randomSamples(_ count: Int, of network: SpinNetwork, seed: UInt64) throws -> SpinSamples {
        var generator = SeededGenerator(seed: seed).split("discrete benchmark")
        let values = (0..<count * network.inputs).map { _ in generator.next() & 1 == 0 ? Int8(1) : -1 }
        let labels = (0..<count).map { _ in generator.index(below: network.outputs.count) }
        return try SpinSamples(inputs: network.inputs, outputs: network.outputs.count, values: values, labels: labels)
    }
}

extension SolverBenchmarkRow {
    /// The unit of rows on training errors.
    static let errors = "errors"

    /// - Precondition: at least one run.
    fileprivate init(name: String, form: SpinForm, variables: Int, _ runs: [SpinSolution], within: Double?) {
        let errors = runs.map { Double($0.evaluation.errors) }
        self.init(
            name: name, shape: "\(variables) variables", isa: InstructionSet.active.rawValue, threads: 1, seconds: .init(runs.map(\.seconds)),
            rate: BenchmarkRow.Seconds(errors).median, unit: Self.errors, sampler: form.rawValue)
        objectives = errors
        secondsToBest = runs.map(\.seconds)
        goal = 0
        self.within = within
        met = errors.count { $0 == 0 }
        let times = zip(errors, secondsToBest).map { $0 == 0 ? $1 : .infinity }.sorted()
        isReached = within.map { times[(times.count - 1) / 2] <= $0 }
    }
}
