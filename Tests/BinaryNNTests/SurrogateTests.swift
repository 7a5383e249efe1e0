import BinaryNN
import BitCore
import DenseMath
import Testing

@Suite struct SurrogateTests {
    @Test func valuesAtZeroAndAtTheClip() {
        #expect(Surrogate.straightThrough().derivative(at: 0) == 1)
        #expect(Surrogate.straightThrough().derivative(at: 1) == 1)
        #expect(Surrogate.straightThrough().derivative(at: -1) == 1)
        #expect(Surrogate.straightThrough().derivative(at: 1.0001) == 0)
        #expect(Surrogate.straightThrough(limit: 0.5).derivative(at: 0.75) == 0)
        #expect([0, 0.5, 1, -0.5, 1.5].map(Surrogate.approxSign.derivative(at:)) == [2, 1, 0, 1, 0])
        #expect(Surrogate.swishSign().derivative(at: 0) == 5)
        #expect(Surrogate.swishSign().derivative(at: 1000) == 0)
    }

    /// With gradients in bfloat16 a byte stands for the slope: exact at 0 and outside, within 1/255 between.
    @Test func approxSignKeepsAByte() throws {
        let points: [Float] = [-1000, -1.5, -1, -0.999, -0.3, -0.1, -0.0, 0, 0.1, 0.3, 0.5, 0.999, 1, 1.0001, 2, .infinity, .nan]
        let layer = Sign(.approxSign)
        let context = ExecutionContext(engine: PortableEngine(), precision: .bfloat16)
        var cache = LayerCache()
        _ = layer.forward([.real(Tensor(points, shape: [1, points.count]))], ParameterStore([]), mode: .training, context, cache: &cache)
        #expect(cache.byteCount == points.count)
        var gradients = Gradients([])
        let ones = Tensor(Array(repeating: 3, count: points.count), shape: [1, points.count])
        let gradient = try #require(layer.backward(ones, cache, ParameterStore([]), &gradients, needs: [true], context)[0])
        for (x, g) in zip(points, gradient.elements) {
            let slope = Surrogate.approxSign.derivative(at: x)
            #expect(slope == 0 || slope == 2 ? g == 3 * slope : abs(g - 3 * slope) <= 3.01 / 255, "at \(x)")
        }
    }

    /// What the layer multiplies a gradient by is the definition, on both sides of every edge; for ApproxSign rounded to 16 bits, and exact where it ends
    /// and at 0.
    @Test(arguments: [Surrogate.straightThrough(), .straightThrough(limit: 0.3), .approxSign, .swishSign()])
    func layerAppliesTheDefinition(surrogate: Surrogate) throws {
        let points: [Float] = [-1000, -1.5, -1, -0.999, -0.3, -0.1, -0.0, 0, 0.1, 0.3, 0.5, 0.999, 1, 1.0001, 2, .infinity]
        let layer = Sign(surrogate)
        let context = ExecutionContext(engine: PortableEngine())
        let store = ParameterStore([])
        var cache = LayerCache()
        let input = Tensor(points, shape: [1, points.count])
        let output = layer.forward([.real(input)], store, mode: .training, context, cache: &cache)
        var gradients = Gradients([])
        let ones = Tensor(Array(repeating: 3, count: points.count), shape: [1, points.count])
        let gradient = try #require(layer.backward(ones, cache, store, &gradients, needs: [true], context)[0])
        for (index, point) in points.enumerated() {
            let expected = 3 * surrogate.derivative(at: point)
            let isRounded = surrogate == .approxSign && expected != 0 && expected != 6
            #expect(abs(gradient[index] - expected) <= (isRounded ? 3.01 / 32_768 : 1e-6 * abs(expected)), "at \(point)")
        }
        #expect(output.real(context).elements == points.map { $0 >= 0 ? 1 : -1 })
    }
}
