public import BitCore

/// The mean of each channel over an image: [height × width × channels] to [channels].
public struct GlobalAveragePool: Layer {
    private var pooling: Pooling?

    public init() {}

    public var kind: String { "GlobalAveragePool" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        let shape = inputs[0].shape
        guard shape.rank == 3 else { throw .image(layer: kind, found: shape) }
        pooling = try Pooling(kind, inputs, Window(shape[0], shape[1]), .valid, nil)
        return Signal(Shape([shape[2]]), inputs[0].width.mean(of: shape[0] * shape[1], .valid))
    }

    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let x = inputs[0].real(context)
        return .real(bound.means(x, context).reshaped(to: Shape([x.shape[0], x.shape[3]])))
    }

    public func backward(
        _ outputGradient: Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        guard needs[0] else { return [nil] }
        return [bound.gradient(ofMeans: outputGradient.reshaped(to: bound.output.batched(outputGradient.shape[0])), context)]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        counts.realOperations = inputs[0].shape.count
        return counts
    }

    private var bound: Pooling {
        guard let pooling else { preconditionFailure("a \(kind) that no network has bound has no geometry") }
        return pooling
    }
}
