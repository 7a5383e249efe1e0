import BinaryInference
import BitCore
import Foundation
import Testing
import Workflows

@Suite struct ModelCheckupTests {
    func findings(_ nodes: [InferenceModel.Node], inputs: Int) throws -> [String] {
        let model = try InferenceModel(name: "m", input: .init(shape: [inputs]), nodes: nodes, labels: ["zero", "one"])
        let path = FileManager.default.temporaryDirectory.appending(path: "spinflip-checkup-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try model.write(to: path)
        return ModelCheckup.findings(in: try LoadedModel(path: path))
    }

    @Test func aSoundModelHasNoFindings() throws {
        let first = PackedTensor(words: [0b0011, 0b0101, 0b1001], shape: [3, 4])
        let second = PackedTensor(words: [0b001, 0b011], shape: [2, 3])
        #expect(
            try findings(
                [
                    .init(name: "dense1", operation: .byteDense(kernel: first), inputs: [0]),
                    .init(name: "sign1", operation: .threshold(thresholds: [0, 5, -509]), inputs: [1]),
                    .init(name: "dense2", operation: .binaryDense(kernel: second), inputs: [2]),
                    .init(name: "scores", operation: .scores(scale: [1, -2], bias: [0, 3], exponent: 0), inputs: [3]),
                ], inputs: 4) == [])
    }

    /// Rows 0 and 1 are opposite; thresholds −510 (always) and 511 (never) lie outside what two weights of each sign can reach.
    @Test func whatComputesNothingIsNamed() throws {
        let first = PackedTensor(words: [0b0011, 0b1100, 0b0101], shape: [3, 4])
        let second = PackedTensor(words: [0b001, 0b011], shape: [2, 3])
        let found = try findings(
            [
                .init(name: "dense1", operation: .byteDense(kernel: first), inputs: [0]),
                .init(name: "sign1", operation: .threshold(thresholds: [-510, 511, 0]), inputs: [1]),
                .init(name: "dense2", operation: .binaryDense(kernel: second), inputs: [2]),
                .init(name: "scores", operation: .scores(scale: [1, 0], bias: [0, 3], exponent: 0), inputs: [3]),
            ], inputs: 4)
        #expect(
            found == [
                "dense1: 1 of 3 rows repeat another one or its opposite, so they add nothing new",
                "sign1: 2 of 3 neurons give the same sign for every input (1 always +1, 1 always −1); a narrower layer would do",
                "the score of class one does not depend on the input: its scale is 0",
            ])
    }

    @Test func unbalancedWeightsAreNamed() throws {
        var kernel = PackedTensor(minusOnes: [2, 4000])
        for column in 0..<3900 { kernel[0, column] = true }
        for column in 100..<4000 { kernel[1, column] = true }
        let found = try findings(
            [
                .init(name: "dense", operation: .byteDense(kernel: kernel), inputs: [0]),
                .init(name: "scores", operation: .scores(scale: [1, 1], bias: [0, 0], exponent: 0), inputs: [1]),
            ], inputs: 4000)
        #expect(found == ["dense: 98 % of the weights are +1, where about half is usual"])
    }
}
