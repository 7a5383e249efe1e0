import BinaryNN
import BinaryTraining
import BitCore
import Foundation
import Synchronization
import Testing
import _TestSupport

@Suite struct TrainerTests {
    static let rules = TinyRun.names

    @Test func everyRuleHasARun() throws { #expect(try Set(TinyRun.all().keys) == Set(TinyRun.names)) }

    @Test(arguments: rules)
    func learns(rule: String) throws {
        let run = try #require(try TinyRun.all(epochs: 12)[rule])
        var trainer = try run.trainer()
        let before = try trainer.accuracy(run.test)
        #expect(try trainer.train(run.train, test: run.test, TrainingHooks()))
        #expect(before < 0.7)
        #expect(try trainer.accuracy(run.test) > 0.9, "\(rule)")
    }

    @Test(arguments: rules)
    func sameSeedSameBitsForAnyNumberOfThreads(rule: String) throws {
        let run = try #require(try TinyRun.all()[rule])
        func bytes(_ threads: Int, _ run: TinyRun) throws -> [UInt8] {
            var trainer = try run.trainer(threads: threads)
            try trainer.train(run.train, test: nil, TrainingHooks())
            return try checkpointBytes(trainer.state, run)
        }
        let one = try bytes(1, run)
        #expect(try bytes(1, run) == one)
        #expect(try bytes(2, run) == one)
        var other = run
        other.options.seed = 2
        #expect(try bytes(1, other) != one)
    }

    /// Stopped after any step, written, read back and continued, a run ends with the same bytes as one that was never stopped.
    @Test(arguments: rules, [1, 8, 20])
    func resumedRunsAreBitIdentical(rule: String, stopAfter: Int) throws {
        var run = try #require(try TinyRun.all()[rule])
        run.options.diagnosticsInterval = 3
        run.options.clipping = GradientClipping(value: 0.01, norm: 0.05)
        var whole = try run.trainer()
        try whole.train(run.train, test: nil, TrainingHooks())

        var first = try run.trainer()
        let steps = Counter()
        let hooks = TrainingHooks(isCancelled: { steps.value >= stopAfter }, didStep: { _ in steps.increment() })
        #expect(try !first.train(run.train, test: nil, hooks))
        let path = temporaryPath("resume-\(rule)-\(stopAfter)")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Checkpoint.write(first.state, options: run.options, data: "thirds", to: path)
        let fresh = try run.trainer().state
        let state = try Checkpoint.read(path, into: fresh, options: run.options, data: "thirds")
        var second = Trainer(run.network, state: state, run.options, run.context(), shipping: run.shipping)
        #expect(try second.train(run.train, test: nil, TrainingHooks()))
        #expect(try checkpointBytes(second.state, run) == checkpointBytes(whole.state, run))
    }

    @Test func resumingSomethingElseIsAnError() throws {
        let run = try #require(try TinyRun.all()["adam"])
        let path = temporaryPath("other")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let trainer = try run.trainer()
        try Checkpoint.write(trainer.state, options: run.options, data: "thirds", to: path)
        var options = run.options
        options.batchSize = 64
        #expect(throws: CheckpointError(path: path, fault: .differs("batch size", "32", "64"))) {
            try Checkpoint.read(path, into: trainer.state, options: options, data: "thirds")
        }
        #expect(throws: CheckpointError(path: path, fault: .differs("data", "thirds", "mnist"))) {
            try Checkpoint.read(path, into: trainer.state, options: run.options, data: "mnist")
        }
        let bop = try #require(try TinyRun.all()["bop"])
        #expect(throws: CheckpointError.self) {
            try Checkpoint.read(path, into: bop.trainer().state, options: run.options, data: "thirds")
        }
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        for cut in stride(from: 0, to: bytes.count, by: 997) {
            try Data(bytes.prefix(cut)).write(to: URL(fileURLWithPath: path))
            #expect(throws: CheckpointError.self) {
                try Checkpoint.read(path, into: trainer.state, options: run.options, data: "thirds")
            }
        }
    }

    /// What the log says of flips is what happened to the bits.
    @Test func flipRatioCountsSignsThatChanged() throws {
        var run = try #require(try TinyRun.all(epochs: 1)["bop"])
        run.options.batchSize = 0
        var trainer = try run.trainer()
        let before = trainer.state.parameters
        let reports = Reports()
        try trainer.train(run.train, test: nil, TrainingHooks(didFinishEpoch: { report, _ in reports.append(report) }))
        var (changed, total) = (0, 0)
        for id in before.ids where before.spec(id).encoding == .binary {
            changed += run.context().kernels.differingBits(before.signs(id), trainer.state.parameters.signs(id))
            total += before.spec(id).count
        }
        #expect(reports.all.map(\.flipRatio) == [Double(changed) / Double(total)])
    }

    // MARK: Helpers

    final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func increment() { count.withLock { $0 += 1 } }
    }

    final class Reports: Sendable {
        private let reports = Mutex<[EpochReport]>([])
        var all: [EpochReport] { reports.withLock { $0 } }
        func append(_ report: EpochReport) { reports.withLock { $0.append(report) } }
    }

    func checkpointBytes(_ state: TrainingState, _ run: TinyRun) throws -> [UInt8] {
        let path = temporaryPath("bytes-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Checkpoint.write(state, options: run.options, data: "thirds", to: path)
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    func temporaryPath(_ name: String) -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("spinflip-\(ProcessInfo.processInfo.processIdentifier)-\(name)").path
    }
}
