public import BitCore
internal import DenseMath

/// a = sign(x) with sign(0) = +1: the activation quantizer. Forward it makes bits; backward it applies a surrogate gradient.
public struct Sign: Layer {
    public let surrogate: Surrogate

    public init(_ surrogate: Surrogate = .straightThrough()) { self.surrogate = surrogate }

    public var kind: String { "Sign" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        return Signal(inputs[0].shape, .sign)
    }

    // Cache: the pass mask as bits for the straight-through estimator; what surrogates that weigh x need of it, which for ApproxSign is a byte, or two
    // where gradients are float32, and x itself otherwise.
    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let x = inputs[0].real(context)
        if mode == .training {
            switch surrogate {
            case .straightThrough(let limit): cache.packed = [context.kernels.packWithin(x, limit: limit, parallel: context.parallel)]
            case .approxSign: cache.slopes = context.kernels.approxSignSlopes(x, isWide: context.precision == .float32, parallel: context.parallel)
            case .swishSign: cache.reals = [x]
            }
        }
        return .packed(context.kernels.packSigns(x, parallel: context.parallel))
    }

    public func backward(
        _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        guard needs[0] else { return [nil] }
        var gradient = consume outputGradient
        switch surrogate {
        case .straightThrough:
            context.kernels.mask(&gradient, by: cache.packed[0], parallel: context.parallel)
        case .approxSign:
            context.kernels.multiply(&gradient, bySlopes: cache.slopes!, parallel: context.parallel)
        case .swishSign:
            let x = cache.reals[0]
            gradient.withUnsafeMutableElements { target in
                x.withUnsafeElements { x in
                    for i in 0..<target.count { target[i] *= surrogate.derivative(at: x[i]) }
                }
            }
        }
        return [gradient]
    }

    /// Adds the gradient at the input to one that other readers of it have sent, in one pass. False, and nothing done, for other surrogates than ApproxSign.
    func addGradient(_ outputGradient: borrowing Tensor, _ cache: LayerCache, to sum: inout Tensor, _ context: ExecutionContext) -> Bool {
        guard case .approxSign = surrogate, let slopes = cache.slopes else { return false }
        context.kernels.add(outputGradient, timesSlopes: slopes, to: &sum, parallel: context.parallel)
        return true
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        counts.comparisons = inputs[0].shape.count
        return counts
    }
}
