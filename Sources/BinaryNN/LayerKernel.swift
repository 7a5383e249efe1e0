public import BitCore
internal import DenseMath

/// The kernel of a product layer: how its weights are held, quantized and scaled. `Dense` and `Conv2D` share it; its first extent is the
/// outputs.
public struct LayerKernel: Sendable {
    public let encoding: ParameterEncoding
    public let quantizer: KernelQuantizer
    public let scale: WeightScale
    public let initialization: KernelInitialization
    /// The weights.
    public private(set) var weights = ParameterID.unbound
    /// The factors of a learned scale.
    public private(set) var scales = ParameterID.unbound

    /// - Precondition: the quantizer reads the encoding; a mean of magnitudes is of latent weights.
    init(_ encoding: ParameterEncoding, _ quantizer: KernelQuantizer?, _ scale: WeightScale, _ initialization: KernelInitialization) {
        self.encoding = encoding
        self.quantizer = quantizer ?? .standard(for: encoding)
        self.scale = scale
        self.initialization = initialization
        precondition(self.quantizer.reads(encoding), "a \(encoding.rawValue) kernel cannot be quantized as \(self.quantizer)")
        if case .doReFa(let bits) = self.quantizer {
            precondition(KernelQuantizer.bitWidths.contains(bits), "DoReFa weights of \(bits) bits; 2 to 16 make sense")
        }
        if case .meanMagnitude = scale {
            precondition(encoding == .latentBinary, "the mean of magnitudes is a scale of latent weights, not of a \(encoding.rawValue) kernel")
        }
    }

    mutating func bind(_ shape: Shape, _ parameters: inout ParameterBuilder) {
        weights = parameters.declare("kernel", shape, role: .kernel, encoding: encoding)
        if scale == .learned { scales = parameters.declare("weight-scale", Shape([shape[0]]), role: .scale) }
    }

    /// The type of the sums, given `terms` products for each. Bounds the raw sum Σ q·x of bytes, |Σ q·x| ≤ largest byte·terms, and the
    /// constant zero·Σ q apart, as the shipped model adds them up.
    func width(_ input: Signal.Width, terms: Int, padding: Padding = .valid, hasBias: Bool) -> Signal.Width {
        guard quantizer.isInteger, scale == .none, !hasBias else { return .real }
        switch input {
        case .sign: return .integer(bound: terms, shift: 0)
        case .byte(let zero, let shift):
            let largest = padding == .plusOne ? max(255, zero + 1 << shift) : 255
            return .integer(bound: terms * (largest + abs(zero)), shift: shift)
        case .integer, .real: return .real
        }
    }

    /// True when the sums of inference are whole multiples of a power of two that Float32 holds exactly, so that any order of summation gives
    /// them.
    func isExact(_ input: Signal.Width, terms: Int, padding: Padding = .valid) -> Bool {
        guard quantizer.isInteger || quantizer.shipsAsSigns else { return false }
        return switch input {
        case .sign: terms < 1 << 24
        case .byte(let zero, let shift): terms * (max(255, padding == .plusOne ? zero + 1 << shift : 0) + abs(zero)) < 1 << 24
        case .integer(let bound, let shift): terms * max(bound, padding == .plusOne ? 1 << max(shift, 0) : 0) < 1 << 24
        case .real: false
        }
    }

    /// The weights as floats.
    func floats(_ weights: ConvolutionTensor, _ context: ExecutionContext) -> Tensor {
        switch weights {
        case .reals(let tensor): return tensor
        case .signs(let signs): return context.kernels.unpackSigns(signs, parallel: context.parallel)
        case .scaledSigns: preconditionFailure("weights before their scale have no factors")
        }
    }

    /// True when inputs of this type and the quantized weights are whole multiples of a power of two with at most 8 bits, as bfloat16 holds.
    func isExactInBFloat16(_ input: Signal.Width) -> Bool {
        guard quantizer.isInteger else { return false }
        switch input {
        case .sign, .byte: return true
        case .integer(let bound, _): return bound <= 256
        case .real: return false
        }
    }

