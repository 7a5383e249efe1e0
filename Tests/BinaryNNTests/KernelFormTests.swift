import BinaryNN
import BitCore
import DenseMath
import Testing
import _TestSupport

/// Quantizers and scales of kernels against their formulas, on one small dense layer.
@Suite struct KernelFormTests {
    let context = ExecutionContext(engine: PortableEngine())

    struct Run {
        var output: Tensor
        var weights: [Float]
        var gradient: [Float]
        var scaleGradient: [Float]?
        var inputGradient: Tensor
        /// dyᵀ·x: the gradient at the weights computed with.
        var raw: [Float]
        var input: Tensor
        var upstream: Tensor
    }

    func run(_ layer: Dense, weights: [Float], context: ExecutionContext? = nil) throws -> Run {
        let context = context ?? self.context
        var builder = NetworkBuilder(input: Signal([4], .real))
        try builder.add(Flatten(), named: "flat")
        try builder.add(layer, named: "dense")
        let network = builder.build()
        var generator = SeededGenerator(seed: 7)
        var parameters = network.makeParameters(generator)
        let kernel = try #require(parameters.id(named: "dense.kernel"))
        parameters.setReals(kernel, weights)
        let scales = parameters.id(named: "dense.weight-scale")
        if let scales { parameters.setReals(scales, [0.5, 3]) }
        let (x, dy) = (Tensor.normal([5, 4], &generator), Tensor.normal([5, 2], &generator))
        let bound = network.nodes[1].layer
        var cache = LayerCache()
        let output = bound.forward([.real(x)], parameters, mode: .training, context, cache: &cache).real(context)
        var gradients = Gradients(network.specs)
        let dx = try #require(bound.backward(dy, cache, parameters, &gradients, needs: [true], context)[0])
        let raw = context.engine.multiply(dy, x, transposeA: true, parallel: .serial).elements
        return Run(
            output: output, weights: weights, gradient: gradients.values(kernel), scaleGradient: scales.map(gradients.values), inputGradient: dx, raw: raw,
            input: x, upstream: dy)
    }

    static let weights: [Float] = [0.3, -0.01, 1.5, -1, 0.9, -0.04, 0, -1.25]

    func expect(_ run: Run, quantized q: [Float], alpha: [Float] = [1, 1], gradient: [Float]) {
        let scaled = q.indices.map { q[$0] * alpha[$0 / 4] }
        let w = Tensor(scaled, shape: [2, 4])
        func near(_ a: [Float], _ b: [Float], _ what: String) {
            #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 1e-5 * (1 + abs($1)) }, "\(what): \(a) and \(b)")
        }
        near(run.output.elements, context.engine.multiply(run.input, w, transposeB: true, parallel: .serial).elements, "output")
        near(run.inputGradient.elements, context.engine.multiply(run.upstream, w, parallel: .serial).elements, "gradient of the input")
        near(run.gradient, gradient, "gradient of the weights")
    }

    let signs: [Float] = [1, -1, 1, -1, 1, -1, 1, -1]

    @Test func signsPassTheGradient() throws {
        let run = try run(Dense(2), weights: Self.weights)
        expect(run, quantized: signs, gradient: run.raw)
    }

    /// clamp(w/T, −1, 1) in training, with the gradient of a clamp at ±1 and that of mean|w| times what it scales.
    @Test(arguments: [Float(1), 0.25, 0]) func progressiveSignsAreRamps(temperature: Float) throws {
        var context = context
        context.weightTemperature = temperature
        let q = Self.weights.map { temperature > 0 ? max(-1, min(1, $0 / temperature)) : $0 >= 0 ? 1 : -1 }
        func inside(_ i: Int) -> Float { abs(Self.weights[i]) <= 1 ? 1 : 0 }
        let plain = try run(Dense(2, quantizer: .progressive), weights: Self.weights, context: context)
        expect(plain, quantized: q, gradient: (0..<8).map { plain.raw[$0] * inside($0) })
        let scaled = try run(Dense(2, quantizer: .progressive, scale: .meanMagnitude(.through)), weights: Self.weights, context: context)
        let alpha: [Float] = [(0.3 + 0.01 + 1.5 + 1) / 4, (0.9 + 0.04 + 1.25) / 4]
        let gradient = (0..<8).map { i -> Float in
            let sum = (i / 4 * 4..<i / 4 * 4 + 4).reduce(Float(0)) { $0 + scaled.raw[$1] * q[$1] }
            return alpha[i / 4] * scaled.raw[i] * inside(i) + signs[i] * sum / 4
        }
        expect(scaled, quantized: q, alpha: alpha, gradient: gradient)
    }

