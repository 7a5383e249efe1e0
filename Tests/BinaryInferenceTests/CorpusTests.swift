import BinaryInference
import BitCore
import Foundation
import Testing
import _TestSupport

/// Files that were written once and must be read for ever.
@Suite struct CorpusTests {
    static func file(_ name: String) throws -> [UInt8] {
        let url = try #require(Bundle.module.url(forResource: "Corpus/\(name)", withExtension: "safetensors"))
        return [UInt8](try Data(contentsOf: url))
    }

    /// Version 1 as first published: what is read gives these scores, and is written the same to the byte.
    @Test func versionOne() throws {
        let bytes = try Self.file("version-1")
        let model = try InferenceModel(parsing: bytes)
        #expect(model.encoded() == bytes)
        #expect(InferenceSession(model).scores([0, 255, 7, 100, 200, 3, 50, 60, 70], count: 1) == [-403390, 136307, -754933])
    }

    /// A network for images as first published: a small BinaryNet, convolutions, thresholds and pooling of bits.
    @Test(arguments: InstructionSet.supported) func versionOneOfImages(_ set: InstructionSet) throws {
        let bytes = try Self.file("version-1-images")
        let model = try InferenceModel(parsing: bytes)
        #expect(model.encoded() == bytes)
        let image = (0..<model.inputCount).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 96) }
        let scores = InferenceSession(model, kernels: Kernels(set)).scores(image, count: 1)
        #expect(scores == [343_638, 3_641_651, 6_733, -676_988, -756_157, -985_723, -337_235, 329_009, -2_065_964, 1_742_904])
        #expect(ReferenceInterpreter(model).scores(image, count: 1) == scores)
    }

    /// Real parts and slices of bits as first published. The figures are those of Scripts/check-safetensors.py, to the bit.
    @Test(arguments: InstructionSet.supported) func versionOneOfReals(_ set: InstructionSet) throws {
        for (name, bits) in [
            ("version-1-reals", [0xC1DB_305A, 0x40BB_055C, 0xC1C8_690C, 0xC0AD_F7FB]),
            ("version-1-means", [0x412D_D237, 0xC37D_AEFC, 0xC257_154A, 0x41BF_5630]),
        ] as [(String, [UInt32])] {
            let (model, image) = try Self.again(name)
            let expected = bits.map { Double(Float(bitPattern: $0)) }
            #expect(InferenceSession(model, kernels: Kernels(set)).realScores(image, count: 1) == expected)
            #expect(ReferenceInterpreter(model).realScores(image, count: 1) == expected)
        }
        let (model, image) = try Self.again("version-1-slices")
        #expect(InferenceSession(model, kernels: Kernels(set)).scores(image, count: 1) == [71, 41, 5])
        #expect(ReferenceInterpreter(model).scores(image, count: 1) == [71, 41, 5])
    }

    /// A model that is written as it was read, and an item for it.
    private static func again(_ name: String) throws -> (InferenceModel, [UInt8]) {
        let bytes = try file(name)
        let model = try InferenceModel(parsing: bytes)
        #expect(model.encoded() == bytes)
        return (model, (0..<model.inputCount).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 96) })
    }

    /// The same model as the Python package `safetensors` 0.8.0 writes it: other order, other spacing.
    @Test func versionOneFromPython() throws {
        let (ours, theirs) = (try InferenceModel(parsing: try Self.file("version-1")), try InferenceModel(parsing: try Self.file("version-1-python")))
        let same = ours == theirs
        #expect(same)
    }
}