    /// Latent weights and reals: as `initialization` says; bits: fair coins; learned scales: mean|w|, 1 for bits.
    func initialize(_ parameters: inout ParameterStore, _ generator: inout SeededGenerator, fanIn: Int, fanOut: Int) {
        if encoding == .binary {
            parameters.setSigns(weights, .coins(parameters.spec(weights).shape, &generator))
        } else {
            let columns = parameters.spec(weights).shape.columns
            parameters.withMutableReals(weights) { values in
                switch initialization {
                case .glorot:
                    let limit = (6 / Float(fanIn + fanOut)).squareRoot()
                    for i in 0..<values.count { values[i] = limit * (2 * generator.uniform() - 1) }
                case .kaiming(let factor):
                    // Weights of all outputs that read one input channel, whatever the groups.
                    let deviation = factor * (2 / Float(max(values.count / max(columns, 1), 1))).squareRoot()
                    for i in 0..<values.count { values[i] = deviation * generator.normal() }
                }
            }
        }
        if scale == .learned {
            let initial = encoding == .binary ? Array(repeating: 1, count: parameters.spec(weights).shape[0]) : means(parameters, .serial)
            parameters.setReals(scales, initial)
        }
    }

    /// The weights as a pass computes with them, before their scale. A training pass leaves signs and scale in the cache.
    func quantized(_ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, _ cache: inout LayerCache) -> ConvolutionTensor {
        if mode == .training {
            cache.factors = factors(parameters, parallel: context.parallel)
            if quantizer.isSign {
                let signs = quantizer == .stochasticSign ? draw(parameters, context) : parameters.signs(weights, context)
                cache.kernel = signs
                return .signs(signs)
            }
        }
        if quantizer == .progressive, mode == .inference { return .signs(parameters.signs(weights, context)) }
        return quantized(parameters, cache, context)
    }

    /// The weights that the forward pass computed with.
    func quantized(_ parameters: ParameterStore, _ cache: LayerCache, _ context: ExecutionContext) -> ConvolutionTensor {
        if let signs = cache.kernel { return .signs(signs) }
        if quantizer.isSign { return .signs(parameters.signs(weights, context)) }
        let shape = parameters.spec(weights).shape
        return parameters.withReals(weights) { w in
            switch quantizer {
            case .none, .sign, .stochasticSign: return .reals(Tensor(w, shape: shape))
            case .progressive:
                let temperature = context.weightTemperature
                return .reals(Tensor(w.map { Self.ramp($0, temperature) }, shape: shape))
            case .ternary(let threshold):
                let delta = threshold.value(w)
                return .reals(Tensor(w.map { $0 > delta ? 1 : $0 < -delta ? -1 : 0 }, shape: shape))
            case .doReFa(let bits):
                let (levels, range) = (Float((1 << bits) - 1), DoReFa.range(w))
                return .reals(
                    Tensor(w.map { 2 * ((DoReFa.tanh($0) / (2 * range) + 0.5) * levels).rounded() / levels - 1 }, shape: shape))
            }
        }
    }

    /// The weights of inference as floats, before their scale.
    public func inferenceWeights(_ parameters: ParameterStore) -> Tensor {
        let context = ExecutionContext(engine: PortableEngine())
        var cache = LayerCache()
        return floats(quantized(parameters, mode: .inference, context, &cache), context)
    }

    /// α of every output; nil for 1.
    public func factors(_ parameters: ParameterStore, parallel: Parallel = .serial) -> [Float]? {
        switch scale {
        case .none: nil
        case .meanMagnitude: means(parameters, parallel)
        case .learned: parameters.reals(scales)
        }
    }

    /// Those that the pass computed with, which left the cache.
    func factors(_ parameters: ParameterStore, _ cache: LayerCache) -> [Float]? { cache.factors ?? factors(parameters) }

    /// The quantized weights with their scale in them: what the gradient at the input is a product with.
    func scaled(_ parameters: ParameterStore, _ cache: LayerCache, _ context: ExecutionContext) -> ConvolutionTensor {
        let plain = quantized(parameters, cache, context)
        guard let factors = factors(parameters, cache) else { return plain }
        switch consume plain {
        case .signs(let signs): return .scaledSigns(signs, factors)
        case .scaledSigns: preconditionFailure("a quantizer gives no scales")
        case .reals(var tensor):
            let width = tensor.count / factors.count
            tensor.withUnsafeMutableElements { values in
                for (output, factor) in factors.enumerated() {
                    for i in output * width..<(output + 1) * width { values[i] *= factor }
                }
            }
            return .reals(tensor)
        }
    }

