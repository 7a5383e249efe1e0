internal import Foundation
internal import Report

/// Our figures beside the published ones, with everything a reader needs to judge both.
public struct ReproductionReport: Sendable, Hashable, Codable {
    public struct Row: Sendable, Hashable, Codable {
        public var what: String
        /// A share, or a difference of shares; null where nothing was published.
        public var published: Double?
        /// Mean over the seeds, likewise.
        public var ours: Double?
        /// Half the width of the 95 % interval of `ours`.
        public var interval: Double?
        public var seeds: [UInt64]
        public var values: [Double]
        public var note: String
        /// `ours` is a difference of two other rows.
        public var isDifference: Bool
        /// Of a difference: Student's two-sided p-value over the seeds.
        public var pValue: Double? = nil
        /// What else was measured, means over the seeds.
        public var measures: [String: Double]? = nil
        /// Of `published`, `ours` and `interval`; nil for shares.
        public var unit: String? = nil

        public func encode(to encoder: any Encoder) throws {
            // Every key is there in every row, null where there is nothing.
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(what, forKey: .what)
            try container.encode(published, forKey: .published)
            try container.encode(ours, forKey: .ours)
            try container.encode(interval, forKey: .interval)
            try container.encode(seeds, forKey: .seeds)
            try container.encode(values, forKey: .values)
            try container.encode(note, forKey: .note)
            try container.encode(isDifference, forKey: .isDifference)
            try container.encodeIfPresent(pValue, forKey: .pValue)
            try container.encodeIfPresent(measures, forKey: .measures)
            try container.encodeIfPresent(unit, forKey: .unit)
        }
    }

    public var name: String
    public var title: String
    public var source: String
    public var budget: Experiment.Budget
    public var setting: String
    public var rows: [Row]
    /// What the rows sum up, where they do.
    public var details: [Row]?
    /// What the rows measure; nil for test accuracies.
    public var measure: String?
    /// What intervals follow from where no row has more than two seeds; nil where each follows from its own.
    public var scatter: PooledScatter?
    public var notShown: [String]
    public var command: String
    public var commit: String
    public var machine: String
    public var version: String
    public var seeds: [UInt64]
    public var runs: Int
    public var completed: Int
    public var failed: Int
    public var interrupted: Bool
    public var failures: [SweepReport.Failure]
    /// Sum over the runs.
    public var trainingSeconds: Double
    /// Of this call.
    public var seconds: Double
    public var jsonPath: String
    public var markdownPath: String
    public var pagePath: String
    /// The sweep's own page, with the curves; nil of an experiment that is no sweep.
    public var sweepPath: String?

    init(_ experiment: Experiment, _ plan: ExperimentPlan, _ budget: Experiment.Budget, _ sweep: SweepReport, folder: String) {
        name = experiment.name
        title = experiment.title
        source = experiment.source
        self.budget = budget
        setting = plan.setting
        let groups = Dictionary(sweep.groups.map { ($0.label, $0) }) { first, _ in first }
        let scatter = Self.scatter(plan.rows.map { groups[$0.what]?.testAccuracies ?? [] })
        self.scatter = scatter
        rows = plan.rows.map { row in
            let group = groups[row.what]
            let accuracy = group?.testAccuracy
            return Row(
                what: row.what, published: row.published, ours: accuracy?.mean,
                interval: accuracy.flatMap { accuracy in scatter.map { $0.halfWidth(of: accuracy.count) } ?? accuracy.halfWidth },
                seeds: group?.seeds ?? [], values: group?.testAccuracies ?? [], note: row.note, isDifference: false)
        }
        rows += plan.comparisons.map { comparison in
            let (a, b) = (groups[comparison.a]?.bySeed ?? [:], groups[comparison.b]?.bySeed ?? [:])
            let seeds = a.keys.filter { b[$0] != nil }.sorted()
            let difference = MeanInterval.paired(a, b)
            let pooled = difference.flatMap { difference in
                scatter.map { ($0.halfWidth(ofDifferences: difference.count), $0.pValue(of: difference.mean, difference.count)) }
            }
            let (interval, pValue) = pooled ?? (difference?.halfWidth, difference?.pValue)
            return Row(
                what: "\(comparison.a) − \(comparison.b)", published: comparison.published, ours: difference?.mean, interval: interval, seeds: seeds,
                values: seeds.map { (a[$0] ?? 0) - (b[$0] ?? 0) }, note: comparison.note, isDifference: true, pValue: pValue)
        }
        notShown = plan.notShown
        (command, commit, machine, version) = ("", "unknown", "", Version.current)
        seeds = plan.seeds
        (runs, completed, failed, interrupted) = (sweep.runs, sweep.completed, sweep.failed, sweep.interrupted)
        failures = sweep.failures
        (trainingSeconds, seconds) = (sweep.trainingSeconds, sweep.seconds)
        jsonPath = "\(folder)/\(experiment.name).json"
        markdownPath = "\(folder)/\(experiment.name).md"
        pagePath = "\(folder)/\(experiment.name).html"
        sweepPath = sweep.reportPath
    }

    /// Two seeds say next to nothing about their own scatter; many pairs together do.
    private static func scatter(_ accuracies: [[Double]]) -> PooledScatter? {
        guard !accuracies.contains(where: { $0.count > 2 }), let scatter = PooledScatter(accuracies), scatter.degrees >= 4 else { return nil }
        return scatter
    }

    init(_ experiment: Experiment, _ table: ExperimentTable, _ budget: Experiment.Budget, seconds: Double, folder: String) {
        (name, title, source, self.budget) = (experiment.name, experiment.title, experiment.source, budget)
        (setting, rows, details, notShown) = (table.setting, table.rows, table.details, table.notShown)
        measure = table.measure
        (command, commit, machine, version) = ("", "unknown", "", Version.current)
        (seeds, runs, completed, failed, interrupted) = (table.seeds, table.runs, table.completed, 0, table.interrupted)
        failures = []
        (trainingSeconds, self.seconds) = (table.trainingSeconds, seconds)
        jsonPath = "\(folder)/\(experiment.name).json"
        markdownPath = "\(folder)/\(experiment.name).md"
        pagePath = "\(folder)/\(experiment.name).html"
    }
}
