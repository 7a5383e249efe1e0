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
                hooks.didStep(stepReport(batches.count))
            }
            let seconds = hooks.now() - start
            var report = try finishEpoch(test, validation, seconds: seconds, items: state.totals.items - itemsBefore, steps: batches.count)
            report.waitSeconds = waited
            try hooks.didFinishEpoch(report, state)
        }
        return true
    }

    /// True when the last best epoch lies `options.patience` epochs back.
    public var hasStalled: Bool {
        guard options.patience > 0, let best = state.best else { return false }
        return state.epoch - best.epoch >= options.patience
    }

    /// Share of `data` that the inference pass of the network that is shipped gets right.
    public func accuracy(_ data: Dataset) throws(DatasetError) -> Double {
        try Evaluation.accuracy(shippedNetwork, shippedParameters, data, options.encoding, context)
    }

    // MARK: Parts of a run

    private mutating func step(_ batch: TrainingBatch, stepsPerEpoch: Int) throws(TrainingError) {
        let clock = TrainingClock(
            step: state.epoch * stepsPerEpoch + state.stepInEpoch, stepsPerEpoch: stepsPerEpoch, totalSteps: options.epochs * stepsPerEpoch)
        // What layers draw in this step depends on seed and step alone, so a resumed run draws the same.
        let context = context.drawing(seed: options.seed, step: clock.step)
        let tape = network.forward(batch.input, state.parameters, context)
        let loss = options.objective.evaluate(tape.output.real(context), labels: batch.labels, teacher: teacherScores(batch.items))
        guard loss.mean.isFinite else { throw diverged(.forward(network, batch.input, state.parameters, context)) }
        network.updateStatistics(tape, &state.parameters)
        network.backward(loss.gradient, consume tape, state.parameters, into: &gradients, context)
        let measured = options.diagnosticsInterval > 0 && clock.step % options.diagnosticsInterval == 0 ? gradients : nil
        if options.clipping != .none, !options.clipping.apply(to: &gradients, context) {
            throw diverged(.backward(gradients, context) ?? .loss)
        }
        let countFlips = options.flipInterval > 0 && clock.step % options.flipInterval == 0
        let outcome = state.optimizer.step(&state.parameters, gradients, clock, countFlips: countFlips, context)
        gradients.dropSignals()
        if let failure = outcome.failure {
            throw .rule(
                parameter: network.specs[failure.parameter.index].name, rule: state.optimizer.rule(for: failure.parameter)?.name ?? "its rule",
                reason: failure.reason)
        }
        if let id = outcome.fault {
            let update = Divergence.update(
                parameter: network.specs[id.index].name, rule: state.optimizer.rule(for: id)?.name ?? "its rule")
            throw diverged(.backward(gradients, context) ?? update)
        }
        if let measured { state.totals.measure(state.parameters, measured, state.optimizer, clock, context) }

        if !outcome.measures.isEmpty {
            var measures = state.totals.measures ?? [:]
            for (id, values) in outcome.measures { measures[network.specs[id.index].name, default: [:]].merge(values) { $0 + $1 } }
            state.totals.measures = measures
        }
        state.totals.loss += loss.mean * Double(batch.items.count)
        state.totals.correct += loss.correct
        state.totals.items += batch.items.count
        for count in outcome.flips {
            let name = network.specs[count.parameter.index].name
            state.totals.flips[name, default: .init()].flips += count.flips
            state.totals.flips[name, default: .init()].opportunities += count.count
        }
        state.stepInEpoch += 1
    }

    private func diverged(_ place: Divergence) -> TrainingError {
        .diverged(epoch: state.epoch + 1, step: state.stepInEpoch + 1, place)
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

    private mutating func finishEpoch(_ test: Dataset?, _ validation: Dataset?, seconds: Double, items: Int, steps: Int) throws -> EpochReport {
        let totals = state.totals
        let last = TrainingClock(
            step: (state.epoch + 1) * steps - 1, stepsPerEpoch: steps, totalSteps: options.epochs * steps)
        var schedules: [String: Double] = [:]
        for route in state.optimizer.routes {
            for (name, schedule) in route.rule.schedules { schedules["\(route.rule.name).\(name)"] = schedule.value(at: last) }
        }
        state.epoch += 1
        state.stepInEpoch = 0
        state.totals = EpochTotals()
        let (testAccuracy, validationAccuracy) = (try test.map { try accuracy($0) }, try validation.map { try accuracy($0) })
        if let accuracy = validationAccuracy ?? testAccuracy, accuracy > state.best?.accuracy ?? -1 {
            state.best = .init(epoch: state.epoch, accuracy: accuracy)
        }
        return EpochReport(
            epoch: state.epoch, step: state.epoch * steps, trainLoss: totals.loss / Double(max(totals.items, 1)),
            trainAccuracy: Double(totals.correct) / Double(max(totals.items, 1)), testAccuracy: testAccuracy, validationAccuracy: validationAccuracy,
            flipRatio: totals.flipRatio, flipRatios: totals.flips.mapValues(\.ratio),
            diagnostics: totals.layers.mapValues(\.means), schedules: schedules, seconds: seconds, waitSeconds: 0,
            imagesPerSecond: seconds > 0 ? Double(items) / seconds : 0, measures: totals.measures)
    }

    private func stepReport(_ steps: Int) -> StepReport {
        let items = Double(max(state.totals.items, 1))
        return StepReport(
            epoch: state.epoch + 1, stepInEpoch: state.stepInEpoch, stepsPerEpoch: steps, trainLoss: state.totals.loss / items,
            trainAccuracy: Double(state.totals.correct) / items)
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
