public import BitCore

/// DoReFa-Net's activation quantizer (Zhou et al. 2016): y = round(u·n)/n with u = clip(x, 0, 1) and n = 2^k − 1. The gradient passes where
/// 0 ≤ x ≤ 1, which is kept as bits.
public struct QuantizeActivation: Layer {
    public let bits: Int

    /// - Precondition: 1 to 16 bits.
    public init(bits: Int) {
        precondition((1...16).contains(bits), "activations of \(bits) bits; 1 to 16 make sense")
        self.bits = bits
    }

    public var kind: String { "QuantizeActivation" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        return Signal(inputs[0].shape, .real)
    }

    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        var x = inputs[0].real(context)
        if mode == .training {
            var rest = x
            rest.scaleAndShift(Array(repeating: -1, count: x.shape.columns), Array(repeating: 1, count: x.shape.columns), context)
            var inside = context.kernels.packSigns(x, parallel: context.parallel)
            context.kernels.packSigns(rest, parallel: context.parallel).withUnsafeWords { below in
                inside.withUnsafeMutableWords { words in
                    for i in 0..<words.count { words[i] &= below[i] }
                }
            }
            cache.packed = [inside]
        }
        let levels = Float((1 << bits) - 1)
        x.withUnsafeMutableElements { x in
            nonisolated(unsafe) let x = x
            context.parallel.forEach(x.count, grain: 16_384) { range in
                for i in range { x[i] = (min(max(x[i], 0), 1) * levels).rounded() / levels }
            }
        }
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
        counts.realOperations = 2 * inputs[0].shape.count
        return counts
    }
}
