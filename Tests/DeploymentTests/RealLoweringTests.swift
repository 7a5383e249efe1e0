import BinaryInference
import BinaryNN
import BitCore
import DenseMath
import Deployment
import ModelZoo
import Testing
import _TestSupport

/// Networks with real parts: evaluation while training and the packed session give the same scores to the bit.
@Suite struct RealLoweringTests {
    static func parameters(_ network: Network, seed: UInt64) -> ParameterStore {
        var generator = SeededGenerator(seed: seed)
        var parameters = network.makeParameters(generator)
        // Statistics and coefficients of a trained network, some slopes below 0.
        for id in parameters.ids where parameters.spec(id).role != .kernel {
            let count = parameters.spec(id).count
            let name = parameters.spec(id).name.split(separator: ".").last!
            parameters.setReals(
                id,
                (0..<count).map { _ in
                    switch name {
                    case "variance": generator.uniform() * 20 + 0.01
                    case "scale": generator.normal() * 0.5 + 0.7
                    default: generator.normal()
                    }
                })
        }
        return parameters
    }

    /// Packed against trained for `count` random items, on every instruction set, with one thread and two; the reference for the first few.
    static func check(_ network: Network, count: Int, reference: Int, distinct: Int? = nil, seed: UInt64 = 5) throws {
        let parameters = parameters(network, seed: seed)
        let model = try Lowering.lower(network, parameters, input: .init(shape: network.input.shape))
        var generator = SeededGenerator(seed: seed + 1)
        let bytes = (0..<count * model.inputCount).map { _ in UInt8(generator.index(below: 256)) }
        let context = ExecutionContext(engine: Engines.best, parallel: Parallel(threads: 2))
        let batch = Tensor(bytes.map { Float(Int($0) - 128) / 128 }, shape: network.input.shape.batched(count))
        let trained = network.infer(.real(batch), parameters, context).real(context).elements
        #expect(Set(trained.map(\.bitPattern)).count > distinct ?? trained.count / 2)
        for isa in InstructionSet.supported {
            for threads in [1, 2] {
                let session = InferenceSession(model, kernels: Kernels(isa), parallel: Parallel(threads: threads))
                let packed = session.realScores(bytes, count: count).map { Float($0).bitPattern }
                let wrong = zip(packed, trained).count { $0 != $1.bitPattern }
                #expect(wrong == 0 && packed.count == trained.count, "\(isa), \(threads) threads: \(wrong) of \(trained.count) scores differ")
            }
        }
        let few = Array(bytes.prefix(reference * model.inputCount))
        let slow = ReferenceInterpreter(model).realScores(few, count: reference).map { Float($0).bitPattern }
        let same = slow == trained.prefix(slow.count).map(\.bitPattern)
        #expect(same)
        let again = try InferenceModel(parsing: model.encoded()) == model
        #expect(again)
    }

    static let bytes = Signal.Width.byte(zeroPoint: 128, shift: 7)

    @Test(arguments: ["birealnet18:0.0625", "resnete18:0.0625"]) func cifarFormsAgreeOnAThousandInputs(_ name: String) throws {
        try Self.check(ModelName(name).network(items: [32, 32, 3], classes: 10, input: Self.bytes), count: 1000, reference: 3)
    }

    /// Odd widths, whose words are half empty, and odd extents.
    @Test(arguments: [("birealnet18:imagenet:0.05", 35), ("resnete18:imagenet:0.1", 47)]) func imageNetFormsAgree(_ name: String, _ extent: Int) throws {
        try Self.check(ModelName(name).network(items: [extent, extent, 3], classes: 20, input: Self.bytes), count: 100, reference: 2)
    }

