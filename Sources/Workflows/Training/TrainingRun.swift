internal import BinaryInference
internal import BinaryNN
public import BinaryTraining
public import BitCore
public import Datasets
public import DenseMath
internal import Deployment
internal import Foundation
internal import Profiling
internal import Report

/// A training run in a folder: `config.json`, `log.jsonl`, a TensorBoard event file, `checkpoint.safetensors` after every epoch and where it was
/// stopped, `best.safetensors` of the best epoch where the best is asked for, and at the end `model.safetensors`, packed and checked against the
/// network it came from.
public struct TrainingRun: Sendable {
    public static let checkpointName = "checkpoint.safetensors"
    public static let bestName = "best.safetensors"
    public static let modelName = "model.safetensors"

    public let plan: TrainingPlan
    public let folder: String
    /// Compare packed inference with the network on the training items too, not on the test items alone.
    public var checksTrainingItems = false
    private let data: LabelledData
    private let train: Dataset
    private let validation: Dataset?
    /// The training items' places in the whole training part.
    private let chosen: [Int]
    private var test: Dataset { data.test }

    /// - Throws: whatever is wrong with the configuration, before anything is written.
    public init(_ configuration: TrainingConfiguration, _ data: LabelledData, folder: String) throws {
        plan = try TrainingPlan(configuration, data)
        self.folder = folder
        self.data = data
        let limited = data.train.prefix(configuration.limit)
        let share = plan.selection.validation
        guard share > 0 else {
            (train, validation, chosen) = (limited, nil, Array(0..<limited.count))
            return
        }
        guard limited.count >= 2 else {
            throw ConfigurationError(reason: "\(limited.count) training item leaves nothing to hold out; leave out the setting validation")
        }
        let parts = LabelledData.split(limited.count, testFraction: share, seed: configuration.seed)
        (train, validation, chosen) = (limited.selecting(parts.train), limited.selecting(parts.test), parts.train)
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
        let context = ExecutionContext(
            engine: engine, kernels: kernels, parallel: Parallel(threads: threads), precision: plan.precision)
        var trainer = try Trainer(plan.network, plan.optimizer, plan.options, context, shipping: plan.shippedNetwork)
        let checkpoint = path(Self.checkpointName)
        let resumes = resume && FileManager.default.fileExists(atPath: checkpoint)
        if resumes {
            let state = try Checkpoint.read(checkpoint, into: trainer.state, options: plan.options, data: dataName)
            trainer = Trainer(plan.network, state: state, plan.options, context, shipping: plan.shippedNetwork)
        }
        if let teacher = plan.teacherPath {
            trainer.teacher = try TeacherScores.load(teacher, data.train, chosen: chosen, parallel: context.parallel, control)
        }
        try plan.configuration.write(to: path(TrainingConfiguration.fileName))
        let last = LastReport(logged: resumes ? path(RunLog.fileName) : nil, epoch: trainer.state.epoch)
        let log = try RunLogWriter(path: path(RunLog.fileName), resuming: resumes)
        let stepsDone = resumes ? trainer.state.epoch * BatchSampler(count: train.count, batchSize: plan.options.batchSize, seed: 0).batchesPerEpoch : nil
        let board = try TensorBoardWriter(folder: folder, resumedAt: stepsDone, wallTime: wallTime() ?? 0)
        try log.append(.start(.init(plan.configuration, context, resumedAt: trainer.state.epoch, time: wallTime())))
        if let note = data.leftOutNote {
            try log.append(.note(.init(time: wallTime(), text: note)))
            control.log(note)
        }
        do {
            let isDone = try trainer.train(train, test: test, validation: validation, hooks(log, board, last, checkpoint, control, wallTime))
            try Checkpoint.write(trainer.state, options: plan.options, data: dataName, to: checkpoint)
            let result = try finish(trainer, last.value, isDone, started, control)
            try log.append(
                .end(
                    .init(
                        time: wallTime(), reason: isDone ? .completed : .interrupted, epochs: trainer.state.epoch,
                        testAccuracy: result.testAccuracy, seconds: result.seconds, peakBytes: result.peakBytes, modelPath: result.modelPath)))
            return result
        } catch {
            // The checkpoint of the last whole epoch stays as it is.
            try? log.append(.note(.init(time: wallTime(), text: "\(error)")))
            try? log.append(
                .end(.init(time: wallTime(), reason: .failed, epochs: trainer.state.epoch, seconds: control.seconds() - started)))
            throw error
        }
    }

    // MARK: Parts

    private func path(_ name: String) -> String { folder + "/" + name }

    /// Names the data in checkpoints: another set, or another number of items, is another run.
    private var dataName: String { "\(plan.configuration.dataset), \(train.count) items" }

    private func hooks(
        _ log: RunLogWriter, _ board: TensorBoardWriter, _ last: LastReport, _ checkpoint: String, _ control: RunControl,
        _ wallTime: @escaping @Sendable () -> Double?
    ) -> TrainingHooks {
        let stage = "training \(plan.configuration.optimizer)"
        let epochs = plan.options.epochs
        return TrainingHooks(
            now: control.seconds, isCancelled: control.isCancelled,
            didStep: { step in
                control.onProgress(Progress(stage, step, of: epochs))
            },
            didFinishEpoch: { report, state in
                let event = RunEvent.Epoch(report, time: wallTime(), peakBytes: ProcessMemory.peakBytes)
                last.value = event
                try log.append(.epoch(event))
                try board.append(ScalarEvent(event))
                // The best first: killed between the two, the run does this epoch again and writes the same best.
                if plan.selection.kept == .best, state.best?.epoch == state.epoch {
                    try Checkpoint.write(state, options: plan.options, data: dataName, to: path(Self.bestName))
                }
                try Checkpoint.write(state, options: plan.options, data: dataName, to: checkpoint)
                // Epochs of a small set take milliseconds; a line for each would bury the others. The run's log has them all.
                if report.epoch == 1 || report.epoch == epochs || last.isDue(at: control.seconds()) { control.log(report.line(of: epochs)) }
            })
    }

