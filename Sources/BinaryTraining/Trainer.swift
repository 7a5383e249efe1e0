public import BinaryNN
public import BitCore
public import Datasets

/// Runs the steps: batch, forward, loss, backward, update, statistics. Deterministic: options, data, engine and thread count fix every
/// bit of the result, and a run resumed from a checkpoint goes on as if it had never stopped.
public struct Trainer: Sendable {
    public let network: Network
    public let options: TrainingOptions
    public let context: ExecutionContext
    public private(set) var state: TrainingState
    /// What evaluation runs and what is shipped: `network`, or a twin with the same parameters that holds some kernels as signs which
    /// `network` trains as reals (ProxQuant).
    public let shippedNetwork: Network
    private var gradients: Gradients
    /// A teacher's scores of the training items, [items × classes], for an objective that distils.
    public var teacher: Tensor?
    /// Batches made while the steps before them run. Changes no result.
    public var batchesAhead = 2

    /// A new run: fresh parameters from the seed, each trained parameter with its rule.
    /// - Parameter shipping: the network that evaluation runs, when it is not the trained one.
    public init(
        _ network: Network, _ optimizer: Optimizer, _ options: TrainingOptions, _ context: ExecutionContext, shipping: Network? = nil
    ) throws(RoutingError) {
        let parameters = network.makeParameters(SeededGenerator(seed: options.seed).split("parameters"))
        let bound = try optimizer.bind(to: network)
        self.init(network, state: TrainingState(parameters: parameters, optimizer: bound), options, context, shipping: shipping)
    }

    /// A run that goes on from `state`.
    public init(_ network: Network, state: TrainingState, _ options: TrainingOptions, _ context: ExecutionContext, shipping: Network? = nil) {
        self.network = network
        self.options = options
        self.context = context
        self.state = state
        shippedNetwork = shipping ?? network
        gradients = Gradients(network.specs)
        gradients.request(state.optimizer.signalRequests)
    }

    /// The parameters as `shippedNetwork` holds them.
    public var shippedParameters: ParameterStore {
        shippedNetwork.specs == network.specs ? state.parameters : state.parameters.shipped(as: shippedNetwork.specs, context)
    }

    /// Bytes held between steps, by use.
    public var memory: MemoryUse {
        MemoryUse(parameters: state.parameters.byteCount, optimizerState: state.optimizer.stateBytes, gradients: gradients.byteCount)
    }

    public struct MemoryUse: Sendable, Hashable, Codable {
        public var parameters: Int
        public var optimizerState: Int
        public var gradients: Int
    }

    /// Trains until `options.epochs` are done, or `options.patience` epochs have passed without a new best, or `hooks.isCancelled`; the state then
    /// stands where the run stopped.
    /// - Parameter validation: what the best epoch is chosen by; without it the test part is.
    /// - Returns: true when the run is done, false when it was cancelled.
    @discardableResult
    public mutating func train(_ data: Dataset, test: Dataset?, validation: Dataset? = nil, _ hooks: TrainingHooks) throws -> Bool {
        try check(data)
        for part in [test, validation].compactMap(\.self) { try check(part) }
        try checkTeacher(data)
        let sampler = BatchSampler(count: data.count, batchSize: options.batchSize, seed: options.seed)
        while state.epoch < options.epochs, !hasStalled {
            let start = hooks.now()
            var waited = 0.0
            let itemsBefore = state.totals.items
            let batches = sampler.batches(epoch: state.epoch)
            let queue = batchQueue(data, batches)
            defer { queue.cancel() }
            while state.stepInEpoch < batches.count {
                if hooks.isCancelled() { return false }
                let asked = hooks.now()
                let batch = try queue.next()
                waited += hooks.now() - asked
                try step(batch, stepsPerEpoch: batches.count)
                hooks.didStep(state.stepReport(stepsPerEpoch: batches.count))
            }
            let seconds = hooks.now() - start
            let (testAccuracy, validationAccuracy) = (try test.map { try accuracy($0) }, try validation.map { try accuracy($0) })
            var report = state.finishEpoch(
                options, test: testAccuracy, validation: validationAccuracy, seconds: seconds, items: state.totals.items - itemsBefore, steps: batches.count)
            report.waitSeconds = waited
            try hooks.didFinishEpoch(report, state)
        }
        return true
    }

