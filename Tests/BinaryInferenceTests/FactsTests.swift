import BinaryInference
import BitCore
import Testing
import _TestSupport

@Suite struct FactsTests {
    @Test func aSmallModelByHand() throws {
        let model = try RandomModel.make([9, 65, 3], seed: 1)
        let facts = model.layerFacts
        #expect(facts.map(\.operation) == ["byteDense", "threshold", "binaryDense", "scores"])
        #expect(facts.map(\.inputBits) == [8, 32, 1, 32])
        #expect(facts.map(\.outputBits) == [32, 1, 32, 32])
        #expect(facts.map(\.binaryWeights) == [585, 0, 195, 0])
        #expect(facts.map(\.integerParameters) == [0, 65, 0, 6])
        #expect(facts.map(\.bytes) == [65 * 8, 260, 3 * 16, 24])
        #expect(facts.map(\.parameterBits) == [585, 2080, 195, 192])
        #expect(facts.map(\.outputShape) == [[65], [65], [3], [3]])
    }

    @Test(arguments: InferenceSessionTests.widths)
    func predictedSizeIsTheSize(_ widths: [Int]) throws {
        let model = try RandomModel.make(widths, seed: 2)
        let totals = model.totals
        #expect(totals.fileBytes == model.encoded().count)
        let container = try Safetensors(parsing: model.encoded())
        #expect(totals.arrayBytes == container.entries.reduce(0) { $0 + $1.bytes.count })
        #expect(totals.binaryWeights == zip(widths, widths.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 })
        #expect(totals.float32Bytes == 4 * (totals.binaryWeights + totals.integerParameters))
    }
}

/// The example that the module's README works by hand.
@Suite struct WorkedExampleTests {
    @Test(arguments: [(0, true), (1, false)] as [(Int32, Bool)])
    func eightSigns(_ threshold: Int32, _ expected: Bool) throws {
        let (w, x) = (PackedTensor(words: [0xD9], shape: [1, 8]), PackedTensor(words: [0xB3], shape: [1, 8]))
        #expect((0..<8).map { w[0, $0] } == [true, false, false, true, true, false, true, true])
        let inputs = (0..<8).map { x[0, $0] ? 200 : 50 as UInt8 }
        let model = try InferenceModel(
            name: "example", input: .init(shape: [8]),
            nodes: [
                .init(name: "bits", operation: .binarise(threshold: 128), inputs: [0]),
                .init(name: "sum", operation: .binaryDense(kernel: w), inputs: [1]),
                .init(name: "sign", operation: .threshold(thresholds: [threshold]), inputs: [2]),
                .init(name: "last", operation: .binaryDense(kernel: PackedTensor(words: [1], shape: [1, 1])), inputs: [3]),
                .init(name: "scores", operation: .scores(scale: [1], bias: [0], exponent: 0), inputs: [4]),
            ])
        let trace = InferenceSession(model).trace(inputs)
        #expect(trace[2] == .integers([0]))
        #expect(trace[3] == .bits([expected]))
        #expect(try Safetensors(parsing: model.encoded()).entry("sum.kernel")?.bytes.elementsEqual([0xD9, 0, 0, 0, 0, 0, 0, 0]) == true)
    }
}