    /// The trainer as it stood when the model to be written was: now, or after the best epoch.
    private func kept(_ trainer: Trainer) throws -> Trainer {
        guard plan.selection.kept == .best, let best = trainer.state.best, best.epoch != trainer.state.epoch || trainer.state.stepInEpoch > 0 else {
            return trainer
        }
        let state = try Checkpoint.read(path(Self.bestName), into: trainer.state, options: plan.options, data: dataName)
        return Trainer(plan.network, state: state, plan.options, trainer.context, shipping: plan.shippedNetwork)
    }

    /// Lowers and writes the model, and compares packed inference with the network on every test item.
    private func finish(_ trainer: Trainer, _ report: RunEvent.Epoch?, _ isDone: Bool, _ started: Double, _ control: RunControl) throws -> TrainingResult {
        let configuration = plan.configuration
        let kept = try kept(trainer)
        let model = try model(kept)
        let modelPath = path(Self.modelName)
        try model.write(to: modelPath)
        let session = InferenceSession(model, kernels: trainer.context.kernels, parallel: trainer.context.parallel)
        var exactness = TrainingResult.Exactness(inputs: 0, mismatches: 0)
        var correct = 0
        for (part, isTest) in checksTrainingItems ? [(test, true), (train, false)] : [(test, true)] {
            // In pieces, so that a set which is read on demand is never in memory whole.
            let chunk = part.isStreamed ? 256 : 4096
            for start in stride(from: 0, to: part.count, by: chunk) {
                let whole = part.isStreamed || part.count > chunk
                let items = whole ? try part.selecting(start..<Swift.min(start + chunk, part.count)).loaded(parallel: trainer.context.parallel) : part
                let packed = session.classify(items.features, count: items.count)
                let trained = try Evaluation.classes(plan.shippedNetwork, kept.shippedParameters, items, plan.options.encoding, trainer.context)
                exactness.inputs += items.count
                exactness.mismatches += zip(packed, trained).count { $0 != $1 }
                if isTest { correct += zip(packed, items.labels).count { $0 == $1 } }
            }
        }
        return TrainingResult(
            model: configuration.model, dataset: configuration.dataset, optimizer: configuration.optimizer, epochs: trainer.state.epoch,
            seed: configuration.seed, trainLoss: report?.trainLoss, trainAccuracy: report?.trainAccuracy,
            testAccuracy: Double(correct) / Double(max(test.count, 1)), validationAccuracy: report?.validationAccuracy,
            bestEpoch: trainer.state.best?.epoch, bestAccuracy: trainer.state.best?.accuracy, modelEpoch: kept.state.epoch,
            stoppedEarly: isDone && trainer.state.epoch < plan.options.epochs, flipRatio: report?.flipRatio,
            imagesPerSecond: report?.imagesPerSecond, seconds: control.seconds() - started, peakBytes: ProcessMemory.peakBytes,
            memory: trainer.memory, exactness: exactness, modelPath: modelPath, modelBytes: model.encodedCount, isComplete: isDone)
    }

    private func model(_ trainer: Trainer) throws -> InferenceModel {
        var threshold: UInt8?
        if case .binarised(let value) = plan.options.encoding { threshold = value }
        var metadata = [
            "model": plan.configuration.model, "dataset": plan.configuration.dataset, "optimizer": plan.configuration.optimizer,
            "epochs": "\(trainer.state.epoch)", "seed": "\(plan.configuration.seed)", "version": Version.current,
        ]
        if let scaling = train.scaling {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            metadata[LoadedModel.scalingKey] = String(decoding: try encoder.encode(scaling), as: UTF8.self)
        }
        return try Lowering.lower(
            plan.shippedNetwork, trainer.shippedParameters, input: .init(shape: train.itemShape, threshold: threshold), labels: train.classNames,
            name: plan.configuration.dataset.filter { $0.isLetter || $0.isNumber || $0 == "-" }, metadata: metadata)
    }
}

/// What `spinflip train` reports.
public struct TrainingResult: Sendable, Hashable, Codable {
    public struct Exactness: Sendable, Hashable, Codable {
        /// Items whose class was computed both by the network and by packed inference.
        public var inputs: Int
        public var mismatches: Int
    }

    public var model: String
    public var dataset: String
    public var optimizer: String
    /// Epochs done.
    public var epochs: Int
    public var seed: UInt64
    /// Of the last epoch; nil when no epoch was finished.
    public var trainLoss: Double?
    public var trainAccuracy: Double?
    /// Of the written model, on the whole test part.
    public var testAccuracy: Double
    /// Of the last epoch, on the items held out; nil when none were.
    public var validationAccuracy: Double?
    /// The epoch with the best accuracy on the validation part, or on the test part where there is none, and that accuracy.
    public var bestEpoch: Int?
    public var bestAccuracy: Double?
    /// The epoch after which the written model stood.
    public var modelEpoch: Int
    /// True when the run ended before its last epoch because the best stayed behind for `patience` epochs.
    public var stoppedEarly: Bool
    public var flipRatio: Double?
    public var imagesPerSecond: Double?
    public var seconds: Double
    public var peakBytes: Int?
    public var memory: Trainer.MemoryUse
    public var exactness: Exactness
    public var modelPath: String
    public var modelBytes: Int
    /// False when the run was stopped before its last epoch; `--resume` goes on.
    public var isComplete: Bool
}
