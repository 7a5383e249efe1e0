public import BitCore

/// Any item shape to one dimension. Packed signs are repacked where rows do not end on a word.
public struct Flatten: Layer {
    private var inputShape: Shape = []

    public init() {}

    public var kind: String { "Flatten" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        inputShape = inputs[0].shape
        return Signal(Shape([inputShape.count]), inputs[0].width)
    }

    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let flat = Shape([inputs[0].shape[0], inputShape.count])
        switch inputs[0] {
        case .real(let x): return .real(x.reshaped(to: flat))
        case .packed(let bits):
            let words = bits.words
            if inputShape.columns % 64 == 0 || inputShape.rows == 1 { return .packed(PackedTensor(words: words, shape: flat)) }
            let real = context.kernels.unpackSigns(bits, parallel: context.parallel).reshaped(to: flat)
            return .packed(context.kernels.packSigns(real, parallel: context.parallel))
        }
    }

    public func backward(
        _ outputGradient: Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        [needs[0] ? outputGradient.reshaped(to: inputShape.batched(outputGradient.shape[0])) : nil]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts { OperationCounts() }
}
