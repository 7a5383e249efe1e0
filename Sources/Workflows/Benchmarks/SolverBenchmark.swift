public import Ising

/// Measures samplers: what they find in how long on instances, and how many proposals a nanosecond their engines make.
public struct SolverBenchmark: Sendable {
    public var sampler: String
    public var options: String?
    /// Seconds a run; nil for each instance's own, or 10.
    public var timeLimit: Double?
    /// Runs an instance, with seeds that follow one another.
    public var seeds: Int
    public var firstSeed: UInt64
    public var threads: Int

    public init(
        sampler: String = "auto", options: String? = nil, timeLimit: Double? = nil, seeds: Int = 10, firstSeed: UInt64 = 0, threads: Int = 1
    ) {
        (self.sampler, self.options, self.timeLimit) = (sampler, options, timeLimit)
        (self.seeds, self.firstSeed, self.threads) = (seeds, firstSeed, threads)
    }

    /// A problem with what is known of it.
    public struct Instance: Sendable {
        public var name: String
        /// Made when it is needed: not all are held at once.
        public var problem: @Sendable () throws -> ConstrainedProblem
        /// The objective to reach.
        public var target: Double?
        /// In this many seconds.
        public var within: Double?
        /// Seconds a run.
        public var timeLimit: Double

        public init(
            _ name: String, target: Double? = nil, within: Double? = nil, timeLimit: Double = 10, problem: @escaping @Sendable () throws -> ConstrainedProblem
        ) {
            (self.name, self.problem, self.target, self.within, self.timeLimit) = (name, problem, target, within, timeLimit)
        }
    }

    /// Solves every instance with every seed. A run ends at its target, its time limit, or by itself.
    public func run(_ instances: [Instance], _ control: RunControl) throws -> SolverBenchmarkReport {
        let sampler = try SamplerCatalog.sampler(sampler, options: options)
        guard seeds >= 1 else { throw ConfigurationError(reason: "\(seeds) seeds; use 1 or more") }
        var rows: [SolverBenchmarkRow] = []
        var done = 0
        for instance in instances where !control.isCancelled() {
            let problem = try instance.problem()
            var runs: [SolveReport] = []
            for seed in 0..<UInt64(seeds) where !control.isCancelled() {
                let request = SolveRequest(
                    instance.name, sampler: self.sampler, target: instance.target, seed: firstSeed &+ seed, threads: threads)
                let solution = try problem.solve(
                    sampler, timeLimit: timeLimit ?? instance.timeLimit, request: request, start: control.seconds(), control
                ) { _ in }
                if solution.report.status != .cancelled { runs.append(solution.report) }
                done += 1
                control.onProgress(
                    Progress(
                        stage: "solving", completed: done, total: seeds * instances.count, unit: "runs",
                        note: "\(instance.name): \(SolveReport.number(solution.report.objective))"))
            }
            if let row = SolverBenchmarkRow(instance, runs) { rows.append(row) }
        }
        return SolverBenchmarkReport(rows: rows, isComplete: !control.isCancelled())
    }

    /// Instances from files; nothing is known of them but a target that is given.
    public static func instances(_ paths: [String], format: String? = nil, sense: String? = nil, target: Double? = nil) throws -> [Instance] {
        let format = try format.map(ProblemFormat.init(named:))
        let sense = try sense.map(Problem.Sense.init(named:))
        return paths.map { path in
            Instance(String(path.split(separator: "/").last ?? ""), target: target) {
                try ConstrainedProblem.read(path, format: format, sense: sense)
            }
        }
    }
}
