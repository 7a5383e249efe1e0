import BinaryNN
import BinaryTraining
import BitCore
import DenseMath
import Testing

@Suite struct GradientClippingTests {
    let specs = [
        ParameterSpec(name: "a", shape: [2], role: .kernel, encoding: .real), ParameterSpec(name: "s", shape: [2], role: .statistic),
        ParameterSpec(name: "b", shape: [1, 2], role: .kernel, encoding: .binary),
    ]

    func clipped(_ clipping: GradientClipping, _ values: [Float]) -> (values: [Float], isFinite: Bool) {
        var gradients = Gradients(specs)
        let ids = ParameterStore(specs).ids
        gradients.withMutable(ids[0]) { _ = $0.update(fromContentsOf: values[..<2]) }
        gradients.withMutable(ids[2]) { _ = $0.update(fromContentsOf: values[2...]) }
        let isFinite = clipping.apply(to: &gradients, ExecutionContext(engine: PortableEngine()))
        return (gradients.values(ids[0]) + gradients.values(ids[2]), isFinite)
    }

    @Test func byValue() { #expect(clipped(GradientClipping(value: 0.5), [1, -2, 0.25, -0.5]).values == [0.5, -0.5, 0.25, -0.5]) }

    /// The norm is that of all parameters together; below the bound nothing changes.
    @Test func byGlobalNorm() {
        #expect(clipped(GradientClipping(norm: 2.5), [1, -2, 2, 4]).values == [0.5, -1, 1, 2])
        #expect(clipped(GradientClipping(norm: 5), [1, -2, 2, 4]).values == [1, -2, 2, 4])
        #expect(clipped(GradientClipping(value: 1, norm: 1), [3, -3, 3, 3]).values == [0.5, -0.5, 0.5, 0.5])
        #expect(clipped(.none, [1, -2, 2, 4]).values == [1, -2, 2, 4])
    }

    @Test(arguments: [Float.nan, .infinity])
    func aNormThatIsNotFiniteIsReported(poison: Float) {
        #expect(!clipped(GradientClipping(norm: 1), [1, poison, 2, 3]).isFinite)
    }
}
