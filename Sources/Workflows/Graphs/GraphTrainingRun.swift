internal import BinaryInference
internal import BinaryNN
internal import BinaryTraining
public import BitCore
public import Datasets
public import DenseMath
internal import Deployment
internal import Foundation
internal import Profiling
internal import Report

/// A training run over a graph in a folder, with the files that `TrainingRun` writes: the model is a `GraphModel`, checked against the network on every
/// node.
public struct GraphTrainingRun: Sendable {
    public let plan: GraphTrainingPlan
    public let folder: String

    /// - Throws: whatever is wrong with the configuration, before anything is written.
    public init(_ configuration: TrainingConfiguration, _ data: GraphDataset, folder: String) throws {
        plan = try GraphTrainingPlan(configuration, data)
        self.folder = folder
    }

    /// Trains, writes the model, and checks it.
    /// - Parameters:
    ///   - resume: go on from the folder's checkpoint if there is one.
    ///   - wallTime: seconds since 1970, for the log; nil keeps times out of it.
    public func run(
        resume: Bool, engine: any DenseEngine, kernels: Kernels = .active, threads: Int, _ control: RunControl,
        wallTime: @escaping @Sendable () -> Double? = { nil }
    ) throws -> TrainingResult {
        let started = control.seconds()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let context = ExecutionContext(engine: engine, kernels: kernels, parallel: Parallel(threads: threads), precision: plan.precision)
        var trainer = try GraphTrainer(plan.network, plan.optimizer, plan.options, plan.graphOptions, context, shipping: plan.shippedNetwork)
        let checkpoint = path(TrainingRun.checkpointName)
        let resumes = resume && FileManager.default.fileExists(atPath: checkpoint)
        if resumes { trainer = try self.trainer(at: checkpoint, like: trainer) }
        try plan.configuration.write(to: path(TrainingConfiguration.fileName))
        let last = LastReport(logged: resumes ? path(RunLog.fileName) : nil, epoch: trainer.state.epoch)
        let log = try RunLogWriter(path: path(RunLog.fileName), resuming: resumes)
        try log.append(.start(.init(plan.configuration, trainer.context, resumedAt: trainer.state.epoch, time: wallTime())))
        do {
            let isDone = try trainer.train(plan.task, hooks(log, last, control, wallTime))
            try Checkpoint.write(trainer.state, options: plan.options, data: dataName, to: checkpoint)
            let result = try finish(trainer, last.value, isDone, started, control)
            try log.append(
                .end(
                    .init(
                        time: wallTime(), reason: isDone ? .completed : .interrupted, epochs: trainer.state.epoch, testAccuracy: result.testAccuracy,
                        seconds: result.seconds, peakBytes: result.peakBytes, modelPath: result.modelPath)))
            return result
        } catch {
            try? log.append(.note(.init(time: wallTime(), text: "\(error)")))
            try? log.append(.end(.init(time: wallTime(), reason: .failed, epochs: trainer.state.epoch, seconds: control.seconds() - started)))
            throw error
        }
    }

    private func path(_ name: String) -> String { folder + "/" + name }

    /// Names the data in checkpoints.
    private var dataName: String { "\(plan.configuration.dataset), \(plan.task.split.train.count) of \(plan.task.input.nodeCount) nodes" }

    private func trainer(at path: String, like trainer: GraphTrainer) throws -> GraphTrainer {
        let state = try Checkpoint.read(path, into: trainer.state, options: plan.options, data: dataName)
        return GraphTrainer(plan.network, state: state, plan.options, plan.graphOptions, trainer.context, shipping: plan.shippedNetwork)
    }

    private func hooks(
        _ log: RunLogWriter, _ last: LastReport, _ control: RunControl, _ wallTime: @escaping @Sendable () -> Double?
    ) -> TrainingHooks {
        let (stage, epochs) = ("training \(plan.configuration.optimizer)", plan.options.epochs)
        return TrainingHooks(
            now: control.seconds, isCancelled: control.isCancelled,
            didStep: { step in
                control.onProgress(Progress(stage, step, of: epochs))
            },
            didFinishEpoch: { report, state in
                let event = RunEvent.Epoch(report, time: wallTime(), peakBytes: ProcessMemory.peakBytes)
                last.value = event
                try log.append(.epoch(event))
                if plan.selection.kept == .best, state.best?.epoch == state.epoch {
                    try Checkpoint.write(state, options: plan.options, data: dataName, to: path(TrainingRun.bestName))
                }
                // Epochs take milliseconds: a checkpoint and a line a second are enough.
                let isDue = last.isDue(at: control.seconds())
                if isDue { try Checkpoint.write(state, options: plan.options, data: dataName, to: path(TrainingRun.checkpointName)) }
                if isDue || report.epoch == epochs { control.log(report.line(of: epochs)) }
            })
    }

    /// Packs and writes the model, and compares it with the network on every node.
    private func finish(
        _ trainer: GraphTrainer, _ report: RunEvent.Epoch?, _ isDone: Bool, _ started: Double, _ control: RunControl
    ) throws -> TrainingResult {
        let (configuration, task) = (plan.configuration, plan.task)
        var kept = trainer
        if plan.selection.kept == .best, let best = trainer.state.best, best.epoch != trainer.state.epoch || trainer.state.stepInEpoch > 0 {
            kept = try self.trainer(at: path(TrainingRun.bestName), like: trainer)
        }
        let model = try Lowering.lowerGraph(
            plan.shippedNetwork, kept.shippedParameters, labels: task.classNames,
            name: configuration.dataset.filter { $0.isLetter || $0.isNumber || $0 == "-" },
            metadata: [
                "model": configuration.model, "dataset": configuration.dataset, "optimizer": configuration.optimizer, "epochs": "\(kept.state.epoch)",
                "seed": "\(configuration.seed)", "version": Version.current,
            ])
        try model.write(to: path(TrainingRun.modelName))
        let packed = GraphSession(model, kernels: trainer.context.kernels, parallel: trainer.context.parallel).classify(task.input)
        let mismatches = zip(packed, kept.classes(task)).count { $0 != $1 }
        let accuracy = GraphAccuracy(task, packed)
        return TrainingResult(
            model: configuration.model, dataset: configuration.dataset, optimizer: configuration.optimizer, epochs: trainer.state.epoch,
            seed: configuration.seed, trainLoss: report?.trainLoss, trainAccuracy: report?.trainAccuracy, testAccuracy: accuracy.test,
            validationAccuracy: report?.validationAccuracy, bestEpoch: trainer.state.best?.epoch, bestAccuracy: trainer.state.best?.accuracy,
            modelEpoch: kept.state.epoch, stoppedEarly: isDone && trainer.state.epoch < plan.options.epochs, flipRatio: report?.flipRatio,
            imagesPerSecond: report?.imagesPerSecond, seconds: control.seconds() - started, peakBytes: ProcessMemory.peakBytes, memory: trainer.memory,
            exactness: .init(inputs: task.input.nodeCount, mismatches: mismatches), modelPath: path(TrainingRun.modelName),
            modelBytes: model.encoded().count, isComplete: isDone)
    }
}
