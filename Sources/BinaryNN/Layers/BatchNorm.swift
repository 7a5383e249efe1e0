public import BitCore

/// y = γ·(x − μ)/√(σ² + ε) + β per channel (Ioffe & Szegedy 2015). Training uses the batch's mean and biased variance; inference the
/// running ones, as y = a·x + b with a = γ/√(σ² + ε) and b = β − μ·a, rounded to Float32 and evaluated as a multiplication and then an
/// addition. That function is monotone in x, which is what makes integer thresholds exact.
public struct BatchNorm: Layer {
    public let hasScale: Bool
    /// Without, β = 0; with neither γ nor β the norm has nothing to learn ("without affine").
    public let hasShift: Bool
    /// Share of the old statistics that a step keeps.
    public let momentum: Float
    public let epsilon: Float
    /// An output layer's scores are snapped to a `ScoreGrid` in inference.
    public let isOutput: Bool
    public private(set) var scale = ParameterID.unbound
    public private(set) var bias = ParameterID.unbound
    public private(set) var mean = ParameterID.unbound
    public private(set) var variance = ParameterID.unbound
    private var grid: (bound: Int, shift: Int)?
    /// 2^−shift when the inputs are integers of 16 bits in units of it: the cache then holds them so.
    private var unit: Float?

    public init(scale: Bool = true, shift: Bool = true, momentum: Float = 0.9, epsilon: Float = 1e-4, isOutput: Bool = false) {
        hasScale = scale
        hasShift = shift
        self.momentum = momentum
        self.epsilon = epsilon
        self.isOutput = isOutput
    }

    public var kind: String { "BatchNorm" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        let channels = Shape([inputs[0].shape.columns])
        if hasScale { scale = parameters.declare("scale", channels, role: .scale) }
        if hasShift { bias = parameters.declare("bias", channels, role: .bias) }
        mean = parameters.declare("mean", channels, role: .statistic)
        variance = parameters.declare("variance", channels, role: .statistic)
        if case .integer(let bound, let shift) = inputs[0].width, bound <= Int(Int16.max) {
            unit = Float(sign: .plus, exponent: -shift, significand: 1)
        }
        if isOutput {
            guard case .integer(let bound, let shift) = inputs[0].width, bound < 1 << 22 else {
                throw .width(layer: "an output BatchNorm", wants: "integer sums below 2^22, so that scores can be exact; read a binary layer")
            }
            grid = (bound, shift)
        }
        return Signal(inputs[0].shape, .real)
    }

    public func initialize(_ parameters: inout ParameterStore, _ generator: inout SeededGenerator) {
        if hasScale { parameters.withMutableReals(scale) { $0.update(repeating: 1) } }
        parameters.withMutableReals(variance) { $0.update(repeating: 1) }
    }

    /// a and b of inference, and the grid they were snapped to if this is an output layer.
    public func inferenceAffine(_ parameters: ParameterStore) -> (a: [Float], b: [Float], grid: ScoreGrid?) {
        let (mean, variance, bias) = (parameters.reals(mean), parameters.reals(variance), beta(parameters))
        let gamma = hasScale ? parameters.reals(scale) : Array(repeating: 1, count: mean.count)
        let a = zip(gamma, variance).map { Float(Double($0) / (Double($1) + Double(epsilon)).squareRoot()) }
        let b = mean.indices.map { Float(Double(bias[$0]) - Double(mean[$0]) * Double(a[$0])) }
        guard let grid else { return (a, b, nil) }
        let snapped = ScoreGrid(a: a, b: b, bound: grid.bound, shift: grid.shift)
        let floats = snapped.floats(shift: grid.shift)
        return (floats.a, floats.b, snapped)
    }

