import BinaryNN
import BitCore
import DenseMath
import Testing
import _TestSupport

@Suite struct NetworkTests {
    let context = ExecutionContext(engine: PortableEngine())

    @Test func buildingReportsWhatDoesNotFit() throws {
        var builder = NetworkBuilder(input: Signal([4, 4], .real))
        #expect(throws: ShapeError.rank(layer: "BinaryDense", expected: 1, found: [4, 4])) { try builder.add(Dense(3), named: "dense") }
        try builder.add(Flatten(), named: "flat")
        try builder.add(Dense(3), named: "dense")
        #expect(throws: ShapeError.duplicateName("dense")) { try builder.add(Dense(3), named: "dense") }
        #expect(throws: ShapeError.inputs(layer: "Add", expected: 2, found: 1)) { try builder.add(Add(), named: "sum") }
        #expect(throws: ShapeError.self) { try builder.add(BatchNorm(isOutput: true), named: "out") }
    }

    @Test func initialValuesDependOnSeedAndNameOnly() throws {
        func network(_ extra: Bool) throws -> Network {
            var builder = NetworkBuilder(input: Signal([9], .sign))
            if extra { try builder.add(Dense(9), named: "extra") }
            if extra { try builder.add(Sign(), named: "sign") }
            try builder.add(Dense(3, kernel: .binary), named: "dense")
            return builder.build()
        }
        let (small, large) = (try network(false), try network(true))
        let seed = SeededGenerator(seed: 1)
        func kernel(_ network: Network, _ seed: SeededGenerator) throws -> PackedTensor {
            let store = network.makeParameters(seed)
            return store.signs(try #require(store.id(named: "dense.kernel")))
        }
        #expect(try kernel(small, seed) == kernel(large, seed))
        #expect(try kernel(small, seed) != kernel(small, SeededGenerator(seed: 2)))
    }

    @Test(arguments: [1, 63, 64, 65, 130])
    func binaryParametersTakeOneBitEach(width: Int) throws {
        var builder = NetworkBuilder(input: Signal([width], .sign))
        try builder.add(Dense(64, kernel: .binary), named: "dense")
        let store = builder.build().makeParameters(SeededGenerator(seed: 0))
        #expect(store.byteCount == 64 * ((width + 63) / 64) * 8)
        #expect(store.signs(ParameterID.kernelOfFirstLayer(store)).paddingIsZero)
    }

    /// The output layer's scores are whole multiples of one power of two, below 2^24 of them.
    @Test func outputScoresLieOnTheirGrid() throws {
        var builder = NetworkBuilder(input: Signal([100], .sign))
        try builder.add(Dense(6), named: "dense")
        try builder.add(BatchNorm(isOutput: true), named: "norm")
        let network = builder.build()
        var generator = SeededGenerator(seed: 8)
        var parameters = network.makeParameters(generator)
        for name in ["norm.mean", "norm.bias", "norm.scale"] {
            let id = try #require(parameters.id(named: name))
            parameters.setReals(id, (0..<6).map { _ in 3 * generator.normal() })
        }
        let norm = try #require(network.nodes[1].layer as? BatchNorm)
        let grid = try #require(norm.inferenceAffine(parameters).grid)
        let scores = network.infer(.packed(.random([20, 100], &generator)), parameters, context).real(context)
        for (index, score) in scores.elements.enumerated() {
            let units = Double(score) * Double(sign: .plus, exponent: -grid.exponent, significand: 1)
            #expect(units == units.rounded() && abs(units) < 0x1p24)
            #expect(abs(Int(grid.scale[index % 6])) > 1 << 8, "scales keep several bits")
        }
    }

    @Test func inferenceDoesNotDependOnTheBatch() throws {
        var builder = NetworkBuilder(input: Signal([20], .byte(zeroPoint: 128, shift: 7)))
        try builder.add(Dense(33), named: "dense")
        try builder.add(BatchNorm(), named: "norm")
        try builder.add(Sign(), named: "sign")
        try builder.add(Dense(4), named: "head")
        let network = builder.build()
        var generator = SeededGenerator(seed: 9)
        let parameters = network.makeParameters(generator)
        let batch = Tensor((0..<10 * 20).map { _ in Float(generator.index(below: 256) - 128) / 128 }, shape: [10, 20])
        let whole = network.infer(.real(batch), parameters, context).real(context)
        for item in 0..<10 {
            let single = Tensor(batch.elements[item * 20..<(item + 1) * 20], shape: [1, 20])
            #expect(network.infer(.real(single), parameters, context).real(context).elements == Array(whole.elements[item * 4..<item * 4 + 4]))
        }
    }
}

extension ParameterID {
    fileprivate static func kernelOfFirstLayer(_ store: ParameterStore) -> ParameterID { store.ids[0] }
}