    /// Turns the gradient at α·q, which lies in the place of the weights' gradient, into that of the weights, and writes that of learned scales.
    func finishGradient(_ gradients: inout Gradients, _ parameters: ParameterStore, _ cache: LayerCache, _ context: ExecutionContext) {
        guard scale != .none || !(quantizer.isSign || quantizer == .none) else { return }
        let alpha = factors(parameters, cache)
        var scaleGradient: [Float] = []
        if scale == .learned { scaleGradient = products(gradients, parameters, cache, context) }
        gradients.withMutable(weights) { g in
            guard encoding != .binary else {
                // No latent weight: the gradient at a bit is that at α·q times α.
                if let alpha { forEachOutput(g.count, alpha.count) { output, i in g[i] *= alpha[output] } }
                return
            }
            parameters.withReals(weights) { w in
                chain(g, w, alpha, context)
            }
        }
        if scale == .learned { gradients.withMutable(scales) { _ = $0.update(fromContentsOf: scaleGradient) } }
    }

    /// clamp(w/T, −1, 1); sign(w) at T = 0.
    private static func ramp(_ w: Float, _ temperature: Float) -> Float {
        guard temperature > 0 else { return w >= 0 ? 1 : -1 }
        return max(-1, min(1, w / temperature))
    }

    private func chain(
        _ g: UnsafeMutableBufferPointer<Float>, _ w: UnsafeBufferPointer<Float>, _ alpha: [Float]?, _ context: ExecutionContext
    ) {
        let range = if case .doReFa = quantizer { DoReFa.range(w) } else { Float(1) }
        let outputs = alpha?.count ?? 1
        let width = g.count / outputs
        nonisolated(unsafe) let (g, w) = (g, w)
        context.parallel.forEach(outputs) { rows in
            for output in rows {
                let row = output * width..<(output + 1) * width
                let (g, w) = (UnsafeMutableBufferPointer(rebasing: g[row]), UnsafeBufferPointer(rebasing: w[row]))
                if case .meanMagnitude(let rule) = scale, let alpha {
                    chainMean(rule, g, w, alpha[output], context.weightTemperature)
                } else {
                    if let alpha { for i in 0..<width { g[i] *= alpha[output] } }
                    chainQuantizer(g, w, range: range)
                }
            }
        }
    }

    /// Through α·q of one output, where α is the mean of the magnitudes.
    private func chainMean(
        _ rule: WeightScale.MeanGradient, _ g: UnsafeMutableBufferPointer<Float>, _ w: UnsafeBufferPointer<Float>, _ alpha: Float, _ temperature: Float
    ) {
        let n = Float(g.count)
        switch rule {
        case .detached: for i in 0..<g.count { g[i] = w[i].magnitude <= 1 ? alpha * g[i] : 0 }
        case .through:
            var sum: Float = 0
            if quantizer == .progressive {
                for i in 0..<g.count { sum += g[i] * Self.ramp(w[i], temperature) }
            } else {
                for i in 0..<g.count { sum += w[i] >= 0 ? g[i] : -g[i] }
            }
            let share = sum / n
            for i in 0..<g.count { g[i] = (w[i].magnitude <= 1 ? alpha * g[i] : 0) + (w[i] >= 0 ? share : -share) }
        case .xnorNet: for i in 0..<g.count { g[i] *= (w[i].magnitude < 1 ? alpha : 0) + 1 / n }
        }
    }

    private func chainQuantizer(_ g: UnsafeMutableBufferPointer<Float>, _ w: UnsafeBufferPointer<Float>, range: Float) {
        switch quantizer {
        case .none, .sign, .stochasticSign: break
        case .ternary, .progressive: for i in 0..<g.count { g[i] = w[i].magnitude > 1 ? 0 : g[i] }
        case .doReFa:
            for i in 0..<g.count {
                let t = DoReFa.tanh(w[i])
                g[i] *= (1 - t * t) / range
            }
        }
    }

