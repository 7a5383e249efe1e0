import BinaryInference
import BitCore
import Testing
import _TestSupport

/// Operations on real numbers: the session equals the reference to the bit, files keep them, and bad tables are refused.
@Suite struct RealOperationTests {
    static func bits(_ value: ReferenceValue) -> [UInt32] {
        if case .reals(let values) = value { values.map(\.bitPattern) } else { value.numbers.map { UInt32(truncatingIfNeeded: $0) } }
    }

    @Test(arguments: 0..<24 as Range<UInt64>) func everyPathAgrees(_ seed: UInt64) throws {
        let model = try RandomRealModel.make(seed: seed)
        #expect(model.hasRealScores && model.scoreExponent == 0 && model.firstRealNode?.name == "node0")
        let items = RandomModel.items(5, of: model.inputCount)
        let reference = ReferenceInterpreter(model)
        let expected = reference.realScores(items, count: 5)
        for isa in InstructionSet.supported {
            for threads in [1, 2] {
                let session = InferenceSession(model, kernels: Kernels(isa), parallel: Parallel(threads: threads))
                let same = session.realScores(items, count: 5).map(\.bitPattern) == expected.map(\.bitPattern)
                #expect(same, "\(isa), \(threads) threads: \(model.nodes.map(\.operation.identifier))")
                #expect(session.classify(items, count: 5) == reference.classify(items, count: 5))
            }
            // Layer by layer, nothing fused.
            let item = Array(items.prefix(model.inputCount))
            for (place, (fast, slow)) in zip(InferenceSession(model, kernels: Kernels(isa)).trace(item), reference.trace(item)).enumerated() {
                let same = Self.bits(fast) == Self.bits(slow)
                #expect(same, "\(isa) value \(place) of \(model.nodes.map(\.operation.identifier))")
            }
        }
    }

    @Test(arguments: 0..<6 as Range<UInt64>) func filesKeepThem(_ seed: UInt64) throws {
        let model = try RandomRealModel.make(seed: seed)
        let bytes = model.encoded()
        let again = try InferenceModel(parsing: bytes)
        let same = again == model && again.encoded() == bytes && bytes.count == model.encodedCount
        #expect(same)
        #expect(model.totals.realParameters > 0)
        #expect(model.totals.arrayBytes == model.layerFacts.reduce(0) { $0 + $1.bytes })
        #expect(bytes.withUnsafeBytes { fuzzModelFile($0) } == 0)
    }

    /// What runs as one step is every node once, and a stream's convolution takes in all up to its sign.
    @Test(arguments: 0..<6 as Range<UInt64>) func stepsAreAllNodes(_ seed: UInt64) throws {
        let model = try RandomRealModel.make(seed: seed)
        var now = 0.0
        let times = InferenceSession(model).stepTimes(Array(repeating: 7, count: model.inputCount), rounds: 3) {
            now += 1
            return now
        }
        #expect(times.flatMap(\.names).sorted() == model.nodes.map(\.name).sorted())
        #expect(times.reduce(0) { $0 + $1.products } == model.totals.products)
        #expect(times.allSatisfy { $0.seconds == [1, 1, 1] })
        #expect(times.contains { $0.operations.prefix(2) == ["realConvolution", "affine"] })
        #expect(times.contains { $0.operations.first == "binaryConvolution" && $0.operations.contains("add") })
    }

    /// x ≥ t at the places where a rounded difference could go wrong: next to t, at the smallest numbers, at both zeros.
    @Test func thresholdsAreExact() throws {
        let thresholds: [Float] = [0, -0.0, 1, 1.0e-45, -1.0e-45, 3.0e38, -3.0e38, 0.1]
        let values: [Float] = thresholds.flatMap { t -> [Float] in [t, t.nextUp, t.nextDown, 0, -0.0, 1.0e-45] }
        for value in values {
            let nodes: [InferenceModel.Node] = [
                .init(name: "value", operation: .affine(scale: Array(repeating: 0, count: 8), bias: Array(repeating: value, count: 8)), inputs: [0]),
                .init(name: "sign", operation: .realThreshold(thresholds: thresholds), inputs: [1]),
                .init(name: "reals", operation: .affine(scale: Array(repeating: 1, count: 8), bias: Array(repeating: 0, count: 8)), inputs: [2]),
                .init(name: "scores", operation: .realScores, inputs: [3]),
            ]
            let model = try InferenceModel(name: "thresholds", input: .init(shape: [8]), nodes: nodes)
            let expected = thresholds.map { Double(value >= $0 ? 1 : -1) }
            #expect(ReferenceInterpreter(model).realScores(Array(repeating: 3, count: 8), count: 1) == expected)
            for isa in InstructionSet.supported {
                #expect(InferenceSession(model, kernels: Kernels(isa)).realScores(Array(repeating: 3, count: 8), count: 1) == expected, "\(value)")
            }
        }
    }

