public import BitCore

/// One of several equal runs of channels, taken from every slice of slice-major channels: the halves of BoolNet's blocks. Signs stay bits.
public struct Split: Layer {
    /// Which run, from 0.
    public let part: Int
    /// Runs in a slice.
    public let parts: Int
    public let slices: Int
    private var width = 0

    /// - Precondition: a part below `parts`.
    public init(_ part: Int, of parts: Int = 2, slices: Int = 1) {
        precondition(part >= 0 && part < parts, "part \(part) of \(parts)")
        (self.part, self.parts, self.slices) = (part, parts, slices)
    }

    public var kind: String { "Split" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        width = try SliceLayout(kind, inputs[0].shape, slices: slices).width
        guard width % parts == 0, width > 0 else {
            throw .invalid(layer: kind, what: "takes one of \(parts) equal parts of the \(width) channels in each of \(slices) slice(s) of \(inputs[0].shape)")
        }
        return Signal(Shape(inputs[0].shape.dimensions.dropLast() + [slices * width / parts]), inputs[0].width)
    }

    /// The channels of the input that slice `slice` keeps. Known when bound.
    public func channels(ofSlice slice: Int) -> Range<Int> {
        let first = slice * width + part * (width / parts)
        return first..<first + width / parts
    }

    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let shape = Shape(inputs[0].shape.dimensions.dropLast() + [slices * width / parts])
        switch inputs[0] {
        case .real(let x):
            var result = Tensor(uninitialized: shape)
            for slice in 0..<slices { result.copyChannels(from: x, channels(ofSlice: slice), to: slice * width / parts, context.parallel) }
            return .real(result)
        case .packed(let signs):
            var result = PackedTensor(minusOnes: shape)
            for slice in 0..<slices { result.copyChannels(from: signs, channels(ofSlice: slice), to: slice * width / parts, context.parallel) }
            return .packed(result)
        }
    }

    public func backward(
        _ outputGradient: Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        guard needs[0] else { return [nil] }
        var gradient = Tensor(zeros: Shape(outputGradient.shape.dimensions.dropLast() + [slices * width]))
        let run = width / parts
        for slice in 0..<slices {
            gradient.copyChannels(from: outputGradient, slice * run..<(slice + 1) * run, to: channels(ofSlice: slice).lowerBound, context.parallel)
        }
        return [gradient]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts { OperationCounts() }
}
