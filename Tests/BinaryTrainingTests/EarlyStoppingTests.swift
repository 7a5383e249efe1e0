import BinaryNN
import BinaryTraining
import BitCore
import Datasets
import Foundation
import Synchronization
import Testing
import _TestSupport

@Suite struct EarlyStoppingTests {
    final class Reports: Sendable {
        private let reports = Mutex<[EpochReport]>([])
        var all: [EpochReport] { reports.withLock { $0 } }
        func append(_ report: EpochReport) { reports.withLock { $0.append(report) } }
    }

    func run(epochs: Int, patience: Int) throws -> TinyRun {
        var run = try #require(try TinyRun.all(epochs: epochs)["bop"])
        run.options.patience = patience
        return run
    }

    @Test func stopsWhenTheBestLiesBack() throws {
        let run = try run(epochs: 60, patience: 3)
        var trainer = try run.trainer()
        let reports = Reports()
        #expect(try trainer.train(run.train, test: run.test, TrainingHooks(didFinishEpoch: { report, _ in reports.append(report) })))
        let accuracies = reports.all.compactMap(\.testAccuracy)
        let best = try #require(trainer.state.best)
        #expect(best.accuracy == accuracies.max() && accuracies.firstIndex(of: best.accuracy) == best.epoch - 1)
        #expect(trainer.state.epoch == best.epoch + 3 && trainer.hasStalled && trainer.state.epoch < 60)
        // Asked again, it does nothing.
        #expect(try trainer.train(run.train, test: run.test, TrainingHooks()))
        #expect(trainer.state.epoch == best.epoch + 3)
    }

    @Test func validationDecidesWhereThereIsOne() throws {
        let run = try run(epochs: 4, patience: 0)
        var trainer = try run.trainer()
        let reports = Reports()
        let validation = run.train.selecting(0..<40)
        try trainer.train(run.train, test: run.test, validation: validation, TrainingHooks(didFinishEpoch: { report, _ in reports.append(report) }))
        #expect(trainer.state.best?.accuracy == reports.all.compactMap(\.validationAccuracy).max())
        #expect(reports.all.allSatisfy { $0.testAccuracy != nil })
    }

    /// The best so far is part of the state: a resumed run stops where the whole one did.
    @Test func resumedRunsStopAtTheSameEpoch() throws {
        let run = try run(epochs: 60, patience: 3)
        var whole = try run.trainer()
        try whole.train(run.train, test: run.test, TrainingHooks())
        var first = try run.trainer()
        let steps = Mutex(0)
        let stopAfter = (whole.state.epoch - 1) * 8 + 3
        let hooks = TrainingHooks(isCancelled: { steps.withLock { $0 } >= stopAfter }, didStep: { _ in steps.withLock { $0 += 1 } })
        #expect(try !first.train(run.train, test: run.test, hooks))
        let path = FileManager.default.temporaryDirectory.appending(path: "spinflip-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Checkpoint.write(first.state, options: run.options, data: "d", to: path)
        let state = try Checkpoint.read(path, into: run.trainer().state, options: run.options, data: "d")
        var second = Trainer(run.network, state: state, run.options, run.context())
        #expect(try second.train(run.train, test: run.test, TrainingHooks()))
        #expect(second.state.epoch == whole.state.epoch && second.state.best == whole.state.best)
    }

    @Test func batchesAheadChangeNothing() throws {
        var run = try run(epochs: 2, patience: 0)
        run.options.augmentation = try #require(AugmentationPipeline("pad-crop:1,flip,cutout:2"))
        func accuracyAndLoss(_ ahead: Int, _ threads: Int) throws -> [Double] {
            var trainer = try run.trainer(threads: threads)
            trainer.batchesAhead = ahead
            let reports = Reports()
            try trainer.train(run.train, test: run.test, TrainingHooks(didFinishEpoch: { report, _ in reports.append(report) }))
            return reports.all.flatMap { [$0.trainLoss, $0.testAccuracy ?? -1] }
        }
        let expected = try accuracyAndLoss(0, 1)
        for (ahead, threads) in [(1, 1), (2, 2), (5, 3)] { #expect(try accuracyAndLoss(ahead, threads) == expected) }
    }

    @Test func distillationNeedsATeacherOfTheSameData() throws {
        var run = try run(epochs: 1, patience: 0)
        run.options.objective = Objective(distillation: .init(weight: 0.5, temperature: 2))
        var trainer = try run.trainer()
        #expect(throws: TrainingError.noTeacher) { try trainer.train(run.train, test: nil, TrainingHooks()) }
        trainer.teacher = Tensor(zeros: [7, 3])
        #expect(throws: TrainingError.self) { try trainer.train(run.train, test: nil, TrainingHooks()) }
        trainer.teacher = Tensor(zeros: [run.train.count, 3])
        #expect(try trainer.train(run.train, test: nil, TrainingHooks()))
    }
}
