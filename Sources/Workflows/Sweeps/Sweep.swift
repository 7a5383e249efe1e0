internal import BitCore
public import Datasets
public import DenseMath
internal import Foundation
internal import Report
internal import RunStore
internal import Synchronization

/// A sweep in a folder: `sweep.sqlite` with the state of every run, `runs/` with a folder for each, and at the end `report.html`, `runs.csv`
/// and `sweep.json`.
///
/// Whatever ends it, nothing that is done is done again, and runs that were under way go on from their checkpoints.
public struct Sweep: Sendable {
    public let plan: SweepPlan
    public let folder: String
    public let catalog: DatasetCatalog
    public let engine: any DenseEngine
    /// Of the whole machine's threads, those that this call may use; workers share them.
    public let threads: Int
    /// The command line, for the page.
    public var command = ""

    public init(_ plan: SweepPlan, folder: String, catalog: DatasetCatalog, engine: any DenseEngine, threads: Int) {
        (self.plan, self.folder, self.catalog, self.engine, self.threads) = (plan, folder, catalog, engine, threads)
    }

    /// How runs are worked on.
    public enum Workers: Sendable {
        /// One after the other, in this process.
        case here
        /// By processes of their own, each a `SweepWorker`.
        case processes(SweepProcesses)
    }

    /// Checks every run, then works until each is done or failed, or until the work is cancelled.
    /// - Parameters:
    ///   - resume: go on with a sweep that was stopped, and try again what failed. Without it, a folder with open runs is an error.
    ///   - wallTime: seconds since 1970.
    public func run(
        resume: Bool, workers: Workers = .here, as name: WorkerName, _ control: RunControl, wallTime: @escaping @Sendable () -> Double
    ) throws -> SweepReport {
        let started = control.seconds()
        let steps = try plan.check(catalog)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let store = try RunStore(path: folder + "/" + RunStore.fileName, create: true)
        let sweep = try enroll(in: store, resume: resume, as: name, at: wallTime())
        let watch = Watch(plan, steps, store, sweep, control)
        try watch.look(silently: true)
        switch workers {
        case .here:
            let worker = SweepWorker(
                store: store, sweep: sweep, folder: folder, name: name, catalog: catalog, engine: engine, threads: threads)
            try worker.work(control, wallTime: wallTime, observe: { try watch.look() }, onRun: watch.report)
        case .processes(let processes):
            try processes.work(store, sweep, as: name, control, wallTime: wallTime) { try watch.look() }
        }
        let stored = try store.runs(of: sweep)
        return try write(stored, seconds: control.seconds() - started, interrupted: stored.contains { $0.state == .pending || $0.state == .claimed })
    }

    private func enroll(in store: RunStore, resume: Bool, as name: WorkerName, at now: Double) throws -> Int64 {
        let sweep = try store.enroll(plan.entries, name: plan.name, key: plan.key, at: now)
        let runs = try store.runs(of: sweep)
        if resume {
            _ = try store.retryFailed(sweep)
        } else if runs.contains(where: { $0.attempts > 0 && $0.state != .done }) {
            let counts = try store.counts(of: sweep)
            throw SweepError.unfinished(folder: folder, open: counts.pending + counts.claimed, failed: counts.failed)
        }
        return sweep
    }

    // MARK: Results

    /// Writes the page, the table and the object, and returns the latter.
    private func write(_ stored: [StoredRun], seconds: Double, interrupted: Bool) throws -> SweepReport {
        let report = SweepReport(plan, stored, folder: folder, seconds: seconds, interrupted: interrupted)
        let lines = stored.map { run in
            SweepReport.RunLine(
                key: run.key, state: run.state.rawValue, folder: SweepWorker.path(of: run, in: folder), result: run.runResult, message: run.message)
        }
        try AtomicFile.write(SweepReport.csv(plan, lines), to: report.csvPath)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        try AtomicFile.write([UInt8](try encoder.encode(report)) + [10], to: report.jsonPath)
        try AtomicFile.write(report.page(curves(report, stored), command: command).render(), to: report.reportPath)
        return report
    }

    /// Logs of the runs that are done, by group, in the order of the report.
    private func curves(_ report: SweepReport, _ stored: [StoredRun]) -> [(label: String, logs: [RunLog])] {
        let byKey = Dictionary(stored.map { ($0.key, $0) }) { first, _ in first }
        return report.groups.compactMap { group in
            let runs = plan.runs.filter { plan.groups[$0.group].label == group.label }.compactMap { byKey[$0.key] }.filter { $0.state == .done }
            // A log that cannot be read takes its curve away, not the report.
            let logs = runs.compactMap { try? RunLog(path: SweepWorker.path(of: $0, in: folder)) }
            return logs.isEmpty ? nil : (group.label, logs)
        }
    }
}

/// Sees which runs have ended since it last looked, whoever ran them, and tells of it.
private final class Watch: Sendable {
    private let plan: SweepPlan
    private let steps: [String: Int]
    private let total: Int
    private let store: RunStore
    private let sweep: Int64
    private let control: RunControl
    private let ended = Mutex<Set<String>>([])
    /// Steps of all runs that have ended, and of those under way elsewhere.
    private let behind = Mutex((steps: 0, note: ""))

    init(_ plan: SweepPlan, _ steps: [Int], _ store: RunStore, _ sweep: Int64, _ control: RunControl) {
        self.plan = plan
        self.steps = Dictionary(zip(plan.runs.map(\.key), steps)) { first, _ in first }
        total = self.steps.values.reduce(0, +)
        (self.store, self.sweep, self.control) = (store, sweep, control)
    }

    func look(silently: Bool = false) throws {
        let runs = try store.runs(of: sweep)
        let all = Set(runs.map(\.key)).count
        for run in runs where run.state == .done || run.state == .failed {
            guard ended.withLock({ $0.insert(run.key).inserted }), !silently else { continue }
            let count = ended.withLock { $0.count }
            if let result = run.runResult {
                control.log("[\(count)/\(all)] \(run.label): \(NumberText.percent(result.testAccuracy)) after \(NumberText.duration(result.seconds))")
            } else {
                control.log("[\(count)/\(all)] \(run.label): failed: \(run.message ?? "")")
            }
        }
        var told: Set<String> = []
        var done = 0.0
        for run in runs where told.insert(run.key).inserted {
            done += Double(steps[run.key] ?? 0) * (run.state == .done || run.state == .failed ? 1 : run.state == .claimed ? run.progress : 0)
        }
        let underway = runs.filter { $0.state == .claimed }
        let note = "\(ended.withLock { $0.count }) of \(all) runs"
        behind.withLock { $0 = (Int(done), note) }
        if silently, !ended.withLock({ $0.isEmpty }) { control.log("\(note) are done already") }
        control.onProgress(
            Progress(
                stage: plan.name, completed: Int(done), total: total, unit: "steps",
                note: note + (underway.isEmpty ? "" : "; \(underway.count) under way")))
    }

    /// A run in this process has come further.
    func report(_ run: StoredRun, _ progress: Progress) {
        let (before, note) = behind.withLock { $0 }
        let own = progress.total.map { total in Double(steps[run.key] ?? 0) * Double(progress.completed) / Double(Swift.max(total, 1)) } ?? 0
        control.onProgress(
            Progress(
                stage: plan.name, completed: before + Int(own), total: total, unit: "steps", note: "\(note); \(run.label): \(progress.note)"))
    }
}
