import BinaryInference
import BitCore
import Testing
import _TestSupport

/// Convolutions, pools and what joins them: the session against the reference, the reference against figures by hand, and files.
@Suite struct ImageOperationTests {
    static func expectAgreement(_ model: InferenceModel, count: Int, _ note: String = "") {
        let items = RandomModel.items(count, of: model.inputCount)
        let expected = ReferenceInterpreter(model).scores(items, count: count)
        let trace = ReferenceInterpreter(model).trace(Array(items.prefix(model.inputCount)))
        for isa in InstructionSet.supported {
            for threads in [1, 3] {
                let session = InferenceSession(model, kernels: Kernels(isa), parallel: Parallel(threads: threads))
                let agree = session.scores(items, count: count) == expected
                #expect(agree, "\(note) \(isa), \(threads) threads")
            }
            let same = InferenceSession(model, kernels: Kernels(isa)).trace(Array(items.prefix(model.inputCount))) == trace
            #expect(same, "trace \(note) \(isa)")
        }
    }

    @Test(arguments: 0..<24 as Range<UInt64>, [false, true])
    func randomModelsAgreeAndSurviveFiles(_ seed: UInt64, _ binarised: Bool) throws {
        let model = try RandomImageModel.make(seed: seed, binarised: binarised)
        Self.expectAgreement(model, count: 3, "\(model.nodes.map(\.operation.identifier))")
        let bytes = model.encoded()
        let again = try InferenceModel(parsing: bytes)
        let same = again == model && again.encoded() == bytes && model.encodedCount == bytes.count
        #expect(same)
        #expect(bytes.withUnsafeBytes { fuzzModelFile($0) } == 0)
    }

    /// Channels that fill words exactly, by one too few and one too many, with groups that start inside words.
    @Test(arguments: [(1, 1), (63, 1), (64, 1), (65, 1), (128, 2), (130, 2), (96, 3), (65, 65), (128, 64)], Padding.allCases)
    func channelsAndGroups(_ channels: (Int, Int), _ padding: Padding) throws {
        var generator = SeededGenerator(seed: 5)
        let image: Shape = [5, 6, channels.0]
        for (window, outputs) in [(Window(3), 2), (Window(2, 3, stride: 2), 1), (Window(2, dilation: 2), 66), (Window(1), 3)] {
            let geometry = try ConvolutionGeometry(image, window, padding, outputs: outputs * channels.1, groups: channels.1)
            let kernel = RandomModel.kernel(geometry.outputs, geometry.depth, &generator)
            let classes = geometry.output.count
            let model = try InferenceModel(
                name: "groups", input: .init(shape: image),
                nodes: [
                    .init(name: "bits", operation: .binarise(threshold: 128), inputs: [0]),
                    .init(name: "image", operation: .reshape(image), inputs: [1]),
                    .init(name: "sums", operation: .binaryConvolution(kernel: kernel, geometry: geometry), inputs: [2]),
                    .init(
                        name: "signs", operation: .threshold(thresholds: RandomModel.thresholds(geometry.outputs, reach: 3, &generator)), inputs: [3]),
                    .init(name: "vector", operation: .reshape([classes]), inputs: [4]),
                    .init(name: "last", operation: .binaryDense(kernel: RandomModel.kernel(7, classes, &generator)), inputs: [5]),
                    .init(
                        name: "scores", operation: .scores(scale: Array(repeating: 1, count: 7), bias: Array(repeating: 0, count: 7), exponent: 0),
                        inputs: [6]),
                ])
            Self.expectAgreement(model, count: 2, "\(window)")
        }
    }

