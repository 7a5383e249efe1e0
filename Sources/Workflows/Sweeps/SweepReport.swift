internal import Foundation
internal import RunStore

/// What came out of a sweep: every run, and the runs of each group together.
public struct SweepReport: Sendable, Hashable, Codable {
    /// Runs that differ in nothing but the seed.
    public struct Group: Sendable, Hashable, Codable {
        public var label: String
        public var variant: String?
        /// By option, what is varied: `gamma`, `epochs`.
        public var values: [String: String]
        /// Of the runs that are done.
        public var seeds: [UInt64]
        /// In the order of `seeds`.
        public var testAccuracies: [Double]
        /// Over the seeds; nil when no run is done.
        public var testAccuracy: MeanInterval?
        public var trainAccuracy: Double?
        public var flipRatio: Double?
        /// Mean over the runs.
        public var seconds: Double?
        public var failed: Int
        /// Neither done nor failed.
        public var open: Int
        public var configuration: TrainingConfiguration

        /// Test accuracy by seed.
        public var bySeed: [UInt64: Double] { Dictionary(zip(seeds, testAccuracies)) { first, _ in first } }
    }

    public struct Failure: Sendable, Hashable, Codable {
        public var label: String
        public var message: String
    }

    public var name: String
    /// Different runs; two groups may share one.
    public var runs: Int
    public var completed: Int
    public var failed: Int
    /// The group of the greatest mean test accuracy, among those all of whose runs are done if there are any.
    public var best: Group?
    /// By mean test accuracy, the best first.
    public var groups: [Group]
    /// The order of the columns of options.
    public var columns: [String]
    public var failures: [Failure]
    /// Sum over the runs that are done.
    public var trainingSeconds: Double
    /// Of this call.
    public var seconds: Double
    public var interrupted: Bool
    public var storePath: String
    public var reportPath: String
    public var csvPath: String
    public var jsonPath: String

    /// Adds up what the store holds.
    init(_ plan: SweepPlan, _ stored: [StoredRun], folder: String, seconds: Double, interrupted: Bool) {
        let byKey = Dictionary(stored.map { ($0.key, $0) }) { first, _ in first }
        let distinct = Array(byKey.values)
        name = plan.name
        runs = distinct.count
        completed = distinct.count { $0.state == .done }
        failed = distinct.count { $0.state == .failed }
        columns = plan.columns
        var results: [String: RunResult] = [:]
        for run in distinct { results[run.key] = run.runResult }
        var members = [[SweepPlan.Run]](repeating: [], count: plan.groups.count)
        for run in plan.runs { members[run.group].append(run) }
        groups = zip(plan.groups, members).map { group, runs in
            Group(group, columns: plan.columns, runs: runs.map { ($0.configuration.seed, byKey[$0.key]?.state ?? .pending, results[$0.key]) })
        }
        groups.sort { a, b in
            let (x, y) = (a.testAccuracy?.mean ?? -1, b.testAccuracy?.mean ?? -1)
            return x != y ? x > y : a.label < b.label
        }
        best = groups.first { $0.failed == 0 && $0.open == 0 } ?? groups.first { $0.testAccuracy != nil }
        var told: Set<String> = []
        failures = plan.runs.compactMap { run in
            guard let message = byKey[run.key]?.message, told.insert(run.key).inserted else { return nil }
            return Failure(label: run.label, message: message)
        }
        trainingSeconds = results.values.reduce(0) { $0 + $1.seconds }
        self.seconds = seconds
        self.interrupted = interrupted
        storePath = folder + "/" + RunStore.fileName
        reportPath = folder + "/report.html"
        csvPath = folder + "/runs.csv"
        jsonPath = folder + "/sweep.json"
    }
}

extension SweepReport.Group {
    init(_ group: SweepPlan.Group, columns: [String], runs: [(seed: UInt64, state: StoredRun.State, result: RunResult?)]) {
        let done = runs.compactMap { run in run.result.map { (run.seed, $0) } }
        func mean(_ value: (RunResult) -> Double?) -> Double? { MeanInterval(done.compactMap { value($0.1) })?.mean }
        self.init(
            label: group.label, variant: group.variant,
            values: Dictionary(zip(columns, group.values).compactMap { name, value in value.map { (name, $0) } }) { first, _ in first },
            seeds: done.map(\.0), testAccuracies: done.map(\.1.testAccuracy), testAccuracy: MeanInterval(done.map(\.1.testAccuracy)),
            trainAccuracy: mean(\.trainAccuracy), flipRatio: mean(\.flipRatio), seconds: mean(\.seconds),
            failed: runs.count { $0.state == .failed }, open: runs.count { $0.state == .pending || $0.state == .claimed },
            configuration: group.configuration)
    }
}

extension StoredRun {
    /// What came out, where it is done.
    var runResult: RunResult? { result.flatMap { RunResult(text: $0) } }
}
