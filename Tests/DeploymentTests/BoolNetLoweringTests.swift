import BinaryInference
import BinaryNN
import BitCore
import DenseMath
import Deployment
import ModelZoo
import Testing
import _TestSupport

/// Networks whose feature maps are bits: evaluation while training and the packed session give the same scores to the bit.
@Suite struct BoolNetLoweringTests {
    /// Norms with slopes above and below 0, and the running statistics of random items, so that no layer's signs are all the same.
    static func parameters(_ network: Network, seed: UInt64) -> ParameterStore {
        var generator = SeededGenerator(seed: seed)
        var parameters = network.makeParameters(generator)
        for id in parameters.ids {
            let (name, count) = (parameters.spec(id).name.split(separator: ".").last, parameters.spec(id).count)
            if name == "scale" { parameters.setReals(id, (0..<count).map { _ in generator.normal() }) }
            if name == "bias" { parameters.setReals(id, (0..<count).map { _ in 0.3 * generator.normal() }) }
        }
        let context = ExecutionContext(engine: Engines.best)
        let (_, batch) = items(24, network, &generator)
        for _ in 0..<60 { network.updateStatistics(network.forward(batch, parameters, context), &parameters) }
        return parameters
    }

    static func items(_ count: Int, _ network: Network, _ generator: inout SeededGenerator) -> (bytes: [UInt8], batch: Activation) {
        let bytes = (0..<count * network.input.shape.count).map { _ in UInt8(generator.index(below: 256)) }
        return (bytes, .real(Tensor(bytes.map { Float(Int($0) - 128) / 128 }, shape: network.input.shape.batched(count))))
    }

    /// Packed against trained on every instruction set, with one thread and two; the reference for the first few.
    /// - Parameter distinct: scores that differ, at least.
    static func check(_ network: Network, count: Int, reference: Int, distinct: Int? = nil, seed: UInt64 = 5) throws {
        let parameters = parameters(network, seed: seed)
        let model = try Lowering.lower(network, parameters, input: .init(shape: network.input.shape))
        var generator = SeededGenerator(seed: seed + 1)
        let (bytes, batch) = items(count, network, &generator)
        let context = ExecutionContext(engine: Engines.best, parallel: Parallel(threads: 2))
        let trained = network.infer(batch, parameters, context).real(context).elements.map(\.bitPattern)
        // Not the same for all items, as ORs of few channels soon are.
        #expect(Set(trained).count > distinct ?? trained.count / 20)
        for isa in InstructionSet.supported {
            for threads in [1, 2] {
                let session = InferenceSession(model, kernels: Kernels(isa), parallel: Parallel(threads: threads))
                let packed = session.realScores(bytes, count: count).map { Float($0).bitPattern }
                let wrong = zip(packed, trained).count { $0 != $1 }
                #expect(wrong == 0 && packed.count == trained.count, "\(isa), \(threads) threads: \(wrong) of \(trained.count) scores differ")
            }
        }
        let slow = ReferenceInterpreter(model).realScores(Array(bytes.prefix(reference * model.inputCount)), count: reference)
        let same = slow.map { Float($0).bitPattern } == Array(trained.prefix(slow.count))
        #expect(same)
        let again = try InferenceModel(parsing: model.encoded()) == model
        #expect(again)
    }

    @Test(arguments: ["basenet:0.0625:k1", "basenet:0.0625:k4", "boolnet:0.0625:k1", "boolnet:0.0625:k4"])
    func aThousandInputsAgree(_ name: String) throws {
        try Self.check(ModelName(name).network(items: [16, 16, 3], classes: 10, input: RealLoweringTests.bytes), count: 1000, reference: 2)
    }

    /// Odd extents, widths that fill no word, the dilated form, eight slices, and what the ablations leave out.
    @Test(arguments: [
        ("boolnet:0.125:k8", 15), ("boolnet:0.0625:k4:star:imagenet", 51), ("basenet:0.25:k2:plain", 17), ("basenet:0.05:k1:las:imagenet", 37),
        ("boolnet:0.25:k2:nolas", 16), ("reactnet-a:0.1", 16),
    ])
    func otherFormsAgree(_ name: String, _ extent: Int) throws {
        // Random signs without shortcuts lose what items differ in on their way through sixteen layers.
        try Self.check(
            ModelName(name).network(items: [extent, extent, 3], classes: 10, input: RealLoweringTests.bytes), count: 40, reference: 1,
            distinct: name.contains("plain") ? 0 : nil, seed: 8)
    }