    /// Inference is that of the twin with signs, whatever the temperature.
    @Test func progressiveSignsShipAsSigns() throws {
        var context = context
        context.weightTemperature = 0.5
        var outputs: [Tensor] = []
        for quantizer in [KernelQuantizer.progressive, .sign] {
            var builder = NetworkBuilder(input: Signal([6, 6, 8], .sign))
            try builder.add(
                Conv2D(6, Window(3), .replicate, groups: 2, quantizer: quantizer, scale: .meanMagnitude(.through), initialization: .kaiming(factor: 0.01)),
                named: "conv")
            let network = builder.build()
            var generator = SeededGenerator(seed: 3)
            let parameters = network.makeParameters(generator)
            #expect(network.operationCounts.binaryMACs == 36 * 6 * 36)
            outputs.append(network.infer(.packed(.random([2, 6, 6, 8], &generator)), parameters, context).real(context))
        }
        #expect(outputs[0] == outputs[1])
    }

    @Test(arguments: WeightScale.MeanGradient.allCases) func meansOfMagnitudesScale(rule: WeightScale.MeanGradient) throws {
        let run = try run(Dense(2, scale: .meanMagnitude(rule)), weights: Self.weights)
        let alpha: [Float] = [(0.3 + 0.01 + 1.5 + 1) / 4, (0.9 + 0.04 + 1.25) / 4]
        let gradient = (0..<8).map { i -> Float in
            let (g, w, a) = (run.raw[i], Self.weights[i], alpha[i / 4])
            let inside: Float = abs(w) <= 1 ? 1 : 0
            switch rule {
            case .detached: return a * g * inside
            case .through:
                let sum = (i / 4 * 4..<i / 4 * 4 + 4).reduce(Float(0)) { $0 + run.raw[$1] * signs[$1] }
                return a * g * inside + signs[i] * sum / 4
            case .xnorNet: return g * (a * (abs(w) < 1 ? 1 : 0) + 0.25)
            }
        }
        expect(run, quantized: signs, alpha: alpha, gradient: gradient)
    }

    @Test func learnedScalesAreTrained() throws {
        let run = try run(Dense(2, scale: .learned), weights: Self.weights)
        let alpha: [Float] = [0.5, 3]
        expect(run, quantized: signs, alpha: alpha, gradient: (0..<8).map { alpha[$0 / 4] * run.raw[$0] })
        let expected = (0..<2).map { o in (4 * o..<4 * o + 4).reduce(Float(0)) { $0 + run.raw[$1] * signs[$1] } }
        #expect(zip(try #require(run.scaleGradient), expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func ternaryThresholds() throws {
        let inside = (0..<8).map { abs(Self.weights[$0]) <= 1 }
        let fixed = try run(Dense(2, kernel: .real, quantizer: .ternary(.fixed())), weights: Self.weights)
        let masked = (0..<8).map { inside[$0] ? fixed.raw[$0] : 0 }
        expect(fixed, quantized: [1, 0, 1, -1, 1, 0, 0, -1], gradient: masked)
        // 0.7·mean|w| = 0.4375
        let mean = try run(Dense(2, kernel: .real, quantizer: .ternary(.meanMagnitude())), weights: Self.weights)
        expect(mean, quantized: [0, 0, 1, -1, 1, 0, 0, -1], gradient: masked)
    }

    /// Two bits: levels −1, −1/3, 1/3, 1 of tanh(w)/max|tanh w|.
    @Test func doReFaLevels() throws {
        let run = try run(Dense(2, kernel: .real, quantizer: .doReFa(bits: 2)), weights: Self.weights)
        let third: Float = 1 / 3
        let top: Float = 0.9051482536448664
        let tanh: [Float] = [
            0.2913126124515909, -0.009999666686665238, 0.9051482536448664, -0.7615941559557649, 0.7162978701990245, -0.0399786803111636, 0,
            -0.8482836399575129,
        ]
        let gradient = (0..<8).map { run.raw[$0] * (1 - tanh[$0] * tanh[$0]) / top }
        expect(run, quantized: [third, -third, 1, -1, 1, -third, third, -1], gradient: gradient)
    }

    /// Drawn anew each step and the same in both directions; frequencies are (w + 1)/2; inference takes the sign.
    @Test func stochasticSignsAreDrawnFromTheirProbabilities() throws {
        let layer = Dense(2, quantizer: .stochasticSign)
        var plus = [Float](repeating: 0, count: 8)
        let steps = 4000
        for step in 0..<steps {
            let run = try run(layer, weights: Self.weights, context: context.drawing(seed: 3, step: step))
            // A basis of inputs is not at hand, so the signs are read from the gradient: dx = dy·W with dy of full rank.
            let dy = run.upstream.elements
            let determinant = dy[0] * dy[3] - dy[1] * dy[2]
            for j in 0..<4 {
                let (a, b) = (run.inputGradient[j], run.inputGradient[4 + j])
                let first = (a * dy[3] - dy[1] * b) / determinant
                let second = (dy[0] * b - a * dy[2]) / determinant
                plus[j] += first > 0 ? 1 : 0
                plus[4 + j] += second > 0 ? 1 : 0
                #expect(abs(abs(first) - 1) < 1e-2 && abs(abs(second) - 1) < 1e-2)
            }
        }
        for (count, w) in zip(plus, Self.weights) {
            let probability = min(max((w + 1) / 2, 0), 1)
            #expect(abs(count / Float(steps) - probability) < 0.04)
        }
    }
}
