import BinaryInference
import BitCore
import Testing
import _TestSupport

/// The fast session against the reference interpreter, bit for bit.
@Suite struct InferenceSessionTests {
    static let widths: [[Int]] = [
        [1, 1], [1, 1, 1], [63, 2], [64, 65, 3], [65, 64, 63, 10], [130, 1, 130, 5], [127, 129, 128, 66, 10], [784, 100, 33, 10], [7, 300, 2],
    ]

    @Test(arguments: widths, [false, true])
    func agreesWithTheReferenceOnEveryInstructionSet(_ widths: [Int], _ binarised: Bool) throws {
        let model = try RandomModel.make(widths, binarised: binarised, seed: UInt64(widths.count))
        for count in [0, 1, 2, 37] {
            let items = RandomModel.items(count, of: widths[0])
            let expected = ReferenceInterpreter(model).scores(items, count: count)
            for isa in InstructionSet.supported {
                for threads in [1, 3] {
                    let session = InferenceSession(model, kernels: Kernels(isa), parallel: Parallel(threads: threads))
                    let agree = session.scores(items, count: count) == expected
                    #expect(agree, "\(count) items, \(isa), \(threads) threads")
                }
            }
        }
    }

    /// More items than one block and than one thread's grain.
    @Test(arguments: [1, 2, 3])
    func blocksAndThreadsLeaveNoSeam(_ threads: Int) throws {
        let model = try RandomModel.make([130, 257, 10], seed: 4)
        let count = 3001
        let items = RandomModel.items(count, of: 130)
        let whole = InferenceSession(model, parallel: Parallel(threads: threads)).scores(items, count: count)
        let single = InferenceSession(model)
        for index in stride(from: 0, to: count, by: 97) {
            let scores = single.scores(Array(items[index * 130..<(index + 1) * 130]), count: 1)
            #expect(scores == Array(whole[index * 10..<(index + 1) * 10]))
        }
    }

    @Test(arguments: widths, [false, true])
    func tracesAgree(_ widths: [Int], _ binarised: Bool) throws {
        let model = try RandomModel.make(widths, binarised: binarised, seed: 11)
        let item = RandomModel.items(1, of: widths[0], seed: 2)
        let expected = ReferenceInterpreter(model).trace(item)
        #expect(expected.count == model.nodes.count + 1)
        for isa in InstructionSet.supported {
            // Compared outside the macro, which would print every number.
            let agree = InferenceSession(model, kernels: Kernels(isa)).trace(item) == expected
            #expect(agree, "\(isa)")
        }
    }

    @Test func imagesAreReadRowMajor() throws {
        var generator = SeededGenerator(seed: 3)
        let (a, b) = (RandomModel.kernel(70, 20, &generator), RandomModel.kernel(4, 70, &generator))
        let nodes: [InferenceModel.Node] = [
            .init(name: "bits", operation: .binarise(threshold: 100), inputs: [0]),
            .init(name: "sums", operation: .binaryDense(kernel: a), inputs: [1]),
            .init(name: "signs", operation: .threshold(thresholds: RandomModel.thresholds(70, reach: 5, &generator)), inputs: [2]),
            .init(name: "last", operation: .binaryDense(kernel: b), inputs: [3]),
            .init(name: "scores", operation: .scores(scale: [1, -2, 3, -4], bias: [0, 1, 2, 3], exponent: 0), inputs: [4]),
        ]
        let model = try InferenceModel(name: "images", input: .init(shape: [4, 5]), nodes: nodes)
        let items = RandomModel.items(9, of: 20)
        #expect(InferenceSession(model).scores(items, count: 9) == ReferenceInterpreter(model).scores(items, count: 9))
        #expect(model.inputEncoding == .binarised(threshold: 100))
    }

    @Test(arguments: [0, 1, 127, 128, 129, 255] as [UInt8])
    func binariseComparesUnsigned(_ threshold: UInt8) throws {
        var kernel = PackedTensor(minusOnes: [256, 256])
        for index in 0..<256 { kernel[index, index] = true }
        let ones = [Int32](repeating: 1, count: 256)
        let model = try InferenceModel(
            name: "compare", input: .init(shape: [256]),
            nodes: [
                .init(name: "bits", operation: .binarise(threshold: threshold), inputs: [0]),
                .init(name: "sums", operation: .binaryDense(kernel: kernel), inputs: [1]),
                .init(name: "scores", operation: .scores(scale: ones, bias: ones, exponent: 0), inputs: [2]),
            ])
        let trace = InferenceSession(model).trace((0...255).map { UInt8($0) })
        #expect(trace[1] == .bits((0..<256).map { $0 >= Int(threshold) }))
    }

    @Test func lowestIndexWinsTies() {
        #expect(InferenceModel.highest([3, 3, 1, 0, 5, 5, -2, -2, -2], classes: 3) == [0, 1, 0])
        #expect(InferenceModel.highest([7, 8], classes: 1) == [0, 0])
    }

    @Test func realScoresAreScaled() throws {
        let model = try RandomModel.make([20, 3], seed: 8)
        let items = RandomModel.items(2, of: 20)
        let session = InferenceSession(model)
        #expect(session.realScores(items, count: 2) == session.scores(items, count: 2).map { Double($0) / Double(1 << -model.scoreExponent) })
        #expect(session.classify(items, count: 2) == ReferenceInterpreter(model).classify(items, count: 2))
    }
}
