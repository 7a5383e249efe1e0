public import BitCore
public import DenseMath

/// What the convolutions of a dense engine have to do, checked on one geometry with every mix of real and packed operands.
public struct ConvolutionConformance {
    private var log = ViolationLog()
    private let geometry: ConvolutionGeometry
    private let oracle: ConvolutionOracle
    private let engine: any DenseEngine
    private let batch: Int

    /// One line for each violation, the first few of them.
    public static func violations(
        of engine: any DenseEngine, on geometry: ConvolutionGeometry, batch: Int = 3, threads: [Int] = [1, 2]
    ) -> [String] {
        var check = ConvolutionConformance(engine, geometry, batch)
        check.integersAreExact(threads)
        check.realsAreWithinBounds(threads)
        return check.log.lines
    }

    private init(_ engine: any DenseEngine, _ geometry: ConvolutionGeometry, _ batch: Int) {
        self.engine = engine
        self.geometry = geometry
        self.batch = batch
        oracle = ConvolutionOracle(geometry)
    }

    private func name(_ pass: String, _ precision: MatrixPrecision, _ threads: Int) -> String {
        "\(pass) in \(precision.rawValue) with \(threads) thread(s) of \(geometry)"
    }

    /// Signs and small integers, whose sums are exact in float32 and bfloat16 alike; gradients over signs may be summed in 16-bit integers instead of
    /// bfloat16, within the bound of `CKernels/convolution/tables.h`.
    private mutating func integersAreExact(_ threads: [Int]) {
        var generator = SeededGenerator(seed: 5)
        let signs = PackedTensor.random(geometry.image.batched(batch), &generator)
        let kernel = PackedTensor.random(geometry.kernel, &generator)
        func integers(_ shape: Shape) -> Tensor { Tensor((0..<shape.count).map { _ in Float(generator.index(below: 15) - 7) }, shape: shape) }
        let images: [ConvolutionTensor] = [.signs(signs), .reals(integers(geometry.image.batched(batch)))]
        let factors = (0..<geometry.outputs).map { _ in Float(generator.index(below: 15) - 7) }
        let kernels: [ConvolutionTensor] = [.signs(kernel), .reals(integers(geometry.kernel)), .scaledSigns(kernel, factors)]
        let dz = integers(geometry.output.batched(batch))
        let settings = MatrixPrecision.allCases.flatMap { precision in threads.map { (precision, $0) } }
        for image in images {
            for kernel in kernels {
                let expected = oracle.forward(batch: batch, image: image.doubles, kernel: kernel.doubles)
                for (precision, count) in settings {
                    let z = engine.convolve(
                        geometry, image: image, kernel: kernel, precision: precision, parallel: Parallel(threads: count))
                    equal(z, expected, name("forward", precision, count))
                }
            }
            let expected = oracle.kernelGradient(batch: batch, outputGradient: dz.doubles, image: image.doubles)
            let magnitudes = oracle.kernelGradient(
                batch: batch, outputGradient: dz.doubles.map { abs($0) }, image: image.doubles.map { _ in 1 })
            for (precision, count) in settings {
                let dw = engine.convolveKernelGradient(
                    geometry, outputGradient: dz, image: image, precision: precision, parallel: Parallel(threads: count))
                let isCounted = precision == .bfloat16 && image.isSigns
                equal(dw, expected, within: isCounted ? magnitudes : nil, name("kernel gradient", precision, count))
            }
        }
        for kernel in kernels {
            let expected = oracle.imageGradient(batch: batch, outputGradient: dz.doubles, kernel: kernel.doubles)
            let magnitudes = oracle.imageGradient(
                batch: batch, outputGradient: dz.doubles.map { abs($0) }, kernel: kernel.doubles.map { abs($0) })
            for (precision, count) in settings {
                let dx = engine.convolveImageGradient(
                    geometry, outputGradient: dz, kernel: kernel, precision: precision, parallel: Parallel(threads: count))
                let isCounted = precision == .bfloat16 && kernel.isSigns
                equal(dx, expected, within: isCounted ? magnitudes : nil, name("image gradient", precision, count))
            }
        }
    }

