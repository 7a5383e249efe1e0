import BinaryInference
import BitCore
import Testing
import _TestSupport

/// Files of images whose numbers lie: every one is an error, or a model that runs as the reference does.
@Suite struct DamagedImageFileTests {
    /// A convolution of 4×5×3 bytes, a pool, a reshape and scores.
    static func small() throws -> Safetensors {
        var generator = SeededGenerator(seed: 3)
        let geometry = try ConvolutionGeometry([4, 5, 3], Window(3), .zero, outputs: 2)
        let pool = try WindowGeometry([4, 5, 2], Window(2, stride: 2), .valid)
        let model = try InferenceModel(
            name: "small", input: .init(shape: [4, 5, 3]),
            nodes: [
                .init(
                    name: "conv", operation: .byteConvolution(kernel: RandomModel.kernel(2, 27, &generator), geometry: geometry, outside: 128),
                    inputs: [0]),
                .init(name: "sign", operation: .threshold(thresholds: [5, -5]), inputs: [1]),
                .init(name: "pool", operation: .bitPool(pool, any: PackedTensor(words: [1], shape: [1, 2])), inputs: [2]),
                .init(name: "vector", operation: .reshape([8]), inputs: [3]),
                .init(name: "part", operation: .slice(first: 2, count: 5), inputs: [4]),
                .init(name: "dense", operation: .binaryDense(kernel: RandomModel.kernel(3, 5, &generator)), inputs: [5]),
                .init(name: "scores", operation: .scores(scale: [1, 2, 3], bias: [0, 0, 0], exponent: 0), inputs: [6]),
            ])
        var container = try Safetensors(parsing: model.encoded())
        container.metadata["spinflip.checksum"] = nil
        return container
    }

    static let huge = "9223372036854775807"

    @Test(arguments: [
        ("\"stride\":1", "\"stride\":0"), ("\"stride\":1", "\"stride\":-1"), ("\"stride\":1", "\"stride\":\(huge)"),
        ("\"dilation\":1", "\"dilation\":0"), ("\"dilation\":1", "\"dilation\":1048576"), ("\"dilation\":1", "\"dilation\":\(huge)"),
        ("\"window\":[3,3]", "\"window\":[3]"), ("\"window\":[3,3]", "\"window\":[0,3]"), ("\"window\":[3,3]", "\"window\":[1048576,1048576]"),
        ("\"window\":[3,3]", "\"window\":[4294967296,4294967296]"), ("\"window\":[3,3]", "\"window\":[3,3,3]"),
        ("\"margins\":[1,1,1,1]", "\"margins\":[1,1,1]"), ("\"margins\":[1,1,1,1]", "\"margins\":[-1,1,1,1]"),
        ("\"margins\":[1,1,1,1]", "\"margins\":[1048576,1048576,1048576,1048576]"), ("\"margins\":[1,1,1,1]", "\"margins\":[\(huge),1,1,1]"),
        ("\"margins\":[1,1,1,1]", "\"margins\":[2000,2000,2000,2000]"),
        ("\"image\":[4,5,3]", "\"image\":[4,5]"), ("\"image\":[4,5,3]", "\"image\":[4,5,0]"), ("\"image\":[4,5,3]", "\"image\":[5,4,3]"),
        ("\"image\":[4,5,3]", "\"image\":[2097152,2097152,2097152]"), ("\"image\":[4,5,3]", "\"image\":[\(huge),\(huge),\(huge)]"),
        ("\"groups\":1", "\"groups\":0"), ("\"groups\":1", "\"groups\":2"), ("\"groups\":1", "\"groups\":\(huge)"),
        ("\"outside\":128", "\"outside\":\(huge)"), ("\"outside\":128", "\"outside\":131073"), ("\"outside\":128", "\"inside\":128"),
        ("\"padding\":\"zero\"", "\"padding\":\"none\""), ("\"padding\":\"zero\"", "\"padding\":\"valid\""), ("\"padding\":\"zero\"", "\"padding\":0"),
        ("\"padding\":\"valid\"", "\"padding\":\"zero\""), ("\"padding\":\"valid\"", "\"padding\":\"plusOne\""),
        ("\"shape\":[8]", "\"shape\":[]"), ("\"shape\":[8]", "\"shape\":[9]"), ("\"shape\":[8]", "\"shape\":[\(huge),\(huge)]"),
        ("\"shape\":[8]", "\"shape\":[2,4]"), ("\"first\":2", "\"first\":4"), ("\"first\":2", "\"first\":-1"), ("\"first\":2", "\"first\":\(huge)"),
        ("\"count\":5", "\"count\":0"), ("\"count\":5", "\"count\":\(huge)"), ("\"op\":\"bitPool\"", "\"op\":\"maxPool\""),
        ("\"op\":\"byteConvolution\"", "\"op\":\"binaryConvolution\""), ("\"op\":\"slice\"", "\"op\":\"add\""),
        ("\"op\":\"slice\"", "\"op\":\"concatenate\""), ("\"op\":\"reshape\"", "\"op\":\"flip\""),
    ])
    func lyingGeometry(_ old: String, _ new: String) throws {
        var container = try Self.small()
        let text = try #require(container.metadata["spinflip.graph"])
        let place = try #require(text.firstRange(of: old), "\(text)")
        container.metadata["spinflip.graph"] = text.replacingCharacters(place, new)
        let error = #expect(throws: ModelFileError.self) { try InferenceModel(parsing: container.encoded(), path: "the.file") }
        let message = error?.description ?? ""
        #expect(message.hasPrefix("the.file: ") && !message.contains("\n"))
    }

    /// Flips, cuts and insertions that no checksum finds.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func survivorsRun(_ seed: UInt64) throws {
        let bytes = try Self.small().encoded()
        #expect(bytes.withUnsafeBytes { fuzzModelFile($0) } == 0)
        var generator = SeededGenerator(seed: seed).split("images")
        for _ in 0..<1500 {
            var damaged = bytes
            for _ in 0...generator.index(below: 3) {
                let position = generator.index(below: damaged.count)
                switch generator.index(below: 3) {
                case 0: damaged[position] ^= 1 << UInt8(generator.index(below: 8))
                // Digits for digits: numbers that are still numbers.
                case 1: if (48...57).contains(damaged[position]) { damaged[position] = UInt8(48 + generator.index(below: 10)) }
                default: damaged[position] = damaged[generator.index(below: damaged.count)]
                }
            }
            DamagedFileTests.fuzz(damaged)
        }
    }
}

extension String {
    fileprivate func replacingCharacters(_ range: Range<String.Index>, _ new: String) -> String { self[..<range.lowerBound] + new + self[range.upperBound...] }
}