    // Cache: the input, as integers of 16 bits where it is such, unless it is sums that are made again; vectors: batch mean, 1/√(σ² + ε), batch variance.
    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        forward(.reals(inputs[0].real(context)), parameters, mode: mode, context, cache: &cache)
    }

    func forward(
        _ x: NormInput, _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        switch x {
        case .reals(let x) where mode == .inference:
            let (a, b, _) = inferenceAffine(parameters)
            return .real(context.kernels.affine(x, scale: a, bias: b, parallel: context.parallel))
        case .reals(let reals):
            let vectors = statistics(x, parameters, context, &cache)
            cache.reals = [reals]
            return .real(context.kernels.normalize(reals, vectors, parallel: context.parallel))
        case .sums(let sums):
            let vectors = statistics(x, parameters, context, &cache)
            return .real(context.kernels.normalize(sums, vectors, parallel: context.parallel))
        }
    }

    public func backward(
        _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        let gradient = backward(consume outputGradient, at: keptInput(cache), through: .none, cache, parameters, &gradients, context)
        return [needs[0] ? gradient : nil]
    }

    private func beta(_ parameters: ParameterStore) -> [Float] {
        hasShift ? parameters.reals(bias) : Array(repeating: 0, count: parameters.spec(mean).count)
    }

    private func vectors(_ parameters: ParameterStore, mean: [Float], inverse: [Float]) -> NormVectors {
        NormVectors(mean: mean, inverseDeviation: inverse, gamma: hasScale ? parameters.reals(scale) : nil, beta: beta(parameters))
    }

    private func statistics(_ x: NormInput, _ parameters: ParameterStore, _ context: ExecutionContext, _ cache: inout LayerCache) -> NormVectors {
        let (mean, variance) = context.kernels.channelStatistics(x, parallel: context.parallel)
        let inverse = variance.map { Float(1 / (Double($0) + Double(epsilon)).squareRoot()) }
        cache.vectors = [mean, inverse, variance]
        return vectors(parameters, mean: mean, inverse: inverse)
    }

    /// The input as a training pass kept it.
    func keptInput(_ cache: LayerCache) -> NormInput {
        guard let counts = cache.shorts.first else { return .reals(cache.reals[0]) }
        let channels = cache.vectors[0].count
        let factors = cache.factors ?? Array(repeating: unit ?? 1, count: channels)
        return .sums(ScaledSums(shape: [counts.count / max(channels, 1), channels], counts: counts, factors: factors))
    }

    // MARK: With what stands behind it

    /// The signs of what `forward` gives, without storing that. The cache need not hold masks either: y, and with it the surrogate's
    /// factor, follows from the input.
    func forwardSigns(
        _ x: NormInput, _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> PackedTensor {
        if mode == .inference, case .reals(let x) = x {
            let (a, b, _) = inferenceAffine(parameters)
            return context.kernels.affineSigns(x, scale: a, bias: b, parallel: context.parallel)
        }
        let vectors = statistics(x, parameters, context, &cache)
        guard case .reals(let reals) = x else { return context.kernels.normalizeSigns(x, vectors, keptUnit: nil, parallel: context.parallel).signs }
        let (signs, kept) = context.kernels.normalizeSigns(x, vectors, keptUnit: unit, parallel: context.parallel)
        if let kept { cache.shorts = [kept] } else { cache.reals = [reals] }
        return signs
    }

    /// Adds what `forward` gives of a training batch to `total`, and makes of that the signs where wanted, and ApproxSign's slopes where they have a place.
    func join(
        _ x: ScaledSums, to total: inout Tensor, wantsSigns: Bool, slopes: ApproxSignSlopes?, _ parameters: ParameterStore, _ context: ExecutionContext,
        cache: inout LayerCache
    ) -> PackedTensor? {
        let vectors = statistics(.sums(x), parameters, context, &cache)
        return context.kernels.join(x, vectors, to: &total, wantsSigns: wantsSigns, slopes: slopes, parallel: context.parallel)
    }

    /// The gradient at the input `x`, given that at the output, or at the signs when one of their surrogates is named.
    func backward(
        _ outputGradient: consuming Tensor, at x: NormInput, through surrogate: FusedSurrogate, _ cache: LayerCache, _ parameters: ParameterStore,
        _ gradients: inout Gradients, _ context: ExecutionContext
    ) -> Tensor {
        var gradient = consume outputGradient
        let result = context.kernels.normalizeBackward(
            &gradient, x, vectors(parameters, mean: cache.vectors[0], inverse: cache.vectors[1]), surrogate: surrogate, parallel: context.parallel)
        if hasScale { gradients.withMutable(scale) { _ = $0.update(fromContentsOf: result.gamma) } }
        if hasShift { gradients.withMutable(bias) { _ = $0.update(fromContentsOf: result.beta) } }
        return gradient
    }

    /// running = momentum·running + (1 − momentum)·batch.
    public func updateStatistics(_ cache: LayerCache, _ parameters: inout ParameterStore) {
        for (id, batch) in [(mean, cache.vectors[0]), (variance, cache.vectors[2])] {
            parameters.withMutableReals(id) { running in
                for c in 0..<running.count { running[c] = momentum * running[c] + (1 - momentum) * batch[c] }
            }
        }
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        counts.realOperations = 2 * inputs[0].shape.count
        return counts
    }
}