    /// From the first signs to the last no value of the packed model is real: bits, and integer sums between a convolution and its thresholds.
    @Test(arguments: ["basenet:0.125:k1", "basenet:0.125:k4", "boolnet:0.125:k1", "boolnet:0.125:k4", "boolnet:0.125:k4:star"])
    func noFloatsBetweenStemAndClassifier(_ name: String) throws {
        let network = try ModelName(name).network(items: [32, 32, 3], classes: 10, input: RealLoweringTests.bytes)
        let model = try Lowering.lower(network, RealLoweringTests.parameters(network, seed: 3), input: .init(shape: network.input.shape))
        let kinds = model.types.map(\.kind)
        let (first, last) = (try #require(kinds.firstIndex(of: .bits)), try #require(kinds.lastIndex(of: .bits)))
        #expect(last - first > 50)
        // Slices of the stem are reals' thresholds, one after the other, all of them of the stem's own value.
        let between = (first..<last).filter { kinds[$0] == .reals }
        #expect(between == [], "\(between.map { model.nodes[$0 - 1].name })")
        // Everything that is read twice, so that it is kept, is bits.
        var readers: [Int: Int] = [:]
        for node in model.nodes.dropFirst(first) { for id in node.inputs { readers[id, default: 0] += 1 } }
        for (id, count) in readers where count > 1 && id > first && id <= last { #expect(kinds[id] == .bits) }
    }

    /// Norms whose slope is above, below and at 0, their shifts on the thresholds themselves, behind products, pools, borders of every kind, and sums that
    /// two layers read.
    @Test(arguments: Padding.allCases, [1, 2, 4]) func everySignOfANorm(_ padding: Padding, slices: Int) throws {
        var builder = NetworkBuilder(input: Signal([7, 6, 3], RealLoweringTests.bytes))
        let sums = try builder.add(Conv2D(12, Window(3), padding, scale: .meanMagnitude(.through)), named: "first")
        try builder.add(BatchNorm(), named: "norm1", reading: sums)
        let x = try builder.add(MultiSliceSign(slices: slices), named: "slices1")
        try builder.add(BatchNorm(), named: "norm2", reading: sums)
        let y = try builder.add(MultiSliceSign(slices: slices), named: "slices2")
        try builder.add(Xnor(), named: "xnor", reading: x, y)
        try builder.add(Conv2D(12, Window(2, dilation: 2), padding, groups: slices, scale: .meanMagnitude(.through)), named: "second")
        try builder.add(MaxPool(Window(2), padding == .valid || padding == .replicate ? padding : .valid), named: "pool")
        try builder.add(BatchNorm(), named: "norm3")
        let z = try builder.add(MultiSliceSign(slices: slices), named: "slices3")
        let half = try builder.add(Split(1, slices: slices), named: "half", reading: z)
        let other = try builder.add(Split(0, slices: slices), named: "other", reading: z)
        let either = try builder.add(Or(), named: "or", reading: half, other)
        try builder.add(Interleave(), named: "woven", reading: half, either)
        try builder.add(SliceMean(slices: slices), named: "mean")
        try builder.add(Flatten(), named: "flat")
        try builder.add(Dense(5, kernel: .real, bias: true), named: "scores")
        let network = builder.build()
        var generator = SeededGenerator(seed: 21)
        var parameters = Self.parameters(network, seed: 2)
        let offsets = MultiSliceSign.offsets(slices)
        for norm in ["norm1", "norm2", "norm3"] {
            let (scale, bias) = (try #require(parameters.id(named: norm + ".scale")), try #require(parameters.id(named: norm + ".bias")))
            parameters.setReals(scale, (0..<12).map { [Float(1), -1, 0][$0 % 3] * (0.2 + generator.uniform()) })
            // Where the slope is 0 the sign is that of β + t, which is 0 in one slice.
            parameters.setReals(bias, (0..<12).map { $0 % 3 == 2 ? -offsets[$0 / 3 % slices] : generator.normal() })
        }
        let model = try Lowering.lower(network, parameters, input: .init(shape: network.input.shape))
        let count = 50
        let bytes = (0..<count * model.inputCount).map { _ in UInt8(generator.index(below: 256)) }
        let batch = Tensor(bytes.map { Float(Int($0) - 128) / 128 }, shape: network.input.shape.batched(count))
        let context = ExecutionContext(engine: PortableEngine())
        let trained = network.infer(.real(batch), parameters, context).real(context).elements.map(\.bitPattern)
        let packed = InferenceSession(model).realScores(bytes, count: count).map { Float($0).bitPattern }
        #expect(packed == trained && Set(trained).count > trained.count / 20)
        let slow = ReferenceInterpreter(model).realScores(Array(bytes.prefix(5 * model.inputCount)), count: 5).map { Float($0).bitPattern }
        #expect(slow == Array(trained.prefix(25)))
    }

    /// A progressive network lowers as its twin with signs.
    @Test func progressiveNetworksLowerAsSigns() throws {
        let name = try ModelName("boolnet:0.0625:k2")
        var models: [InferenceModel] = []
        for quantizer in [KernelQuantizer.progressive, .sign] {
            let network = try name.network(items: [8, 8, 3], classes: 4, input: RealLoweringTests.bytes, ModelOptions(quantizer: quantizer))
            models.append(try Lowering.lower(network, RealLoweringTests.parameters(network, seed: 4), input: .init(shape: [8, 8, 3])))
        }
        let same = models[0] == models[1]
        #expect(same)
    }
}