    @Test func badGraphsAreRefused() throws {
        func error(_ nodes: [InferenceModel.Node]) -> ModelError? {
            do {
                _ = try InferenceModel(name: "bad", input: .init(shape: [2, 2, 3]), nodes: nodes)
                return nil
            } catch {
                return error
            }
        }
        func node(_ name: String, _ operation: InferenceModel.Operation, _ input: Int) -> InferenceModel.Node {
            .init(name: name, operation: operation, inputs: [input])
        }
        let good = InferenceModel.Operation.affine(scale: [1, 1, 1], bias: [0, 0, 0])
        #expect(error([node("a", .affine(scale: [1], bias: [0]), 0)]) == .tableCount(node: "a", table: "scale", expected: 3, found: 1))
        #expect(error([node("a", .affine(scale: [1, .nan, 1], bias: [0, 0, 0]), 0)]) == .notFinite(node: "a", table: "scale"))
        #expect(error([node("a", .affine(scale: [1, 1, 1], bias: [0, 0, -.infinity]), 0)])?.description.contains("NaN or an infinity in bias") == true)
        #expect(error([node("a", .relu, 0)]) == .inputKind(node: "a", expected: .reals, found: .bytes))
        let noSums = ModelError.inputKind(node: "b", expected: .integers, found: .reals)
        let pool = try WindowGeometry([2, 2, 3], Window(2), .valid)
        #expect(error([node("a", good, 0), node("b", .sumPool(pool), 1)]) == noSums)
        #expect(error([node("a", good, 0), node("b", .threshold(thresholds: [0, 0, 0]), 1)]) == noSums)
        let kernel = Tensor(zeros: [2, 11])
        #expect(error([node("a", good, 0), node("b", .realDense(kernel: kernel), 1)]) == .depth(node: "b", kernel: 11, input: 12))
        let geometry = try ConvolutionGeometry([2, 2, 3], Window(2), outputs: 2)
        #expect(error([node("a", good, 0), node("b", .realConvolution(kernel: kernel, geometry: geometry), 1)]) == .kernelShape(node: "b", [2, 11]))
        #expect(error([node("a", good, 0), node("b", .relu, 1)]) == .outputNotScores(node: "b"))
        let mixed = InferenceModel.Node(name: "c", operation: .add, inputs: [1, 2])
        let bits = node("b", .realThreshold(thresholds: [0, 0, 0]), 1)
        #expect(error([node("a", good, 0), bits, mixed]) == .inputKind(node: "c", expected: .reals, found: .bits))
    }

    /// Files whose tables are not what they should be.
    @Test func damagedFiles() throws {
        let model = try RandomRealModel.make(seed: 1)
        var container = try Safetensors(parsing: model.encoded())
        container.metadata["spinflip.checksum"] = nil
        let plain = container.encoded()
        // An infinity where a number was.
        let text = try #require(container.entries.first { $0.type == .float32 })
        var damaged = plain
        let place = try #require(damaged.firstRange(of: Array(text.bytes))?.lowerBound)
        damaged.replaceSubrange(place..<place + 4, with: [0, 0, 0x80, 0x7F])
        let error = #expect(throws: ModelFileError.self) { try InferenceModel(parsing: damaged, path: "the.file") }
        #expect(error?.description.contains("NaN or an infinity") == true)
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<1500 {
            var bytes = plain
            for _ in 0...generator.index(below: 3) {
                let position = generator.index(below: bytes.count)
                switch generator.index(below: 3) {
                case 0: bytes[position] ^= 1 << UInt8(generator.index(below: 8))
                case 1: if (48...57).contains(bytes[position]) { bytes[position] = UInt8(48 + generator.index(below: 10)) }
                default: bytes[position] = bytes[generator.index(below: bytes.count)]
                }
            }
            DamagedFileTests.fuzz(bytes)
        }
    }
}
