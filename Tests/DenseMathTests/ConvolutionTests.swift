import BitCore
import DenseMath
import Testing
import _TestSupport

/// Convolutions of every engine against nested loops.
@Suite struct ConvolutionTests {
    static func geometries() throws -> [ConvolutionGeometry] { try ConvolutionShapes.chosen() + ConvolutionShapes.random(25, seed: 7) }

    @Test(arguments: try geometries()) func portable(_ geometry: ConvolutionGeometry) {
        #expect(ConvolutionConformance.violations(of: PortableEngine(), on: geometry) == [])
    }

    @Test(arguments: InstructionSet.supported) func everyInstructionSet(_ set: InstructionSet) throws {
        for geometry in try ConvolutionShapes.chosen() {
            #expect(ConvolutionConformance.violations(of: PortableEngine(set), on: geometry, batch: 2, threads: [2]) == [], "\(set)")
        }
    }

    @Test(arguments: try geometries()) func best(_ geometry: ConvolutionGeometry) {
        #expect(ConvolutionConformance.violations(of: Engines.best, on: geometry) == [])
    }

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
