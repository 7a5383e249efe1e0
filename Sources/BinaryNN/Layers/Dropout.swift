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
        var gradient = outputGradient
        if let kept = cache.packed.first { apply(kept, to: &gradient, context) }
        return [gradient]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts { OperationCounts() }

    private func apply(_ kept: PackedTensor, to x: inout Tensor, _ context: ExecutionContext) {
        context.kernels.mask(&x, by: kept, parallel: context.parallel)
        x.withUnsafeMutableElements { context.kernels.scale($0, by: 1 / (1 - rate), parallel: context.parallel) }
    }

    /// Sixteen bits of the stream decide each element. A stream a row, so that rows can be drawn in any order.
    private func draw(_ shape: Shape, _ context: ExecutionContext) -> PackedTensor {
        var kept = PackedTensor(minusOnes: shape)
        let (columns, stride, stream, threshold) = (shape.columns, kept.wordsPerRow, context.randomness, threshold)
        kept.withUnsafeMutableWords { words in
            nonisolated(unsafe) let words = words
            context.parallel.forEach(shape.rows, grain: max(1, 4096 / max(columns, 1))) { rows in
                for row in rows {
                    var generator = stream.split(UInt64(row))
                    var first = 0
                    while first < columns {
                        let draws = generator.next()
                        for j in first..<min(first + 4, columns) {
                            let draw = draws >> UInt64(16 * (j - first)) & 0xFFFF
                            words[row * stride + j / 64] |= (draw >= threshold ? 1 : 0) << UInt64(j % 64)
                        }
                        first += 4
                    }
                }
            }
        }
        return kept
    }
}