    /// Every layer that has a real form, joined in ways that the named networks do not have.
    @Test(arguments: [Padding.zero, .plusOne, .replicate, .valid]) func everyRealLayer(_ padding: Padding) throws {
        var builder = NetworkBuilder(input: Signal([9, 8, 3], Self.bytes))
        try builder.add(Conv2D(8, Window(3), padding, kernel: .real, bias: true), named: "stem")
        try builder.add(PReLU.shifted(), named: "curve")
        try builder.add(MaxPool(Window(2, stride: 1), padding), named: "largest")
        let stream = try builder.add(BatchNorm(), named: "norm")
        try builder.add(LearnedShift(), named: "shift")
        try builder.add(Sign(), named: "sign")
        let sums = try builder.add(Conv2D(8, Window(1), scale: .meanMagnitude()), named: "pointwise")
        let main = try builder.add(AveragePool(Window(1)), named: "same")
        let joined = try builder.add(Add(), named: "join", reading: main, stream)
        let wide = try builder.add(Concatenate(), named: "wide", reading: joined, stream)
        let part = try builder.add(Slice(3..<11), named: "part", reading: wide)
        let more = try builder.add(PReLU(), named: "prelu", reading: sums)
        try builder.add(Add(), named: "both", reading: part, more)
        try builder.add(Conv2D.depthwise(channels: 8, Window(3), padding == .valid ? .zero : padding, kernel: .real), named: "local")
        try builder.add(ReLU(), named: "relu")
        try builder.add(Conv2D(12, Window(2), padding, groups: 2), named: "signs-times-reals")
        try builder.add(Conv2D(6, Window(2), padding, kernel: .real, quantizer: .ternary(.fixed(0.1)), scale: .learned), named: "ternary")
        try builder.add(Sign(), named: "last-sign")
        try builder.add(Conv2D(5, Window(1), kernel: .real), named: "reals-times-signs")
        try builder.add(AveragePool(Window(2), padding), named: "mean")
        try builder.add(Flatten(), named: "flat")
        try builder.add(BatchNorm(), named: "flat-norm")
        try builder.add(Dense(7), named: "binary")
        try builder.add(Dense(4, kernel: .real, bias: true), named: "classifier")
        try Self.check(builder.build(), count: 60, reference: 10, distinct: 3)
    }

    /// Sums are added as reals where a norm or their units keep them from being whole.
    @Test func sumsOfDifferentUnits() throws {
        var builder = NetworkBuilder(input: Signal([6, 6, 4], Self.bytes))
        let first = try builder.add(Conv2D(4, Window(3), .zero), named: "first")
        let pooled = try builder.add(AveragePool(Window(2, stride: 1), .replicate), named: "mean", reading: first)
        try builder.add(Add(), named: "join", reading: first, pooled)
        try builder.add(GlobalAveragePool(), named: "all")
        try builder.add(Dense(3, kernel: .real), named: "dense")
        try Self.check(builder.build(), count: 50, reference: 10)
    }

    /// An image of bytes that a real layer reads as a vector: what turns bytes into reals goes by the vector's elements, not by the image's channels.
    @Test func realLayersReadFlatImages() throws {
        var builder = NetworkBuilder(input: Signal([6, 5, 2], Self.bytes))
        try builder.add(Flatten(), named: "flat")
        try builder.add(Dense(16, kernel: .real, quantizer: .ternary(.fixed(0.1))), named: "ternary")
        try builder.add(BatchNorm(), named: "norm")
        try builder.add(Sign(), named: "sign")
        try builder.add(Dense(4, kernel: .real), named: "classifier")
        let network = try builder.build()
        try Self.check(network, count: 50, reference: 10, distinct: 3)
        if Verification.Toolchain.native.isInstalled {
            let model = try Lowering.lower(network, Self.parameters(network, seed: 1), input: .init(shape: [6, 5, 2]))
            try CExportTests.verify(model, vectors: 2, inputs: 4, .native)
        }
    }

    /// Networks with real parts and networks of slices are C as well, with the same scores to the bit.
    @Test(
        .enabled(if: Verification.Toolchain.native.isInstalled),
        arguments: ["birealnet18:0.0625", "resnete18:0.0625", "basenet:0.0625:k4", "boolnet:0.0625:k1", "boolnet:0.0625:k4", "reactnet-a:0.0625"])
    func namedNetworksAreCToo(_ name: String) throws {
        let network = try ModelName(name).network(items: [16, 16, 3], classes: 10, input: Self.bytes)
        let parameters = name.contains("net:") ? BoolNetLoweringTests.parameters(network, seed: 1) : Self.parameters(network, seed: 1)
        let model = try Lowering.lower(network, parameters, input: .init(shape: [16, 16, 3]))
        try CExportTests.verify(model, vectors: 2, inputs: 4, .native)
    }
}
