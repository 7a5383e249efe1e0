internal import BinaryNN
internal import BinaryTraining
internal import BitCore
internal import DenseMath
internal import Foundation
internal import Report
internal import Synchronization

extension Progress {
    /// A step of training.
    init(_ stage: String, _ step: StepReport, of epochs: Int) {
        self.init(
            stage: stage, completed: (step.epoch - 1) * step.stepsPerEpoch + step.stepInEpoch, total: epochs * step.stepsPerEpoch, unit: "steps",
            note: "epoch \(step.epoch)/\(epochs), loss \(NumberText.decimal(step.trainLoss, 4))")
    }
}

extension EpochReport {
    /// What is shown of an epoch.
    func line(of epochs: Int) -> String {
        var parts = ["epoch \(epoch)/\(epochs)", "loss \(NumberText.decimal(trainLoss, 4))", "train \(NumberText.percent(trainAccuracy))"]
        if let validationAccuracy { parts.append("validation \(NumberText.percent(validationAccuracy))") }
        if let testAccuracy { parts.append("test \(NumberText.percent(testAccuracy))") }
        parts.append("flips \(String(format: "%.1e", flipRatio))")
        parts.append("\(NumberText.compact(imagesPerSecond)) items/s")
        return parts.joined(separator: "  ")
    }
}

extension RunEvent.Start {
    init(_ configuration: TrainingConfiguration, _ context: ExecutionContext, resumedAt: Int, time: Double?) {
        self.init(
            time: time, version: Version.current, model: configuration.model, dataset: configuration.dataset, optimizer: configuration.optimizer,
            seed: configuration.seed, epochs: configuration.epochs, batchSize: configuration.batchSize, threads: context.parallel.threads,
            engine: "\(context.engine.name) (\(context.engine.details)), \(context.kernels.instructionSet.rawValue)", resumedAt: resumedAt,
            settings: configuration.settings)
    }
}

/// Carries what was logged of the latest epoch out of the hooks, and remembers when a line was last shown.
final class LastReport: Sendable {
    private let report: Mutex<RunEvent.Epoch?>
    private let shown = Mutex(-Double.infinity)

    /// - Parameters:
    ///   - path: log of the run that goes on, nil for a new one: a run that was stopped between its last epoch and its end has its last report there.
    ///   - epoch: the last that is done.
    init(logged path: String?, epoch: Int) {
        let log = path.flatMap { try? RunLog(path: $0) }
        report = Mutex(log?.epochs.last { $0.epoch == epoch })
    }

    /// True when the last line is a second old; the one that is then shown counts from now.
    func isDue(at now: Double) -> Bool {
        shown.withLock { last in
            guard now - last >= 1 else { return false }
            last = now
            return true
        }
    }

    var value: RunEvent.Epoch? {
        get { report.withLock { $0 } }
        set { report.withLock { $0 = newValue } }
    }
}
