import BinaryNN
import BitCore
import DenseMath
import ModelZoo
import Profiling
import Testing

/// What theory says of random filters and random inputs.
@Suite struct GeometryTests {
    static func normals(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in generator.normal() }
    }

    @Test(arguments: [64, 576, 4608], [1, 2] as [UInt64])
    func randomFiltersLieAtTheLimit(_ depth: Int, _ seed: UInt64) {
        let angles = FilterAngles(Self.normals(256 * depth, seed: seed), depth: depth)
        #expect(abs(FilterAngles.limit - 37.07) < 0.01)
        // The mean is off the limit by a term of order 1/d, 0.3 standard errors of a single filter at d = 64.
        #expect(abs(angles.mean - FilterAngles.limit) < 4 * angles.expectedDeviation / 16 + 20 / Double(depth))
        // 256 filters give their deviation within some 4.4 % standard error.
        #expect(abs(angles.deviation / angles.expectedDeviation - 1) < 0.2)
        #expect(angles.least < angles.mean && angles.mean < angles.greatest && angles.silent == 0)
    }

    @Test func filtersKnownByHand() {
        // Signs already, 0°; one weight of four, cos = 1/2; silent.
        let angles = FilterAngles([0.5, -0.5, 0.5, 0.5, 0, 3, 0, 0, 0, 0, 0, 0], depth: 4)
        #expect(angles.silent == 1 && abs(angles.mean - 30) < 1e-9 && abs(angles.greatest - 60) < 1e-9 && angles.least < 1e-6)
    }

    @Test func histogramKnownByHand() {
        let histogram = WeightHistogram([-2, -1, -0.5, 0.5, 1, 2, 0, 0.1], bins: 4)
        #expect(histogram.bound == 2 && histogram.counts == [1, 2, 3, 2] && histogram.atOne == 0.5)
        #expect(WeightHistogram([0, 0], bins: 2).counts == [0, 2])
    }

    /// Of random weights and signs: r = √(2/π), slope E|w|, and θ/π of the signs differ.
    @Test func randomProductsAreProportional() throws {
        var builder = NetworkBuilder(input: Signal([512], .sign))
        try builder.add(Dense(64, kernel: .latentBinary), named: "dense")
        let network = builder.build()
        var parameters = network.makeParameters(SeededGenerator(seed: 3))
        let id = try #require(parameters.id(named: "dense.kernel"))
        parameters.setReals(id, Self.normals(64 * 512, seed: 5))
        let context = ExecutionContext(engine: PortableEngine())
        let batch = Tensor(Self.normals(512 * 512, seed: 6), shape: [512, 512])
        let geometry = NetworkGeometry(network, parameters, batch: .packed(context.kernels.packSigns(batch, parallel: .serial)), context)
        let layer = try #require(geometry.layers.first)
        #expect(layer.activations == nil)
        for products in [try #require(layer.products), try #require(layer.permutedProducts)] {
            #expect(products.pairs == 256 * 64)
            #expect(abs(products.correlation - (2 / Double.pi).squareRoot()) < 0.02)
            #expect(abs(products.slope / layer.histogram.meanMagnitude - 1) < 0.03)
            #expect(abs(products.signDisagreement - FilterAngles.limit / 180) < 0.02)
        }
    }

    /// Of random activations, too: r = √(2/π); the network's own inputs have no sign before them.
    @Test(arguments: [false, true]) func randomActivationsAreProportional(_ isConvolution: Bool) throws {
        var builder = NetworkBuilder(input: Signal(isConvolution ? [5, 5, 32] : [512], .real))
        try builder.add(Sign(), named: "sign")
        if isConvolution {
            try builder.add(Conv2D(64, Window(4), .valid, kernel: .latentBinary), named: "layer")
        } else {
            try builder.add(Dense(64, kernel: .latentBinary), named: "layer")
        }
        let network = builder.build()
        var parameters = network.makeParameters(SeededGenerator(seed: 3))
        let id = try #require(parameters.id(named: "layer.kernel"))
        parameters.setReals(id, Self.normals(64 * 512, seed: 5))
        let count = isConvolution ? 800 : 512
        let batch = Tensor(Self.normals(256 * count, seed: 6), shape: network.input.shape.batched(256))
        let layer = try #require(
            NetworkGeometry(network, parameters, batch: .real(batch), ExecutionContext(engine: PortableEngine())).layers.first)
        let activations = try #require(layer.activations)
        #expect(activations.pairs == 256 * 64)
        #expect(abs(activations.correlation - (2 / Double.pi).squareRoot()) < 0.02)
        // E|a| of normal numbers.
        #expect(abs(activations.slope - (2 / Double.pi).squareRoot()) < 0.03)
    }

    /// Inputs that all point the same way tie data to weights; permuting them unties them.
    @Test func permutationSeparatesDataFromWeights() throws {
        var builder = NetworkBuilder(input: Signal([6, 6, 4], .sign))
        try builder.add(Conv2D(16, Window(3), .plusOne, kernel: .latentBinary), named: "conv")
        let network = builder.build()
        var parameters = network.makeParameters(SeededGenerator(seed: 3))
        let id = try #require(parameters.id(named: "conv.kernel"))
        // Every filter is large where the input is +1 and small elsewhere.
        let pattern = (0..<36).map { Float($0 % 4 == 0 ? 1 : -1) }
        let noise = Self.normals(16 * 36, seed: 8)
        parameters.setReals(id, noise.indices.map { 0.2 * noise[$0] + (pattern[$0 % 36] > 0 ? 1 : -0.05) })
        let item = (0..<144).map { Float($0 % 4 == 0 ? 1 : -1) }
        let context = ExecutionContext(engine: PortableEngine())
        let batch = Tensor(item + item.map { -$0 }, shape: [2, 6, 6, 4])
        let geometry = NetworkGeometry(network, parameters, batch: .packed(context.kernels.packSigns(batch, parallel: .serial)), context)
        let layer = try #require(geometry.layers.first)
        let (plain, permuted) = (try #require(layer.products), try #require(layer.permutedProducts))
        #expect(plain.correlation > permuted.correlation + 0.05, "\(plain) \(permuted)")
        #expect(geometry.items == 2 && geometry.spreadExponent == nil)
    }

    @Test func deviationsFallWithTheRootOfTheDepth() throws {
        let network = try ModelName("binarynet:0.25").network(items: [32, 32, 3], classes: 10, input: .sign)
        var parameters = network.makeParameters(SeededGenerator(seed: 1))
        for id in parameters.ids where parameters.spec(id).encoding == .latentBinary {
            parameters.setReals(id, Self.normals(parameters.spec(id).count, seed: 9))
        }
        let geometry = NetworkGeometry(network, parameters, ExecutionContext(engine: PortableEngine()))
        #expect(geometry.layers.count > 5)
        #expect(abs((geometry.spreadExponent ?? 0) + 0.5) < 0.08)
        #expect(geometry.layers.allSatisfy { $0.products == nil })
    }
}