    /// A 2×2 kernel + − / + + on a 2×2 image, at its four corners with a margin of one pixel above and to the left.
    @Test(arguments: [Padding.zero, .plusOne, .replicate])
    func paddingByHand(_ padding: Padding) throws {
        let geometry = try ConvolutionGeometry(
            [2, 2, 1], Window(2), padding, margins: Margins(top: 1, left: 1, bottom: 0, right: 0), outputs: 1)
        let kernel = PackedTensor(words: [0b1101], shape: [1, 4])
        let model = try InferenceModel(
            name: "hand", input: .init(shape: [2, 2, 1]),
            nodes: [
                .init(
                    name: "sums", operation: .byteConvolution(kernel: kernel, geometry: geometry, outside: padding == .plusOne ? 1 : 0), inputs: [0]),
                .init(
                    name: "scores",
                    operation: .scores(scale: Array(repeating: 1, count: 4), bias: Array(repeating: 0, count: 4), exponent: 0), inputs: [1]),
            ])
        // Position (0,0) sees · · / · 7, (0,1) · · / 7 2, (1,0) · 7 / · 3, (1,1) 7 2 / 3 1.
        let pixels: [UInt8] = [7, 2, 3, 1]
        let byHand: [Padding: [Int]] = [
            .zero: [7, 7 + 2, -7 + 3, 7 - 2 + 3 + 1], .plusOne: [1 - 1 + 1 + 7, 1 - 1 + 7 + 2, 1 - 7 + 1 + 3, 9],
            .replicate: [7 - 7 + 7 + 7, 7 - 2 + 7 + 2, 7 - 7 + 3 + 3, 9],
        ]
        #expect(ReferenceInterpreter(model).scores(pixels, count: 1).map(Int.init) == byHand[padding])
        Self.expectAgreement(model, count: 3)
    }

    @Test func poolsByHand() throws {
        let image: Shape = [2, 2, 2]
        let pool = try WindowGeometry(image, Window(2), .valid)
        let bits: [InferenceModel.Node] = [
            .init(name: "bits", operation: .binarise(threshold: 1), inputs: [0]), .init(name: "image", operation: .reshape(image), inputs: [1]),
        ]
        let ones: [Int32] = [1, 1]
        let scores = InferenceModel.Operation.scores(scale: ones, bias: [0, 0], exponent: 0)
        // Channel 0 asks for any, channel 1 for all.
        let pooled = try InferenceModel(
            name: "pool", input: .init(shape: image),
            nodes: bits + [
                .init(name: "pool", operation: .bitPool(pool, any: PackedTensor(words: [1], shape: [1, 2])), inputs: [2]),
                .init(name: "sum", operation: .sumPool(try WindowGeometry([1, 1, 2], Window(1), .valid)), inputs: [3]),
                .init(name: "scores", operation: scores, inputs: [4]),
            ])
        let summed = try InferenceModel(
            name: "sum", input: .init(shape: image),
            nodes: bits + [.init(name: "sum", operation: .sumPool(pool), inputs: [2]), .init(name: "scores", operation: scores, inputs: [3])])
        for pattern in 0..<256 {
            let pixels = (0..<8).map { UInt8(pattern >> $0 & 1) }
            let (first, second) = ([0, 2, 4, 6].map { Int32(pixels[$0]) }, [1, 3, 5, 7].map { Int32(pixels[$0]) })
            let expected: [Int32] = [first.contains(1) ? 1 : -1, second.contains(0) ? -1 : 1]
            #expect(InferenceSession(pooled).scores(pixels, count: 1) == expected)
            let sums: [Int32] = [2 * first.reduce(0, +) - 4, 2 * second.reduce(0, +) - 4]
            #expect(InferenceSession(summed).scores(pixels, count: 1) == sums)
        }
    }

    /// Signs keep their order through every shape, and the bits beyond a row's end stay 0.
    @Test(
        arguments: [([2, 3, 5], [30]), ([3, 64], [192]), ([7, 65], [5, 7, 13]), ([130], [13, 10]), ([4, 1], [1, 4]), ([2, 100], [100, 2])] as [([Int], [Int])])
    func repackingKeepsTheOrder(_ from: [Int], _ to: [Int]) {
        var generator = SeededGenerator(seed: 2)
        let (old, new) = (Shape(from), Shape(to))
        var signs = PackedTensor(minusOnes: old)
        for index in 0..<old.count { signs[index / old.columns, index % old.columns] = generator.next() & 1 == 1 }
        let moved = signs.repacked(to: new)
        let same = (0..<old.count).allSatisfy {
            signs[$0 / old.columns, $0 % old.columns] == moved[$0 / new.columns, $0 % new.columns]
        }
        #expect(same && moved.paddingIsZero && moved.shape == new)
        let back = moved.repacked(to: old) == signs
        #expect(back)
    }
}
