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
