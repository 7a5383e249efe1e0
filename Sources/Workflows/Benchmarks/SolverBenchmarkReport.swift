public import Profiling
internal import Report

/// A line of `spinflip bench solvers`: as every benchmark's, and for instances what the seeds found.
public struct SolverBenchmarkRow: Codable, Sendable, Hashable {
    /// The instance, or the engine.
    public var name: String
    public var shape: String
    public var isa: String
    public var threads: Int
    /// Of an instance: to the best objective of each run. Of a rate: of each repeat. Of a limit: by how much each search was late.
    public var seconds: BenchmarkRow.Seconds
    /// Of an instance: the median objective. Of a limit: the worst overrun.
    public var rate: Double
    /// `objective`, `errors`, `proposals/ns`, `states/ns`, `flips/µs`, `ms late`.
    public var unit: String
    /// Of an instance: the target. Of two threads: twice the rate of one.
    public var roof: Double?
    /// `rate / roof`.
    public var fraction: Double?
    public var sampler: String
    /// What the project wants to reach: the rate, or the target.
    public var goal: Double?
    /// Seconds in which the median run is to reach the target; the limit that was set.
    public var within: Double?
    /// In the order of the seeds.
    public var objectives: [Double]
    public var secondsToBest: [Double]
    /// Runs that reached the target.
    public var met: Int?
    /// Whether the median run reached it, and in time.
    public var isReached: Bool?

    init(
        name: String, shape: String, isa: String, threads: Int, seconds: BenchmarkRow.Seconds, rate: Double, unit: String, sampler: String,
        roof: Double? = nil, goal: Double? = nil
    ) {
        (self.name, self.shape, self.isa, self.threads, self.seconds) = (name, shape, isa, threads, seconds)
        (self.rate, self.unit, self.sampler, self.roof, self.goal) = (rate, unit, sampler, roof, goal)
        fraction = roof.map { rate / $0 }
        (objectives, secondsToBest) = ([], [])
        isReached = goal.map { rate >= $0 }
    }

    /// nil without a finished run.
    init?(_ instance: SolverBenchmark.Instance, _ runs: [SolveReport]) {
        guard let first = runs.first else { return nil }
        objectives = runs.map(\.objective)
        secondsToBest = runs.map(\.secondsToBest)
        name = instance.name
        shape = "\(first.variables) variables, \(first.interactions) interactions"
        isa = first.details["engine"] ?? first.details["method"] ?? ""
        (threads, sampler) = (first.threads, first.sampler)
        seconds = BenchmarkRow.Seconds(secondsToBest)
        rate = BenchmarkRow.Seconds(objectives).median
        unit = "objective"
        (roof, goal, within) = (instance.target, instance.target, instance.within)
        fraction = instance.target.flatMap { $0 == 0 ? nil : BenchmarkRow.Seconds(runs.map(\.objective)).median / $0 }
        if instance.target != nil {
            met = runs.count { $0.targetMet == true }
            // The median run: a run that missed took for ever.
            let times = runs.map { $0.targetMet == true ? $0.secondsToBest : .infinity }.sorted()
            let median = times[(times.count - 1) / 2]
            isReached = median <= (instance.within ?? .greatestFiniteMagnitude)
        }
    }
}

/// What `spinflip bench solvers` reports.
public struct SolverBenchmarkReport: Codable, Sendable, Hashable {
    public var rows: [SolverBenchmarkRow]
    /// False when it was stopped before the last row.
    public var isComplete: Bool

    public init(rows: [SolverBenchmarkRow], isComplete: Bool) {
        (self.rows, self.isComplete) = (rows, isComplete)
    }

    public var text: String {
        var parts: [String] = []
        let instances = rows.filter { $0.unit == "objective" || $0.unit == SolverBenchmarkRow.errors }
        let limits = rows.filter { $0.unit == SolverBenchmarkRow.overrun }
        let rates = rows.filter { $0.unit.hasSuffix("/ns") || $0.unit.hasSuffix("/µs") }
        if !rates.isEmpty {
            var table = TextTable([
                .text("rate of"), .text("on"), .text("engine"), .number("threads"), .number("rate"), .text(""), .number("goal"), .number("of twice one"),
                .text(""),
            ])
            for row in rates {
                table.append([
                    row.name, row.shape, row.isa, "\(row.threads)", NumberText.compact(row.rate), row.unit, row.goal.map { NumberText.compact($0) } ?? "",
                    row.fraction.map { NumberText.percent($0, places: 0) } ?? "", Self.verdict(row),
                ])
            }
            parts.append(table.render())
        }
        if !instances.isEmpty {
            var table = TextTable([
                .text("instance"), .text("by"), .number("target"), .number("median"), .number("least"), .number("greatest"), .number("met"),
                .number("median time"),
                .number("min – max"), .number("wanted"), .text(""),
            ])
            for row in instances {
                table.append([
                    row.name, row.sampler, row.goal.map(SolveReport.number) ?? "", SolveReport.number(row.rate),
                    SolveReport.number(row.objectives.min() ?? row.rate),
                    SolveReport.number(row.objectives.max() ?? row.rate), row.met.map { "\($0)/\(row.objectives.count)" } ?? "",
                    SolveReport.time(row.seconds.median), SolveReport.time(row.seconds.min) + " – " + SolveReport.time(row.seconds.max),
                    row.within.map(SolveReport.time) ?? "", Self.verdict(row),
                ])
            }
            parts.append(table.render())
        }
        if !limits.isEmpty { parts.append(Self.limitsTable(limits)) }
        return parts.joined(separator: "\n\n") + (isComplete ? "" : "\nstopped early")
    }

    private static func verdict(_ row: SolverBenchmarkRow) -> String { row.isReached.map { $0 ? "reached" : "missed" } ?? "" }
}
