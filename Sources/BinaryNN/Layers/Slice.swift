public import BitCore

/// Some channels of a value, in order: what splits a value into parts, one layer a part. Signs stay bits.
public struct Slice: Layer {
    public let channels: Range<Int>
    private var inputShape: Shape = []

    /// - Precondition: at least one channel.
    public init(_ channels: Range<Int>) {
        precondition(!channels.isEmpty && channels.lowerBound >= 0, "a slice of channels \(channels)")
        self.channels = channels
    }

    public var kind: String { "Slice" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        inputShape = inputs[0].shape
        guard channels.upperBound <= inputShape.columns else {
            throw .invalid(layer: kind, what: "takes channels \(channels) of items of shape \(inputShape)")
        }
        return Signal(Shape(inputShape.dimensions.dropLast() + [channels.count]), inputs[0].width)
    }

    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let shape = Shape(inputs[0].shape.dimensions.dropLast() + [channels.count])
        switch inputs[0] {
        case .real(let x):
            var part = Tensor(uninitialized: shape)
            part.copyChannels(from: x, channels, to: 0, context.parallel)
            return .real(part)
        case .packed(let signs):
            var part = PackedTensor(minusOnes: shape)
            part.copyChannels(from: signs, channels, to: 0, context.parallel)
            return .packed(part)
        }
    }

    public func backward(
        _ outputGradient: Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        guard needs[0] else { return [nil] }
        var gradient = Tensor(zeros: inputShape.batched(outputGradient.shape[0]))
        gradient.copyChannels(from: outputGradient, 0..<channels.count, to: channels.lowerBound, context.parallel)
        return [gradient]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts { OperationCounts() }
}
