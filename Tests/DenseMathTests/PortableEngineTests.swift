import BitCore
import DenseMath
import Testing
import _TestSupport

@Suite struct PortableEngineTests {
    /// Every variant that this machine runs passes the common suite, and does not depend on threads.
    @Test(arguments: DenseProductKernel.runnable.indices, DenseEngineConformance.allCases)
    func conforms(variant: Int, check: DenseEngineConformance) {
        let engine = PortableEngine(kernel: DenseProductKernel.runnable[variant])
        #expect(check.violations(of: engine) == [], "\(engine.details)")
    }

    @Test(arguments: InstructionSet.supported) func everyInstructionSetHasAnEngine(isa: InstructionSet) {
        let engine = PortableEngine(isa)
        #expect(engine.name == "portable")
        #expect(DenseEngineConformance.integersAreExact.violations(of: engine) == [])
    }

    @Test func tensorsMultiply() {
        let engine = PortableEngine()
        let a = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
        let b = Tensor([1, 0, 0, 1, 1, 1], shape: [3, 2])
        #expect(engine.multiply(a, b, parallel: .serial) == Tensor([4, 5, 10, 11], shape: [2, 2]))
        #expect(engine.multiply(a, a, transposeB: true, parallel: .serial) == Tensor([14, 32, 32, 77], shape: [2, 2]))
        var sum = engine.multiply(a, a, transposeA: true, parallel: .serial)
        #expect(sum == Tensor([17, 22, 27, 22, 29, 36, 27, 36, 45], shape: [3, 3]))
        engine.multiply(b, b, into: &sum, transposeB: true, accumulate: true, parallel: .serial)
        #expect(sum == Tensor([18, 22, 28, 22, 30, 37, 28, 37, 47], shape: [3, 3]))
        engine.multiply(b, b, into: &sum, transposeB: true, parallel: .serial)
        #expect(sum == Tensor([1, 0, 1, 0, 1, 1, 1, 1, 2], shape: [3, 3]))
    }

    @Test func theResultOfTensorsLeavesCopiesAlone() {
        let engine = PortableEngine()
        let a = Tensor([2], shape: [1, 1])
        var sum = a
        engine.multiply(a, a, into: &sum, accumulate: true, parallel: .serial)
        #expect(sum == Tensor([6], shape: [1, 1]))
        #expect(a == Tensor([2], shape: [1, 1]))
    }
}
