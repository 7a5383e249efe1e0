public import BitCore
public import DenseMath

/// What a pass runs on: passed along, never global.
public struct ExecutionContext: Sendable {
    /// Real and mixed products.
    public var engine: any DenseEngine
    /// Products of signs with signs, packing, element-wise passes.
    public var kernels: Kernels
    public var parallel: Parallel
    /// How the engine holds operands in the backward pass.
    public var precision: MatrixPrecision
    /// Where layers draw in a training pass (dropout, stochastic signs). A network gives each layer its own stream of it; the trainer
    /// gives each step its own, so that a resumed run draws what the unbroken one would have drawn.
    public var randomness: SeededGenerator
    /// T of kernels that are binarised progressively (`KernelQuantizer.progressive`): what a training pass divides their weights by. Not negative.
    public var weightTemperature: Float = 1
    /// The graph whose nodes the rows of the batch are; nil for items that have nothing to do with each other. Only layers of graphs look at it.
    public var graph: NodeGraph?

    public init(
        engine: any DenseEngine, kernels: Kernels = .active, parallel: Parallel = .serial, precision: MatrixPrecision = .float32,
        randomness: SeededGenerator = SeededGenerator(seed: 0)
    ) {
        self.engine = engine
        self.kernels = kernels
        self.parallel = parallel
        self.precision = precision
        self.randomness = randomness
    }

    /// The context of one training step of a run with this seed.
    public func drawing(seed: UInt64, step: Int) -> ExecutionContext {
        var context = self
        context.randomness = SeededGenerator(seed: seed).split("passes").split(UInt64(step))
        return context
    }

    /// The same context over the nodes of a graph.
    public func over(_ graph: NodeGraph) -> ExecutionContext {
        var context = self
        context.graph = graph
        return context
    }

    /// The same context with a stream of its own for one layer.
    func drawing(for layer: String) -> ExecutionContext {
        var context = self
        context.randomness = randomness.split(layer)
        return context
    }
}
