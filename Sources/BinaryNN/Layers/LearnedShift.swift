public import BitCore

/// y = x + b_c: the learned threshold before a sign, RSign of ReActNet (Liu et al. 2020) when a `Sign` follows.
public struct LearnedShift: Layer {
    public private(set) var bias = ParameterID.unbound

    public init() {}

    public var kind: String { "LearnedShift" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        bias = parameters.declare("bias", Shape([inputs[0].shape.columns]), role: .threshold)
        return Signal(inputs[0].shape, .real)
    }

    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        var x = inputs[0].real(context)
        x.scaleAndShift(nil, parameters.reals(bias), context)
        return .real(x)
    }

    public func backward(
        _ outputGradient: Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        gradients.withMutable(bias) { target in
            outputGradient.withUnsafeElements { dy in
                context.kernels.columnSums(
                    dy, rows: outputGradient.shape.rows, channels: target.count, into: target, parallel: context.parallel)
            }
        }
        return [needs[0] ? outputGradient : nil]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        counts.realOperations = inputs[0].shape.count
        return counts
    }
}
