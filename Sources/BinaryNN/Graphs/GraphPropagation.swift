public import BitCore

/// y = Â·diag(α)·v: every node of the context's graph gets the sum of its neighbours' values and its own, weighted by the normalised adjacency
/// (`SparseAdjacency`) and by α of the neighbour. With a second input x, α = mean|x| of each row, which is what `RowScaledSign` left out; with v
/// alone, α is the graph's own: the magnitudes of the features that the network's input is the signs of.
///
/// Rows of a batch are the nodes, in the graph's order. Without a graph in the context no node has neighbours: Â = I, and α = 1 where no x says
/// otherwise.
public struct GraphPropagation: Layer {
    public init() {}

    public var kind: String { "GraphPropagation" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard (1...2).contains(inputs.count) else { throw .inputs(layer: kind, expected: 2, found: inputs.count) }
        for input in inputs where input.shape.rank != 1 { throw .rank(layer: kind, expected: 1, found: input.shape) }
        return Signal(inputs[0].shape, .real)
    }

    // Cache: α, where x gave it.
    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        var v = inputs[0].real(context)
        let own = inputs.count > 1 ? inputs[1].real(context).rowMagnitudes() : nil
        if mode == .training {
            cache.vectors = own.map { [$0] } ?? []
            // The second input's shape, for its gradient.
            if inputs.count > 1 { cache.vectors.append([Float(inputs[1].shape.columns)]) }
        }
        guard let graph = graph(v.shape[0], context) else {
            if let own { v.scaleRows(by: own) }
            return .real(v)
        }
        return .real(graph.adjacency.product(v, scales: own ?? graph.scales, parallel: context.parallel))
    }

    /// Â is its own transpose: ∂loss/∂v = diag(α)·Â·∂loss/∂y. α counts as a constant, so the gradient at x is 0.
    public func backward(
        _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        var gradient = consume outputGradient
        let rows = gradient.shape[0]
        let none = needs.count > 1 && needs[1] ? Tensor(zeros: [rows, Int(cache.vectors[1][0])]) : nil
        guard needs[0] else { return needs.count > 1 ? [nil, none] : [nil] }
        let graph = graph(rows, context)
        if let graph { gradient = graph.adjacency.product(gradient, parallel: context.parallel) }
        if let scales = cache.vectors.first ?? graph?.scales { gradient.scaleRows(by: scales) }
        return needs.count > 1 ? [gradient, none] : [gradient]
    }

    /// Of one node without its neighbours, whose number the layer does not know.
    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        counts.realOperations = 2 * inputs[0].shape.count
        return counts
    }

    private func graph(_ rows: Int, _ context: ExecutionContext) -> NodeGraph? {
        if let graph = context.graph { precondition(graph.nodeCount == rows, "a batch of \(rows) nodes with a graph of \(graph.nodeCount)") }
        return context.graph
    }
}
