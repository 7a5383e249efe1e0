public import BitCore

/// y = max(x, 0). The gradient passes where x ≥ 0, which is kept as bits.
public struct ReLU: Layer {
    public init() {}

    public var kind: String { "ReLU" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        if case .integer = inputs[0].width { return inputs[0] }
        return Signal(inputs[0].shape, .real)
    }

    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        var x = inputs[0].real(context)
        let positive = context.kernels.packSigns(x, parallel: context.parallel)
        context.kernels.mask(&x, by: positive, parallel: context.parallel)
        if mode == .training { cache.packed = [positive] }
        return .real(x)
    }

    public func backward(
        _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        guard needs[0] else { return [nil] }
        var gradient = consume outputGradient
        context.kernels.mask(&gradient, by: cache.packed[0], parallel: context.parallel)
        return [gradient]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        counts.comparisons = inputs[0].shape.count
        return counts
    }
}
