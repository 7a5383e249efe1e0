import BitCore
import DenseMath
import Testing
import _TestSupport

/// Convolutions of every engine against nested loops.
@Suite struct ConvolutionTests {
    /// An engine that has nothing but its matrix product.
    struct Simple: DenseEngine {
        let base = PortableEngine()
        var name: String { "simple" }
        var details: String { "convolutions by default" }
        func multiply(
            _ product: MatrixProduct, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, parallel: Parallel
        ) { base.multiply(product, a, b, c, parallel: parallel) }
    }

    static func geometries() throws -> [ConvolutionGeometry] { try ConvolutionShapes.chosen() + ConvolutionShapes.random(20, seed: 7) }

    @Test(arguments: try geometries()) func portable(_ geometry: ConvolutionGeometry) {
        #expect(ConvolutionConformance.violations(of: PortableEngine(), on: geometry) == [])
    }

    @Test(arguments: PatchKernel.runnable.indices) func everyVariant(_ index: Int) throws {
        let variant = PatchKernel.runnable[index]
        let engine = PortableEngine(kernel: DenseProductKernel(.active), patches: variant)
        for geometry in try ConvolutionShapes.chosen() {
            #expect(ConvolutionConformance.violations(of: engine, on: geometry, batch: 2, threads: [2]) == [], "\(variant.name)")
        }
    }

    /// Blocks of rows, outputs and columns have ends; these are beyond all of them.
    @Test(arguments: PatchKernel.runnable.dropLast().indices) func beyondTheBlocks(_ index: Int) throws {
        let engine = PortableEngine(kernel: DenseProductKernel(.active), patches: PatchKernel.runnable[index])
        for geometry in [
            try ConvolutionGeometry([20, 20, 16], Window(2), .zero, outputs: 40), try ConvolutionGeometry([2, 2, 272], Window(2), .plusOne, outputs: 400),
        ] {
            #expect(ConvolutionConformance.violations(of: engine, on: geometry, batch: 2, threads: [1, 3]) == [])
        }
    }

    /// The oracle of engines: one product a block of patches.
    @Test(arguments: try geometries()) func patches(_ geometry: ConvolutionGeometry) {
        #expect(ConvolutionConformance.violations(of: Simple(), on: geometry, threads: [2]) == [])
    }

    /// Every number of threads gives the same bits.
    @Test(arguments: try ConvolutionShapes.chosen()) func threadsDoNotMatter(_ geometry: ConvolutionGeometry) {
        var generator = SeededGenerator(seed: 8)
        let image = Tensor.normal(geometry.image.batched(5), &generator)
        let kernel = PackedTensor.random(geometry.kernel, &generator)
        let dz = Tensor.normal(geometry.output.batched(5), &generator)
        let engine = PortableEngine()
        for precision in MatrixPrecision.allCases {
            let all = [1, 2, 3, 7].map { threads in
                let parallel = Parallel(threads: threads)
                return [
                    engine.convolve(geometry, image: .reals(image), kernel: .signs(kernel), precision: precision, parallel: parallel),
                    engine.convolveImageGradient(geometry, outputGradient: dz, kernel: .signs(kernel), precision: precision, parallel: parallel),
                    engine.convolveKernelGradient(geometry, outputGradient: dz, image: .reals(image), precision: precision, parallel: parallel),
                ]
            }
            #expect(all.allSatisfy { $0 == all[0] })
        }
    }

    @Test(arguments: try geometries()) func best(_ geometry: ConvolutionGeometry) {
        #expect(ConvolutionConformance.violations(of: Engines.best, on: geometry) == [])
    }

    #if OneDNN
    /// oneDNN's products of blocks, which `best` takes only where there is a matrix unit.
    @Test(arguments: try geometries()) func blocks(_ geometry: ConvolutionGeometry) throws {
        let engine = try OneDNNEngine(blocks: true)
        #expect(ConvolutionConformance.violations(of: engine, on: geometry, threads: [1, 2]) == [])
    }
    #endif

    /// By hand: a 2×2 image of one channel and a 3×3 kernel with zero padding.
    @Test func byHand() throws {
        let geometry = try ConvolutionGeometry([2, 2, 1], Window(3), .zero, outputs: 1)
        let image = Tensor([1, 2, 3, 4], shape: [1, 2, 2, 1])
        let kernel = Tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], shape: [1, 3, 3, 1])
        let engine = PortableEngine()
        let z = engine.convolve(geometry, image: .reals(image), kernel: .reals(kernel), parallel: .serial)
        #expect(z.elements == [77, 67, 47, 37] as [Float])
        let ones = Tensor([1, 1, 1, 1], shape: [1, 2, 2, 1])
        let dx = engine.convolveImageGradient(geometry, outputGradient: ones, kernel: .reals(kernel), parallel: .serial)
        #expect(dx.elements == [12, 16, 24, 28] as [Float])
        let dw = engine.convolveKernelGradient(geometry, outputGradient: ones, image: .reals(image), parallel: .serial)
        #expect(dw.elements == [1, 3, 2, 4, 10, 6, 3, 7, 4] as [Float])
    }
}
