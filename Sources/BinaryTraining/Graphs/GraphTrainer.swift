public import BinaryNN
public import BitCore
internal import Datasets

/// What a run over a graph has besides `TrainingOptions`, whose batch size counts training nodes.
public struct GraphTrainingOptions: Sendable, Hashable, Codable {
    /// λ of g + λw on latent kernels. Rules pull reals only, since of a latent weight nothing but the sign counts; where its magnitude does, as a
    /// mean of magnitudes has it, a pull has its place.
    public var latentDecay: Float
    /// Takes from the gradient of each output's kernel its mean over the inputs (gradient centralisation: Yong et al., ECCV 2020, arXiv 2004.01461).
    /// Where most inputs are −1 in most nodes, as signs of sparse features are, what all weights of an output have in common is most of the
    /// gradient, and rules that look at its sign or size see little else.
    public var centresGradients: Bool

    public init(latentDecay: Float = 0, centresGradients: Bool = false) { (self.latentDecay, self.centresGradients) = (latentDecay, centresGradients) }
}

/// Trains a network on the labelled nodes of one graph. As `Trainer` it is deterministic, and its state is what a checkpoint saves.
///
/// A step is over all training nodes and the whole graph (batch size 0), or over a batch of training nodes and their field: the nodes within as
/// many edges of them as the network has propagations, with the values that Â has in the whole graph. At the batch's nodes a part gives what the
/// whole graph would, but for batch norms, whose statistics are then those of the field.
public struct GraphTrainer: Sendable {
    public let network: Network
    public let options: TrainingOptions
    public let graphOptions: GraphTrainingOptions
    public let context: ExecutionContext
    public private(set) var state: TrainingState
    public let shippedNetwork: Network
    private var gradients: Gradients

    /// A new run.
    /// - Parameter shipping: the network that evaluation runs, when it is not the trained one.
    public init(
        _ network: Network, _ optimizer: Optimizer, _ options: TrainingOptions, _ graphOptions: GraphTrainingOptions = GraphTrainingOptions(),
        _ context: ExecutionContext, shipping: Network? = nil
    ) throws(RoutingError) {
        let parameters = network.makeParameters(SeededGenerator(seed: options.seed).split("parameters"))
        let bound = try optimizer.bind(to: network)
        self.init(network, state: TrainingState(parameters: parameters, optimizer: bound), options, graphOptions, context, shipping: shipping)
    }

    /// A run that goes on from `state`.
    public init(
        _ network: Network, state: TrainingState, _ options: TrainingOptions, _ graphOptions: GraphTrainingOptions, _ context: ExecutionContext,
        shipping: Network? = nil
    ) {
        (self.network, self.options, self.graphOptions, self.context, self.state) = (network, options, graphOptions, context, state)
        shippedNetwork = shipping ?? network
        gradients = Gradients(network.specs)
        gradients.request(state.optimizer.signalRequests)
    }

    /// The parameters as `shippedNetwork` holds them.
    public var shippedParameters: ParameterStore {
        shippedNetwork.specs == network.specs ? state.parameters : state.parameters.shipped(as: shippedNetwork.specs, context)
    }

    public var memory: Trainer.MemoryUse {
        .init(parameters: state.parameters.byteCount, optimizerState: state.optimizer.stateBytes, gradients: gradients.byteCount)
    }

    /// The class of every node, by the inference pass of the network that is shipped over the whole graph.
    public func classes(_ task: GraphTask) -> [Int] {
        Self.classes(shippedNetwork, shippedParameters, task.input, context)
    }

    /// The class of every node: argmax of the scores, the lowest index at ties.
    public static func classes(_ network: Network, _ parameters: ParameterStore, _ input: GraphInput, _ context: ExecutionContext) -> [Int] {
        let scores = network.infer(.packed(input.signs), parameters, context.over(input.graph)).real(context)
        let width = scores.shape[1]
        return scores.withUnsafeElements { scores in (0..<input.nodeCount).map { argmax(scores[$0 * width..<($0 + 1) * width]) } }
    }

