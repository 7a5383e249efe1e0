public import BinaryNN
internal import BitCore
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

    /// A new run: fresh parameters from the seed, each trained parameter with its rule.
    /// - Parameter shipping: the network that evaluation runs, when it is not the trained one.
    public init(
        _ network: Network, _ optimizer: Optimizer, _ options: TrainingOptions, _ context: ExecutionContext, shipping: Network? = nil
    ) throws(RoutingError) {
        let parameters = network.makeParameters(SeededGenerator(seed: options.seed).split("parameters"))
        let bound = try optimizer.bind(to: network.specs)
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

    /// Trains until `options.epochs` are done or `hooks.isCancelled`; the state then stands where the run stopped.
    /// - Returns: true when all epochs are done.
    @discardableResult
    public mutating func train(_ data: Dataset, test: Dataset?, _ hooks: TrainingHooks) throws -> Bool {
        try check(data)
        if let test { try check(test) }
        let sampler = BatchSampler(count: data.count, batchSize: options.batchSize, seed: options.seed)
        while state.epoch < options.epochs {
            let start = hooks.now()
            let itemsBefore = state.totals.items
            let batches = sampler.batches(epoch: state.epoch)
            while state.stepInEpoch < batches.count {
                if hooks.isCancelled() { return false }
                try step(data, batches[state.stepInEpoch], stepsPerEpoch: batches.count)
                hooks.didStep(stepReport(batches.count))
            }
            let seconds = hooks.now() - start
            let report = try finishEpoch(test, seconds: seconds, items: state.totals.items - itemsBefore, steps: batches.count)
            try hooks.didFinishEpoch(report, state)
        }
        return true
    }

    /// Share of `data` that the inference pass of the network that is shipped gets right.
    public func accuracy(_ data: Dataset) -> Double {
        Evaluation.accuracy(shippedNetwork, shippedParameters, data, options.encoding, context)
    }

    // MARK: Parts of a run

    private mutating func step(_ data: Dataset, _ items: ArraySlice<Int>, stepsPerEpoch: Int) throws(TrainingError) {
        let clock = TrainingClock(
            step: state.epoch * stepsPerEpoch + state.stepInEpoch, stepsPerEpoch: stepsPerEpoch, totalSteps: options.epochs * stepsPerEpoch)
        let batch = trainingBatch(data, items)
        // What layers draw in this step depends on seed and step alone, so a resumed run draws the same.
        let context = context.drawing(seed: options.seed, step: clock.step)
        let tape = network.forward(batch.input, state.parameters, context)
        let loss = options.loss.evaluate(tape.output.real(context), labels: batch.labels)
        guard loss.mean.isFinite else { throw diverged(.forward(network, batch.input, state.parameters, context)) }
        network.backward(loss.gradient, tape, state.parameters, into: &gradients, context)
        let measured = options.diagnosticsInterval > 0 && clock.step % options.diagnosticsInterval == 0 ? gradients : nil
        if options.clipping != .none, !options.clipping.apply(to: &gradients, context) {
            throw diverged(.backward(gradients, context) ?? .loss)
        }
        let countFlips = options.flipInterval > 0 && clock.step % options.flipInterval == 0
        let outcome = state.optimizer.step(&state.parameters, gradients, clock, countFlips: countFlips, context)
        if let id = outcome.fault {
            let update = Divergence.update(
                parameter: network.specs[id.index].name, rule: state.optimizer.rule(for: id)?.name ?? "its rule")
            throw diverged(.backward(gradients, context) ?? update)
        }
        network.updateStatistics(tape, &state.parameters)
        if let measured { state.totals.measure(state.parameters, measured, state.optimizer, clock, context) }

        state.totals.loss += loss.mean * Double(items.count)
        state.totals.correct += loss.correct
        state.totals.items += items.count
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

    private func trainingBatch(_ data: Dataset, _ items: ArraySlice<Int>) -> (input: Activation, labels: [Int]) {
        guard options.shift > 0 || !options.warp.isIdentity else {
            return (Evaluation.input(data, items, options.encoding, network.input.shape, context), items.map { data.labels[$0] })
        }
        var batch = data.selecting(items)
        if options.shift > 0 { batch = RandomShift(pixels: options.shift).apply(batch, ids: items, epoch: state.epoch, seed: options.seed) }
        if !options.warp.isIdentity { batch = options.warp.apply(batch, ids: items, epoch: state.epoch, seed: options.seed) }
        return (Evaluation.input(batch, 0..<batch.count, options.encoding, network.input.shape, context), batch.labels)
    }

    private mutating func finishEpoch(_ test: Dataset?, seconds: Double, items: Int, steps: Int) throws -> EpochReport {
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
        return EpochReport(
            epoch: state.epoch, step: state.epoch * steps, trainLoss: totals.loss / Double(max(totals.items, 1)),
            trainAccuracy: Double(totals.correct) / Double(max(totals.items, 1)), testAccuracy: test.map(accuracy),
            flipRatio: totals.flipRatio, flipRatios: totals.flips.mapValues(\.ratio),
            diagnostics: totals.layers.mapValues(\.means), schedules: schedules, seconds: seconds,
            imagesPerSecond: seconds > 0 ? Double(items) / seconds : 0)
    }

    private func stepReport(_ steps: Int) -> StepReport {
        let items = Double(max(state.totals.items, 1))
        return StepReport(
            epoch: state.epoch + 1, stepInEpoch: state.stepInEpoch, stepsPerEpoch: steps, trainLoss: state.totals.loss / items,
            trainAccuracy: Double(state.totals.correct) / items)
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
