public import Datasets
public import DenseMath
internal import Deployment
internal import Foundation
internal import Report
public import RunStore

/// Works on a sweep: claims one run after the other until none is left that anybody could do. Any number of processes may each have one.
public struct SweepWorker: Sendable {
    /// Seconds a claim holds without a sign of life, and between two signs.
    public static let lease = 20.0
    static let beat = 2.0

    public let store: RunStore
    public let sweep: Int64
    /// The sweep's folder; runs have folders of their own below `runs`.
    public let folder: String
    public let name: WorkerName
    public let catalog: DatasetCatalog
    public let engine: any DenseEngine
    public let threads: Int

    public init(
        store: RunStore, sweep: Int64, folder: String, name: WorkerName, catalog: DatasetCatalog, engine: any DenseEngine, threads: Int
    ) {
        (self.store, self.sweep, self.folder, self.name) = (store, sweep, folder, name)
        (self.catalog, self.engine, self.threads) = (catalog, engine, threads)
    }

    /// A worker of a sweep that another process has begun in `folder`.
    public init(
        folder: String, sweep: Int64, name: WorkerName, catalog: DatasetCatalog, engine: any DenseEngine, threads: Int
    ) throws {
        self.init(
            store: try RunStore(path: folder + "/" + RunStore.fileName, create: false), sweep: sweep, folder: folder, name: name, catalog: catalog,
            engine: engine, threads: threads)
    }

    static func path(of run: StoredRun, in folder: String) -> String { "\(folder)/runs/\(run.folder)" }

    /// Works until every run of the sweep is done or failed, or until the work is cancelled: the run in hand is then given back with its
    /// checkpoint.
    /// - Parameters:
    ///   - wallTime: seconds since 1970.
    ///   - observe: called while nothing is done but wait for others, and between runs.
    ///   - onRun: the run in hand and how far it is.
    public func work(
        _ control: RunControl, wallTime: @escaping @Sendable () -> Double, observe: () throws -> Void = {},
        onRun: @escaping @Sendable (StoredRun, Progress) -> Void = { _, _ in }
    ) throws {
        var data = SweepData(catalog)
        while !control.isCancelled() {
            _ = try store.takeBack(sweep, at: wallTime(), isGone: name.knowsIsGone)
            if let run = try store.claim(sweep, by: "\(name)", at: wallTime(), lease: Self.lease) {
                try perform(run, &data, control, wallTime, onRun)
                try observe()
            } else {
                try observe()
                if try store.counts(of: sweep).isSettled { return }
                // Others work on the rest; should one of them end, its run is for us.
                Thread.sleep(forTimeInterval: 0.3)
            }
        }
    }

    private func perform(
        _ run: StoredRun, _ data: inout SweepData, _ control: RunControl, _ wallTime: @escaping @Sendable () -> Double,
        _ onRun: @escaping @Sendable (StoredRun, Progress) -> Void
    ) throws {
        let claim = Heartbeat(every: Self.beat) { progress in
            // A store that is busy for once is asked again before the lease is over.
            (try? store.renew(run.key, by: "\(name)", progress: progress, at: wallTime(), lease: Self.lease)) ?? true
        }
        defer { claim.end() }
        var inner = control
        inner.log = { _ in }
        inner.isCancelled = { control.isCancelled() || claim.isLost }
        inner.onProgress = { progress in
            if let total = progress.total, total > 0 { claim.progress = Double(progress.completed) / Double(total) }
            onRun(run, progress)
        }
        do {
            let configuration = try JSONDecoder().decode(TrainingConfiguration.self, from: Data(run.configuration.utf8))
            let training = try TrainingRun(configuration, try data.load(configuration), folder: Self.path(of: run, in: folder))
            let result = try training.run(resume: true, engine: engine, threads: threads, inner, wallTime: wallTime)
            claim.end()
            // A run that ends before its last epoch although nobody stopped it has had enough: there is nothing to go on with.
            if result.isComplete || !inner.isCancelled() {
                _ = try store.finish(run.key, by: "\(name)", result: RunResult(result).text, at: wallTime())
            } else {
                _ = try store.giveBack(run.key, by: "\(name)")
            }
        } catch let error as RunStoreError {
            throw error
        } catch let error as LoweringError {
            // It is trained, and has no packed form. A comparison of training methods can do without.
            claim.end()
            if let result = trained(run) {
                _ = try store.finish(run.key, by: "\(name)", result: result.text, at: wallTime())
            } else if inner.isCancelled() {
                _ = try store.giveBack(run.key, by: "\(name)")
            } else {
                _ = try store.fail(run.key, by: "\(name)", message: "\(error)", at: wallTime())
            }
        } catch {
            claim.end()
            _ = try store.fail(run.key, by: "\(name)", message: "\(error)", at: wallTime())
        }
    }

    /// The result of a run by its log, if it was trained to its end.
    private func trained(_ run: StoredRun) -> RunResult? {
        guard let configuration = try? JSONDecoder().decode(TrainingConfiguration.self, from: Data(run.configuration.utf8)),
            let log = try? RunLog(path: Self.path(of: run, in: folder))
        else { return nil }
        return RunResult(log, epochs: configuration.epochs)
    }
}
