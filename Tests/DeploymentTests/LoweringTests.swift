import BinaryInference
import BinaryNN
import BitCore
import DenseMath
import Deployment
import Testing
import _TestSupport

/// The lowered graph against the network it came from: every score of every item, as exact integers.
@Suite struct LoweringTests {
    let context = ExecutionContext(engine: PortableEngine())

    struct Case: Sendable, CustomTestStringConvertible {
        var widths: [Int]
        /// nil: bytes with this zero point; else signs from this byte on.
        var threshold: UInt8?
        var zeroPoint = 128
        var kernel = ParameterEncoding.latentBinary
        var testDescription: String { "\(widths) \(threshold.map { "signs from \($0)" } ?? "bytes − \(zeroPoint)") \(kernel)" }
    }

    @Test(arguments: [
        Case(widths: [20, 7]), Case(widths: [64, 33, 5]), Case(widths: [65, 64, 130, 3], kernel: .binary), Case(widths: [1, 1, 2], zeroPoint: 0),
        Case(widths: [63, 40, 4], threshold: 100), Case(widths: [130, 63, 65, 10], threshold: 1, kernel: .binary),
        Case(widths: [200, 50, 10], zeroPoint: 33), Case(widths: [784, 10], zeroPoint: 255),
    ])
    func everyScoreAgrees(_ test: Case) throws {
        let input: Signal.Width = test.threshold == nil ? .byte(zeroPoint: test.zeroPoint, shift: 6) : .sign
        var builder = NetworkBuilder(input: Signal([test.widths[0]], input))
        for (index, width) in test.widths.dropFirst().enumerated() {
            let isLast = index == test.widths.count - 2
            try builder.add(Dense(width, kernel: test.kernel), named: "dense\(index)")
            try builder.add(BatchNorm(isOutput: isLast), named: "norm\(index)")
            if !isLast { try builder.add(Sign(), named: "sign\(index)") }
        }
        let network = builder.build()
        for seed in 0..<3 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var parameters = network.makeParameters(generator)
            scramble(&parameters, &generator)
            let model = try Lowering.lower(
                network, parameters, input: .init(shape: [test.widths[0]], threshold: test.threshold), labels: [])
            let items = 60
            let bytes = (0..<items * test.widths[0]).map { _ in UInt8(generator.index(below: 256)) }
            let batch: Activation =
                if let threshold = test.threshold {
                    .packed(context.kernels.packSigns(Tensor(bytes.map { $0 >= threshold ? 1 : -1 }, shape: [items, test.widths[0]])))
                } else {
                    .real(Tensor(bytes.map { Float(Int($0) - test.zeroPoint) / 64 }, shape: [items, test.widths[0]]))
                }
            let trained = network.infer(batch, parameters, context).real(context).elements
            let unit = Float(sign: .plus, exponent: model.scoreExponent, significand: 1)
            let reference = ReferenceInterpreter(model).scores(bytes, count: items)
            #expect(reference.map { Float($0) * unit } == trained)
            for isa in InstructionSet.supported {
                let session = InferenceSession(model, kernels: Kernels(isa))
                #expect(session.scores(bytes, count: items) == reference, "\(isa)")
            }
        }
    }

    /// Statistics and coefficients of every kind: γ < 0, γ = 0, thresholds out of reach, ties at 0.
    func scramble(_ parameters: inout ParameterStore, _ generator: inout SeededGenerator) {
        for id in parameters.ids where parameters.spec(id).role != .kernel {
            let count = parameters.spec(id).count
            let name = parameters.spec(id).name.split(separator: ".").last!
            let values = (0..<count).map { index -> Float in
                switch (name, index % 7) {
                case ("scale", 0): 0
                case ("scale", 1): -generator.uniform()
                case ("variance", _): generator.uniform() * 10 + 0.01
                case ("bias", 2): 1e6
                case ("bias", 3): -1e6
                case ("bias", 4): 0
                case ("mean", 4): Float(generator.index(below: 9) - 4)
                default: generator.normal()
                }
            }
            parameters.setReals(id, values)
        }
    }

    /// One layer from bytes to scores, with coefficients that use the whole grid: nothing may overflow on the way.
    @Test(arguments: [0, 33, 128, 255])
    func aSingleLayerFitsItsGrid(zeroPoint: Int) throws {
        var builder = NetworkBuilder(input: Signal([784], .byte(zeroPoint: zeroPoint, shift: 7)))
        try builder.add(Dense(10), named: "dense")
        try builder.add(BatchNorm(isOutput: true), named: "norm")
        let network = builder.build()
        var generator = SeededGenerator(seed: 2)
        for variance in [1e-3, 0.7, 1, 1.9, 1e4] as [Float] {
            var parameters = network.makeParameters(generator)
            parameters.setReals(try #require(parameters.id(named: "norm.variance")), Array(repeating: variance, count: 10))
            let model = try Lowering.lower(network, parameters, input: .init(shape: [28, 28]))
            let bytes = (0..<20 * 784).map { _ in UInt8(generator.index(below: 256)) }
            let batch = Tensor(bytes.map { Float(Int($0) - zeroPoint) / 128 }, shape: [20, 784])
            let trained = network.infer(.real(batch), parameters, context).real(context).elements
            let unit = Float(sign: .plus, exponent: model.scoreExponent, significand: 1)
            #expect(InferenceSession(model).scores(bytes, count: 20).map { Float($0) * unit } == trained)
        }
    }

    /// A network without a batch norm at its end, and one with signs straight after the sums.
    @Test func plainSumsAreScores() throws {
        var builder = NetworkBuilder(input: Signal([30], .byte(zeroPoint: 7, shift: 2)))
        try builder.add(Dense(16), named: "dense1")
        try builder.add(Sign(), named: "sign1")
        try builder.add(Dense(3), named: "dense2")
        let network = builder.build()
        var generator = SeededGenerator(seed: 1)
        let parameters = network.makeParameters(generator)
        let model = try Lowering.lower(network, parameters, input: .init(shape: [5, 6]))
        let bytes = (0..<40 * 30).map { _ in UInt8(generator.index(below: 16)) }
        let batch = Tensor(bytes.map { Float(Int($0) - 7) / 4 }, shape: [40, 30])
        let trained = network.infer(.real(batch), parameters, context).real(context).elements
        #expect(InferenceSession(model).scores(bytes, count: 40).map { Float($0) } == trained)
    }

    @Test func whatHasNoIntegerFormIsAnError() throws {
        var builder = NetworkBuilder(input: Signal([8], .byte(zeroPoint: 0, shift: 0)))
        try builder.add(Dense(4), named: "dense")
        try builder.add(LayerNorm(), named: "even")
        let even = builder.build()
        #expect(throws: LoweringError.unsupportedLayer(name: "even", kind: "LayerNorm")) {
            try Lowering.lower(even, even.makeParameters(SeededGenerator(seed: 0)), input: .init(shape: [8]))
        }
        builder = NetworkBuilder(input: Signal([8], .sign))
        try builder.add(Dense(4), named: "dense")
        try builder.add(BatchNorm(isOutput: true), named: "norm")
        let diverged = builder.build()
        var parameters = diverged.makeParameters(SeededGenerator(seed: 0))
        #expect(throws: LoweringError.self) { try Lowering.lower(diverged, parameters, input: .init(shape: [8])) }
        parameters.setReals(try #require(parameters.id(named: "norm.variance")), [1, .nan, 1, 1])
        #expect(throws: LoweringError.notFinite(name: "norm")) {
            try Lowering.lower(diverged, parameters, input: .init(shape: [8], threshold: 1))
        }
    }
}