    /// True when the last best epoch lies `options.patience` epochs back.
    public var hasStalled: Bool { state.hasStalled(options) }

    /// Share of `data` that the inference pass of the network that is shipped gets right.
    public func accuracy(_ data: Dataset) throws(DatasetError) -> Double {
        try Evaluation.accuracy(shippedNetwork, shippedParameters, data, options.encoding, context)
    }

    // MARK: Parts of a run

    private mutating func step(_ batch: TrainingBatch, stepsPerEpoch: Int) throws(TrainingError) {
        let clock = state.clock(options, stepsPerEpoch: stepsPerEpoch)
        let context = state.context(context, options, at: clock)
        let tape = network.forward(batch.input, state.parameters, context)
        let loss = options.objective.evaluate(tape.output.real(context), labels: batch.labels, teacher: teacherScores(batch.items))
        guard loss.mean.isFinite else { throw state.diverged(.forward(network, batch.input, state.parameters, context)) }
        network.updateStatistics(tape, &state.parameters)
        network.backward(loss.gradient, consume tape, state.parameters, into: &gradients, context)
        try state.update(network, &gradients, loss: loss, items: batch.items.count, clock, options, context)
    }

    private func batchQueue(_ data: Dataset, _ batches: [ArraySlice<Int>]) -> BatchQueue<TrainingBatch> {
        var maker = BatchMaker(data: data, options: options, shape: network.input.shape, context: context)
        // In memory a batch is small work beside a step, whose threads it should not take; decoding files is not.
        if batchesAhead > 0, !data.isStreamed { maker.context.parallel = .serial }
        let (first, epoch) = (state.stepInEpoch, state.epoch)
        return BatchQueue(count: max(0, batches.count - first), ahead: batchesAhead) { [maker] in try maker.batch(batches[first + $0], epoch: epoch) }
    }

    private func teacherScores(_ items: ArraySlice<Int>) -> Tensor? {
        guard options.objective.distillation != nil, let teacher else { return nil }
        let classes = teacher.shape[1]
        var scores = Tensor(zeros: [items.count, classes])
        scores.withUnsafeMutableElements { scores in
            teacher.withUnsafeElements { teacher in
                for (row, item) in items.enumerated() {
                    for c in 0..<classes { scores[row * classes + c] = teacher[item * classes + c] }
                }
            }
        }
        return scores
    }

    private func checkTeacher(_ data: Dataset) throws(TrainingError) {
        guard options.objective.distillation != nil else { return }
        guard let teacher else { throw .noTeacher }
        guard teacher.shape == [data.count, data.classCount] else {
            throw .teacher(
                items: teacher.shape[0], classes: teacher.shape.count / max(teacher.shape[0], 1), data: data.count, network: data.classCount)
        }
    }

    private func check(_ data: Dataset) throws(TrainingError) {
        guard data.count > 0 else { throw .emptyData(data.name) }
        guard data.featureCount == network.input.shape.count else {
            throw .itemShape(network: "\(network.input.shape)", data: "\(data.itemShape)")
        }
        guard data.classCount == network.output.shape.count else { throw .classes(network: network.output.shape.count, data: data.classCount) }
    }
}

/// What happens around the steps: progress, logs, checkpoints, a way to stop. Nothing here changes the result.
public struct TrainingHooks: Sendable {
    /// Seconds on a clock that does not run backwards; only durations are used.
    public var now: @Sendable () -> Double
    /// Asked before each step.
    public var isCancelled: @Sendable () -> Bool
    public var didStep: @Sendable (StepReport) -> Void
    public var didFinishEpoch: @Sendable (EpochReport, TrainingState) throws -> Void

    public init(
        now: @escaping @Sendable () -> Double = { 0 }, isCancelled: @escaping @Sendable () -> Bool = { false },
        didStep: @escaping @Sendable (StepReport) -> Void = { _ in },
        didFinishEpoch: @escaping @Sendable (EpochReport, TrainingState) throws -> Void = { _, _ in }
    ) {
        self.now = now
        self.isCancelled = isCancelled
        self.didStep = didStep
        self.didFinishEpoch = didFinishEpoch
    }
}
