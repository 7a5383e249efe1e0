import BinaryInference
import BitCore
import Testing
import _TestSupport

/// Logic on bits, slices of thresholds, halves and their shuffle: the session against the reference, figures by hand, and files.
@Suite struct SliceOperationTests {
    @Test(arguments: [1, 3, 32, 33, 64, 65], [1, 2, 4, 8]) func theSessionIsTheReference(channels: Int, slices: Int) throws {
        let model = try RandomSliceModel.make(channels: channels, slices: slices)
        ImageOperationTests.expectAgreement(model, count: 3)
        let bytes = model.encoded()
        let again = try InferenceModel(parsing: bytes)
        let same = again == model && again.encoded() == bytes && model.encodedCount == bytes.count
        #expect(same)
        #expect(bytes.withUnsafeBytes { fuzzModelFile($0) } == 0)
    }

    @Test func byHand() throws {
        // Bits of (200, 0, 200, 0 | 200, 200, 0, 0): + − + − and + + − −.
        let model = try InferenceModel(
            name: "hand", input: .init(shape: [1, 1, 8]),
            nodes: [
                .init(name: "bits", operation: .binarise(threshold: 100), inputs: [0]),
                .init(name: "image", operation: .reshape([1, 1, 8]), inputs: [1]),
                .init(name: "x", operation: .slice(first: 0, count: 4), inputs: [2]),
                .init(name: "y", operation: .slice(first: 4, count: 4), inputs: [2]),
                .init(name: "xnor", operation: .xnor, inputs: [3, 4]), .init(name: "or", operation: .or, inputs: [3, 4]),
                .init(name: "woven", operation: .interleave, inputs: [5, 6]),
                .init(name: "first", operation: .split(part: 0, of: 2, slices: 2), inputs: [7]),
                .init(name: "sums", operation: .sliceSum(slices: 2), inputs: [8]),
                .init(name: "many", operation: .multiThreshold(thresholds: [0, 1, 2, -1]), inputs: [9]),
                .init(name: "back", operation: .sliceSum(slices: 2), inputs: [10]),
                .init(name: "scores", operation: .scores(scale: [1, 1], bias: [0, 0], exponent: 0), inputs: [11]),
            ])
        let trace = ReferenceInterpreter(model).trace([200, 0, 200, 0, 200, 200, 0, 0]).map(\.numbers)
        #expect(trace[5] == [1, -1, -1, 1] && trace[6] == [1, 1, 1, -1])
        #expect(trace[7] == [1, 1, -1, 1, -1, 1, 1, -1])
        #expect(trace[8] == [1, 1, -1, 1] && trace[9] == [0, 2])
        // 0 ≥ 0, 2 ≥ 1; 0 ≥ 2 is not, 2 ≥ −1.
        #expect(trace[10] == [1, 1, -1, 1] && trace[11] == [0, 2])
    }

    @Test func whatDoesNotFitIsSaid() throws {
        func make(_ operation: InferenceModel.Operation, _ inputs: [Int]) throws(ModelError) {
            _ = try InferenceModel(
                name: "bad", input: .init(shape: [1, 1, 6]),
                nodes: [
                    .init(name: "bits", operation: .binarise(threshold: 100), inputs: [0]),
                    .init(name: "part", operation: .slice(first: 0, count: 4), inputs: [1]),
                    .init(name: "bad", operation: operation, inputs: inputs),
                ])
        }
        #expect(throws: ModelError.shape(node: "bad", expected: [6], found: [4])) { try make(.xnor, [1, 2]) }
        #expect(throws: ModelError.inputKind(node: "bad", expected: .bits, found: .bytes)) { try make(.or, [0, 0]) }
        #expect(throws: ModelError.inputCount(node: "bad", expected: 2, found: 1)) { try make(.interleave, [1]) }
        #expect(throws: ModelError.split(node: "bad", part: 0, parts: 2, slices: 2, columns: 6)) { try make(.split(part: 0, of: 2, slices: 2), [1]) }
        #expect(throws: ModelError.split(node: "bad", part: 3, parts: 3, slices: 1, columns: 6)) { try make(.split(part: 3, of: 3, slices: 1), [1]) }
        #expect(throws: ModelError.split(node: "bad", part: 0, parts: 1, slices: 4, columns: 6)) { try make(.sliceSum(slices: 4), [1]) }
        #expect(throws: ModelError.inputKind(node: "bad", expected: .integers, found: .bits)) { try make(.multiThreshold(thresholds: [1]), [1]) }
    }
}