    /// Σ g·q of every output: the gradient of its scale, since y = α·Σ q·x makes ∂loss/∂α = Σ q·(∂loss/∂(α·q)).
    private func products(_ gradients: Gradients, _ parameters: ParameterStore, _ cache: LayerCache, _ context: ExecutionContext) -> [Float] {
        let q = floats(quantized(parameters, cache, context), context)
        let outputs = q.shape[0]
        var sums = [Double](repeating: 0, count: outputs)
        gradients.with(weights) { g in
            q.withUnsafeElements { q in forEachOutput(g.count, outputs) { output, i in sums[output] += Double(g[i] * q[i]) } }
        }
        return sums.map { Float($0) }
    }

    /// Mean |w| of every output: sums in eight lanes of Double, in one order wherever they are formed, since α ships.
    private func means(_ parameters: ParameterStore, _ parallel: Parallel) -> [Float] {
        let outputs = parameters.spec(weights).shape[0]
        var means = [Float](repeating: 0, count: outputs)
        parameters.withReals(weights) { w in
            means.withUnsafeMutableBufferPointer { means in
                nonisolated(unsafe) let (w, means) = (w, means)
                let width = w.count / outputs
                parallel.forEach(outputs, grain: max(1, 16_384 / max(width, 1))) { range in
                    for output in range { means[output] = Self.meanMagnitude(UnsafeBufferPointer(rebasing: w[output * width..<(output + 1) * width])) }
                }
            }
        }
        return means
    }

    private static func meanMagnitude(_ row: UnsafeBufferPointer<Float>) -> Float {
        var sums = SIMD8<Double>.zero
        var i = 0
        while i + 8 <= row.count {
            for lane in 0..<8 { sums[lane] += Double(row[i + lane].magnitude) }
            i += 8
        }
        while i < row.count {
            sums[0] += Double(row[i].magnitude)
            i += 1
        }
        return Float(sums.sum() / Double(max(row.count, 1)))
    }

    /// +1 where a uniform number is below (w + 1)/2. One stream a row, so that rows can be drawn in any order.
    private func draw(_ parameters: ParameterStore, _ context: ExecutionContext) -> PackedTensor {
        let shape = parameters.spec(weights).shape
        var signs = PackedTensor(minusOnes: shape)
        let (columns, stride, stream) = (shape.columns, signs.wordsPerRow, context.randomness)
        parameters.withReals(weights) { w in
            signs.withUnsafeMutableWords { words in
                nonisolated(unsafe) let (w, words) = (w, words)
                context.parallel.forEach(shape.rows, grain: max(1, 4096 / max(columns, 1))) { rows in
                    for row in rows {
                        var generator = stream.split(UInt64(row))
                        for j in 0..<columns {
                            let plus = generator.uniform() < (w[row * columns + j] + 1) / 2
                            words[row * stride + j / 64] |= (plus ? 1 : 0) << UInt64(j % 64)
                        }
                    }
                }
            }
        }
        return signs
    }
}

@inline(__always) private func forEachOutput(_ count: Int, _ outputs: Int, _ body: (Int, Int) -> Void) {
    guard outputs > 0 else { return }
    let width = count / outputs
    for output in 0..<outputs {
        for i in output * width..<(output + 1) * width { body(output, i) }
    }
}

extension KernelQuantizer.TernaryThreshold {
    func value(_ w: UnsafeBufferPointer<Float>) -> Float {
        switch self {
        case .fixed(let delta): delta
        case .meanMagnitude(let share): share * Float(w.reduce(0.0) { $0 + Double($1.magnitude) } / Double(max(w.count, 1)))
        }
    }
}

extension PackedTensor {
    /// Fair coins.
    static func coins(_ shape: Shape, _ generator: inout SeededGenerator) -> PackedTensor {
        var signs = PackedTensor(minusOnes: shape)
        let (stride, tail) = (signs.wordsPerRow, shape.columns % 64)
        signs.withUnsafeMutableWords { words in
            for i in 0..<words.count {
                let isLast = (i + 1) % stride == 0
                words[i] = generator.next() & (isLast && tail != 0 ? (1 << UInt64(tail)) - 1 : ~0)
            }
        }
        return signs
    }
}
