public import BitCore

/// The binary activation of Bi-GCN (Wang et al., CVPR 2021, arXiv 2010.07565): x ≈ α·sign(x) with α = mean|x| of each row, sign(0) = +1. The
/// gradient at α·sign(x) passes where |x| ≤ 1; α counts as a constant in it.
///
/// What flows on is the signs, as bits, so that the product behind runs on them; α joins the rows behind that product, in the
/// `GraphPropagation` that is given x too, which is the same since α is one number a row. The gradient that comes back is that at sign(x), which
/// has the factor α; it is divided out again.
public struct RowScaledSign: Layer {
    public init() {}

    public var kind: String { "RowScaledSign" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        guard inputs[0].shape.rank == 1 else { throw .rank(layer: kind, expected: 1, found: inputs[0].shape) }
        return Signal(inputs[0].shape, .sign)
    }

    // Cache: the pass mask as bits, and α.
    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let x = inputs[0].real(context)
        if mode == .training {
            cache.packed = [context.kernels.packWithin(x, limit: 1, parallel: context.parallel)]
            cache.vectors = [x.rowMagnitudes()]
        }
        return .packed(context.kernels.packSigns(x, parallel: context.parallel))
    }

    public func backward(
        _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        guard needs[0] else { return [nil] }
        var gradient = consume outputGradient
        context.kernels.mask(&gradient, by: cache.packed[0], parallel: context.parallel)
        // A row of zeros had no part in the product.
        gradient.scaleRows(by: cache.vectors[0].map { $0 > 0 ? 1 / $0 : 0 })
        return [gradient]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        counts.comparisons = inputs[0].shape.count
        counts.realOperations = inputs[0].shape.count
        return counts
    }
}

extension Tensor {
    /// Row r times factors[r].
    mutating func scaleRows(by factors: [Float]) {
        let width = shape.columns
        precondition(factors.count == shape.rows, "\(factors.count) factors for \(shape.rows) rows")
        withUnsafeMutableElements { values in
            for (row, factor) in factors.enumerated() {
                for place in row * width..<(row + 1) * width { values[place] *= factor }
            }
        }
    }
}
