public import BitCore

/// In training each element is kept with probability 1 − rate and then divided by it, else 0; in inference y = x (Srivastava et al. 2014, as
/// usually inverted). The rate is a multiple of 2⁻¹⁶. What was kept is remembered as bits.
public struct Dropout: Layer {
    public let rate: Float
    /// Draws below it are dropped.
    private let threshold: UInt64

    /// - Precondition: 0 ≤ rate < 1.
    public init(_ rate: Float) {
        precondition(rate >= 0 && rate < 1, "a dropout rate of \(rate) is not in [0, 1)")
        threshold = UInt64((rate * 65_536).rounded(.down))
        self.rate = Float(threshold) / 65_536
    }

    public var kind: String { "Dropout" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        return Signal(inputs[0].shape, .real)
    }

    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        guard mode == .training, threshold > 0 else {
            if mode == .training { cache.packed = [] }
            // Signs stay bits.
            return inputs[0]
        }
        var x = inputs[0].real(context)
        let kept = draw(x.shape, context)
        cache.packed = [kept]
        apply(kept, to: &x, context)
        return .real(x)
    }

    public func backward(
        _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        guard needs[0] else { return [nil] }
        var gradient = consume outputGradient
        if let kept = cache.packed.first { apply(kept, to: &gradient, context) }
        return [gradient]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts { OperationCounts() }

    private func apply(_ kept: PackedTensor, to x: inout Tensor, _ context: ExecutionContext) {
        context.kernels.mask(&x, by: kept, parallel: context.parallel)
        x.withUnsafeMutableElements { context.kernels.scale($0, by: 1 / (1 - rate), parallel: context.parallel) }
    }

    /// A stream a row, so that rows can be drawn in any order. Sixteen bits of it say of each element whether it is kept.
    private func draw(_ shape: Shape, _ context: ExecutionContext) -> PackedTensor {
        var kept = PackedTensor(minusOnes: shape)
        let (columns, stride, stream) = (shape.columns, kept.wordsPerRow, context.randomness)
        kept.withUnsafeMutableWords { words in
            nonisolated(unsafe) let words = words
            context.parallel.forEach(shape.rows, grain: max(1, 4096 / max(columns, 1))) { rows in
                for row in rows {
                    var generator = stream.split(UInt64(row))
                    for word in 0..<stride {
                        words[row * stride + word] = draw(&generator) & (~0 >> UInt64(max(0, 64 - columns + 64 * word)))
                    }
                }
            }
        }
        return kept
    }

    /// 64 elements: 1 where a number of 16 bits is not below the threshold. The numbers are drawn from their highest bits on, all 64 at once, until each
    /// differs from the threshold.
    private func draw(_ generator: inout SeededGenerator) -> UInt64 {
        var (kept, equal) = (0 as UInt64, ~0 as UInt64)
        for place in (0..<16 as Range<UInt64>).reversed() {
            // With no 1 left in the threshold, nothing that is equal so far is below it.
            guard equal != 0, threshold & ((2 << place) - 1) != 0 else { break }
            let bits = generator.next()
            if threshold >> place & 1 == 1 {
                equal &= bits
            } else {
                kept |= equal & bits
                equal &= ~bits
            }
        }
        return kept | equal
    }
}
