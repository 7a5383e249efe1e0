import BinaryInference
import BinaryNN
import BitCore
import DenseMath
import Deployment
import Foundation
import Testing
import _TestSupport

/// Networks of images: evaluation while training, the packed session, the reference and exported C give the same scores.
@Suite struct ImageLoweringTests {
    let context = ExecutionContext(engine: PortableEngine())

    /// Items of random bytes, and as the network takes them.
    static func batch(_ count: Int, _ random: RandomNetwork, _ generator: inout SeededGenerator) -> (bytes: [UInt8], batch: Activation) {
        let bytes = (0..<count * random.image.count).map { _ in UInt8(generator.index(below: 256)) }
        let shape = random.image.batched(count)
        if random.isByte {
            let unit = Float(sign: .plus, exponent: -random.shift, significand: 1)
            return (bytes, .real(Tensor(bytes.map { Float(Int($0) - random.zeroPoint) * unit }, shape: shape)))
        }
        return (bytes, .packed(Kernels.active.packSigns(Tensor(bytes.map { $0 >= 100 ? 1 : -1 }, shape: shape))))
    }

    func check(_ seed: UInt64, isByte: Bool, toolchain: Verification.Toolchain?) throws {
        var random = RandomNetwork(seed: seed, isByte: isByte)
        let network = try random.build(blocks: 1 + Int(seed % 3))
        let note = network.nodes.map(\.layer.kind).joined(separator: " ")
        var generator = SeededGenerator(seed: seed)
        var parameters = network.makeParameters(generator)
        RandomNetwork.scramble(&parameters, &generator)
        let model = try Lowering.lower(network, parameters, input: .init(shape: random.image, threshold: isByte ? nil : 100))
        let (bytes, batch) = Self.batch(4, random, &generator)
        let trained = network.infer(batch, parameters, context).real(context).elements
        let unit = Float(sign: .plus, exponent: model.scoreExponent, significand: 1)
        let reference = ReferenceInterpreter(model).scores(bytes, count: 4)
        let same = reference.map { Float($0) * unit } == trained
        #expect(same, "\(note): \(reference.map { Float($0) * unit }) \(trained)")
        #expect(Verification.verifyPaths(model, inputs: bytes, count: 4).mismatches == 0, "\(note)")
        let again = try InferenceModel(parsing: model.encoded()) == model
        #expect(again)
        guard let toolchain else { return }
        try CExportTests.inFolder { folder in
            let exported = try CExporter(model, name: "net").write(to: folder.path, vectors: bytes)
            let report = Verification.verifyC(exported, model, inputs: bytes, count: 4, toolchain: toolchain)
            #expect(report.verified == true, "\(note): \(report.detail)")
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>, [false, true])
    func everyScoreAgrees(_ seed: UInt64, _ isByte: Bool) throws {
        try check(seed, isByte: isByte, toolchain: nil)
    }

    /// Those that need real numbers, for a mean or a slice of scaled sums, are few.
    @Test func mostRandomNetworksHaveAnIntegerForm() throws {
        let lowered = try (0..<60 as Range<UInt64>).count { seed in
            var random = RandomNetwork(seed: seed, isByte: seed % 2 == 0)
            let network = try random.build(blocks: 1 + Int(seed % 3))
            let parameters = network.makeParameters(SeededGenerator(seed: seed))
            return try Lowering.lower(network, parameters, input: .init(shape: random.image, threshold: random.isByte ? nil : 100)).firstRealNode == nil
        }
        #expect(lowered >= 45)
    }

    @Test(.enabled(if: Verification.Toolchain.native.isInstalled), arguments: 100..<112 as Range<UInt64>, [false, true])
    func exportedCAgrees(_ seed: UInt64, _ isByte: Bool) throws {
        try check(seed, isByte: isByte, toolchain: .native)
    }

    @Test(.enabled(if: Verification.Toolchain.arm.isInstalled), arguments: 200..<204 as Range<UInt64>, [false, true])
    func exportedCAgreesOnArm(_ seed: UInt64, _ isByte: Bool) throws {
        try check(seed, isByte: isByte, toolchain: .arm)
    }

    /// Every padding with strides, dilations and groups, one at a time: a convolution, a pool before or behind its batch norm, signs, scores.
    @Test(arguments: Padding.allCases, [(1, 1, 1), (2, 1, 1), (1, 2, 1), (2, 3, 2), (3, 1, 4)])
    func everyWindow(_ padding: Padding, _ steps: (Int, Int, Int)) throws {
        for (isByte, poolFirst, hasScale) in [(false, true, true), (false, false, true), (true, true, false), (true, false, true)] {
            var builder = NetworkBuilder(input: Signal([8, 7, 4], isByte ? .byte(zeroPoint: 128, shift: 7) : .sign))
            try builder.add(
                Conv2D(
                    12, Window(3, 2, stride: steps.0, dilation: steps.1), padding, groups: steps.2, kernel: .binary,
                    scale: hasScale ? .learned : .none), named: "conv")
            if poolFirst { try builder.add(MaxPool(Window(2), .replicate), named: "pool") }
            try builder.add(BatchNorm(), named: "norm")
            if !poolFirst { try builder.add(MaxPool(Window(2), .replicate), named: "pool") }
            try builder.add(Sign(), named: "sign")
            try builder.add(Flatten(), named: "flat")
            try builder.add(Dense(5), named: "dense")
            let network = builder.build()
            var generator = SeededGenerator(seed: 8)
            for _ in 0..<3 {
                var parameters = network.makeParameters(generator)
                RandomNetwork.scramble(&parameters, &generator)
                let model = try Lowering.lower(network, parameters, input: .init(shape: [8, 7, 4], threshold: isByte ? nil : 128))
                let bytes = (0..<3 * 224).map { _ in UInt8(generator.index(below: 256)) }
                let batch: Activation =
                    isByte
                    ? .real(Tensor(bytes.map { Float(Int($0) - 128) / 128 }, shape: [3, 8, 7, 4]))
                    : .packed(context.kernels.packSigns(Tensor(bytes.map { $0 >= 128 ? 1 : -1 }, shape: [3, 8, 7, 4])))
                let trained = network.infer(batch, parameters, context).real(context).elements
                let reference = ReferenceInterpreter(model).scores(bytes, count: 3).map { Float($0) }
                let same = reference == trained
                #expect(same)
                #expect(Verification.verifyPaths(model, inputs: bytes, count: 3).mismatches == 0)
                // The pool works on bits either way: sums are never stored.
                #expect(model.nodes.map(\.operation.identifier).contains("bitPool"))
            }
        }
    }

    @Test func whatHasNoIntegerFormNamesTheLayer() throws {
        func error(_ add: (inout NetworkBuilder) throws -> Void) throws -> LoweringError? {
            var builder = NetworkBuilder(input: Signal([6, 6, 2], .byte(zeroPoint: 0, shift: 0)))
            try add(&builder)
            let network = builder.build()
            do {
                _ = try Lowering.lower(network, network.makeParameters(SeededGenerator(seed: 1)), input: .init(shape: [6, 6, 2]))
                return nil
            } catch let error as LoweringError {
                return error
            }
        }
        let real = try error { try $0.add(Conv2D(2, Window(3), kernel: .real), named: "stem") }
        #expect(real == .output(found: "an image of [4×4×2]"))
        let layerNorm = try error {
            try $0.add(Conv2D(2, Window(3)), named: "conv")
            try $0.add(LayerNorm(), named: "even")
        }
        #expect(layerNorm == .unsupportedLayer(name: "even", kind: "LayerNorm"))
        let pooled = try error {
            try $0.add(Conv2D(2, Window(3)), named: "conv")
            try $0.add(MaxPool(Window(2), .zero), named: "largest")
        }
        #expect(pooled?.description.contains("layer largest (MaxPool) has no integer form with padding zero; replicate") == true)
    }
}