    /// Normal reals: each sum within the bound of DenseEngineConformance of the sum in Double, of rounded operands or, since an engine may be more exact
    /// than it is asked to be, of the operands as they are. The oracle of each pass is the same loop over products, so ⟨dz, z⟩ = ⟨dx, x⟩ = ⟨dw, w⟩
    /// holds by construction.
    private mutating func realsAreWithinBounds(_ threads: [Int]) {
        var generator = SeededGenerator(seed: 6)
        let image = Tensor.normal(geometry.image.batched(batch), &generator)
        let kernel = Tensor.normal(geometry.kernel, &generator)
        let dz = Tensor.normal(geometry.output.batched(batch), &generator)
        let exact = sums(image.doubles, kernel.doubles, dz.doubles)
        func rounded(_ tensor: Tensor) -> [Double] { tensor.elements.map { Double(DenseCase.bfloat16($0)) } }
        let halves = sums(rounded(image), rounded(kernel), rounded(dz))
        for precision in MatrixPrecision.allCases {
            let allowed = precision == .bfloat16 ? [exact, halves] : [exact]
            for count in threads {
                let parallel = Parallel(threads: count)
                near(
                    engine.convolve(geometry, image: .reals(image), kernel: .reals(kernel), precision: precision, parallel: parallel),
                    allowed.map(\.forward), terms: geometry.depth, name("forward", precision, count))
                near(
                    engine.convolveImageGradient(
                        geometry, outputGradient: dz, kernel: .reals(kernel), precision: precision, parallel: parallel),
                    allowed.map(\.image), terms: geometry.outputs * geometry.positions.positions * geometry.window.taps,
                    name("image gradient", precision, count))
                near(
                    engine.convolveKernelGradient(
                        geometry, outputGradient: dz, image: .reals(image), precision: precision, parallel: parallel),
                    allowed.map(\.kernel), terms: batch * geometry.positions.positions, name("kernel gradient", precision, count))
            }
        }
    }

    /// Results in Double, and the sums of the magnitudes of their products.
    private typealias Sums = (sum: [Double], magnitude: [Double])

    /// What a pass of each kind gives of an image x, a kernel w and the gradient g of the output.
    private func sums(_ x: [Double], _ w: [Double], _ g: [Double]) -> (forward: Sums, image: Sums, kernel: Sums) {
        func passes(_ x: [Double], _ w: [Double], _ g: [Double]) -> [[Double]] {
            [
                oracle.forward(batch: batch, image: x, kernel: w), oracle.imageGradient(batch: batch, outputGradient: g, kernel: w),
                oracle.kernelGradient(batch: batch, outputGradient: g, image: x),
            ]
        }
        func magnitudes(_ values: [Double]) -> [Double] { values.map { abs($0) } }
        let (values, bounds) = (passes(x, w, g), passes(magnitudes(x), magnitudes(w), magnitudes(g)))
        return ((values[0], bounds[0]), (values[1], bounds[1]), (values[2], bounds[2]))
    }

    /// - Parameter magnitudes: sums of magnitudes where sums may be off by half a unit of 1/32700 of them for each of 64 entries.
    private mutating func equal(_ result: Tensor, _ expected: [Double], within magnitudes: [Double]? = nil, _ what: String) {
        for (i, value) in result.elements.enumerated() where Double(value) != expected[i] {
            if let magnitudes, abs(Double(value) - expected[i]) <= 32.1 / 32700 * magnitudes[i] { continue }
            log.add("\(what), element \(i): \(value), not \(expected[i])")
        }
    }

    private mutating func near(_ result: Tensor, _ allowed: [Sums], terms: Int, _ what: String) {
        for (i, value) in result.elements.enumerated() {
            let excess = allowed.map { abs(Double(value) - $0.sum[i]) - 2 * Double(terms + 2) * 0x1p-24 * $0.magnitude[i] }
            // A NaN is no excess that is at most 0.
            if !excess.contains(where: { $0 <= 0 }) { log.add("\(what), element \(i): off by \(excess.min() ?? 0) more than it may be") }
        }
    }
}

extension Tensor {
    fileprivate var doubles: [Double] { elements.map { Double($0) } }
}

extension ConvolutionTensor {
    fileprivate var isSigns: Bool { if case .reals = self { false } else { true } }

    fileprivate var doubles: [Double] {
        switch self {
        case .reals(let tensor): tensor.doubles
        case .signs(let bits): Kernels(.reference).unpackSigns(bits).doubles
        case .scaledSigns(let bits, let factors):
            zip(Kernels(.reference).unpackSigns(bits).doubles, 0...).map { $0 * Double(factors[$1 / (bits.shape.count / factors.count)]) }
        }
    }
}