    /// Trains until `options.epochs` are done, `options.patience` epochs have passed without a new best, or `hooks.isCancelled`.
    /// - Returns: true when the run is done, false when it was cancelled.
    @discardableResult
    public mutating func train(_ task: GraphTask, _ hooks: TrainingHooks) throws -> Bool {
        try check(task)
        let sampler = BatchSampler(count: task.split.train.count, batchSize: options.batchSize, seed: options.seed)
        let isWhole = sampler.batchesPerEpoch == 1
        while state.epoch < options.epochs, !state.hasStalled(options) {
            let start = hooks.now()
            let itemsBefore = state.totals.items
            let batches = sampler.batches(epoch: state.epoch)
            while state.stepInEpoch < batches.count {
                if hooks.isCancelled() { return false }
                let nodes = isWhole ? task.split.train : batches[state.stepInEpoch].map { task.split.train[$0] }
                try step(task, nodes, isWhole: isWhole, stepsPerEpoch: batches.count)
                hooks.didStep(state.stepReport(stepsPerEpoch: batches.count))
            }
            let seconds = hooks.now() - start
            let accuracy = GraphAccuracy(task, classes(task))
            let report = state.finishEpoch(
                options, test: accuracy.test, validation: accuracy.validation, seconds: seconds, items: state.totals.items - itemsBefore,
                steps: batches.count)
            try hooks.didFinishEpoch(report, state)
        }
        return true
    }

    private mutating func step(_ task: GraphTask, _ nodes: [Int], isWhole: Bool, stepsPerEpoch: Int) throws(TrainingError) {
        let clock = state.clock(options, stepsPerEpoch: stepsPerEpoch)
        let (input, rows) = isWhole ? (task.input, nodes) : Self.part(of: task.input, around: nodes, hops: hops)
        let context = state.context(context, options, at: clock).over(input.graph)
        let tape = network.forward(.packed(input.signs), state.parameters, context)
        let loss = options.objective.evaluate(tape.output.real(context).rows(rows), labels: nodes.map { task.labels[$0] }, teacher: nil)
        guard loss.mean.isFinite else { throw state.diverged(.forward(network, .packed(input.signs), state.parameters, context)) }
        network.updateStatistics(tape, &state.parameters)
        network.backward(loss.gradient.spread(to: rows, of: input.nodeCount), consume tape, state.parameters, into: &gradients, context)
        changeGradients()
        try state.update(network, &gradients, loss: loss, items: nodes.count, clock, options, context)
    }

    /// Propagations of the network: how far a node sees.
    private var hops: Int { network.nodes.count { $0.layer is GraphPropagation } }

    /// The field of `nodes`, and which rows of it they are.
    static func part(of input: GraphInput, around nodes: [Int], hops: Int) -> (input: GraphInput, rows: [Int]) {
        let field = input.graph.adjacency.field(of: nodes, hops: hops)
        var place = [Int](repeating: -1, count: input.nodeCount)
        for (row, node) in field.enumerated() { place[node] = row }
        return (input.restricted(to: field), nodes.map { place[$0] })
    }

    private mutating func changeGradients() {
        if graphOptions.centresGradients {
            for id in state.parameters.ids where state.parameters.spec(id).role == .kernel {
                let inputs = state.parameters.spec(id).shape.columns
                gradients.withMutable(id) { g in
                    for start in stride(from: 0, to: g.count, by: inputs) {
                        var sum = 0.0
                        for i in start..<start + inputs { sum += Double(g[i]) }
                        let mean = Float(sum / Double(inputs))
                        for i in start..<start + inputs { g[i] -= mean }
                    }
                }
            }
        }
        guard graphOptions.latentDecay != 0 else { return }
        let (parameters, rate) = (state.parameters, graphOptions.latentDecay)
        for id in parameters.ids where parameters.spec(id).encoding == .latentBinary {
            gradients.withMutable(id) { g in parameters.withReals(id) { w in for i in 0..<g.count { g[i] += rate * w[i] } } }
        }
    }

    private func check(_ task: GraphTask) throws(TrainingError) {
        guard !task.split.train.isEmpty else { throw .emptyData(task.name) }
        guard task.input.featureCount == network.input.shape.count else {
            throw .itemShape(network: "\(network.input.shape)", data: "[\(task.input.featureCount)]")
        }
        guard task.classCount == network.output.shape.count else { throw .classes(network: network.output.shape.count, data: task.classCount) }
    }
}

extension Tensor {
    /// These rows of [rows × columns].
    func rows(_ rows: [Int]) -> Tensor {
        let width = shape[1]
        var result = Tensor(zeros: [rows.count, width])
        withUnsafeElements { source in
            result.withUnsafeMutableElements { target in
                for (place, row) in rows.enumerated() {
                    for column in 0..<width { target[place * width + column] = source[row * width + column] }
                }
            }
        }
        return result
    }

    /// Row i becomes row rows[i] of `count`; the others are 0.
    func spread(to rows: [Int], of count: Int) -> Tensor {
        let width = shape[1]
        var result = Tensor(zeros: [count, width])
        withUnsafeElements { source in
            result.withUnsafeMutableElements { target in
                for (place, row) in rows.enumerated() {
                    for column in 0..<width { target[row * width + column] = source[place * width + column] }
                }
            }
        }
        return result
    }
}
