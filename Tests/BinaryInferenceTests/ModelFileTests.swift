import BinaryInference
import BitCore
import Foundation
import Testing
import _TestSupport

@Suite struct ModelFileTests {
    static func small() throws -> InferenceModel { try RandomModel.make([9, 65, 3], seed: 5, shape: [3, 3]) }

    static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spinflip-model-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test(arguments: InferenceSessionTests.widths, [false, true])
    func roundTripIsExactAndDeterministic(_ widths: [Int], _ binarised: Bool) throws {
        let model = try RandomModel.make(widths, binarised: binarised, seed: 9)
        let bytes = model.encoded()
        let again = try InferenceModel(parsing: bytes)
        let same = again == model
        #expect(same)
        #expect(again.encoded() == bytes)
        #expect(model.encodedCount == bytes.count)
    }

    @Test func isAsTheReadmeSays() throws {
        let bytes = try Self.small().encoded()
        let header = bytes[..<8].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        #expect(header % 8 == 0)
        let json = try #require(JSONSerialization.jsonObject(with: Data(bytes[8..<8 + header])) as? [String: Any])
        let metadata = try #require(json["__metadata__"] as? [String: String])
        #expect(metadata["spinflip.version"] == "1")
        let text = try #require(metadata["spinflip.graph"])
        let graph = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect((graph["nodes"] as? [[String: Any]])?.map { $0["op"] as? String } == ["byteDense", "threshold", "binaryDense", "scores"])
        let kernel = try #require(json["dense1.kernel"] as? [String: Any])
        #expect(kernel["dtype"] as? String == "U64")
        #expect(kernel["shape"] as? [Int] == [3, 2])
        for (name, value) in json where name != "__metadata__" {
            let array = try #require(value as? [String: Any])
            let offsets = try #require(array["data_offsets"] as? [Int])
            #expect((8 + header + offsets[0]) % ((array["dtype"] as? String) == "U64" ? 8 : 4) == 0)
        }
    }

    @Test func writesAtomically() throws {
        try Self.inFolder { folder in
            let path = folder.appending(path: "model.safetensors").path
            let model = try Self.small()
            try model.write(to: path)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.size] as? Int == model.encodedCount)
            let same = try InferenceModel(contentsOf: path) == model
            #expect(same)
            // A folder that takes no new file: the write fails and the old file stays.
            guard geteuid() != 0 else { return }
            try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
            defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path) }
            #expect(throws: FileError.self) { try RandomModel.make([5, 2]).write(to: path) }
            let kept = try InferenceModel(contentsOf: path) == model
            #expect(kept)
        }
    }

    @Test func messagesAreOneSentenceThatNamesTheFile() throws {
        try Self.inFolder { folder in
            let path = folder.appending(path: "model.safetensors").path
            #expect(throws: ModelFileError.file(.system(.open, path: path, code: ENOENT))) { try InferenceModel(contentsOf: path) }
            var container = Safetensors(metadata: ["a": "b"])
            container.add("x", [1, 2] as [Int32])
            try container.write(to: path)
            let error = #expect(throws: ModelFileError.self) { try InferenceModel(contentsOf: path) }
            #expect(error?.description.hasPrefix("\(path): this safetensors file holds no spinflip.graph") == true)
        }
    }

    /// The order and the spacing that another program writes are as good, and it may leave out the checksum.
    @Test func otherLayoutsAreRead() throws {
        let model = try Self.small()
        let ours = try Safetensors(parsing: model.encoded())
        var header = "{"
        var data: [UInt8] = []
        for entry in ours.entries.reversed() {
            header += "\n \"\(entry.name)\": {\"data_offsets\": [\(data.count), \(data.count + entry.bytes.count)], \"shape\": \(entry.shape), "
            header += "\"dtype\": \"\(entry.type.rawValue)\"},"
            data += entry.bytes
        }
        let graph = try #require(ours.metadata["spinflip.graph"])
        let text = String(decoding: try JSONEncoder().encode(graph), as: UTF8.self)
        header += "\"__metadata__\": {\"spinflip.version\": \"1\", \"author\": \"someone\", \"spinflip.graph\": \(text)} }"
        let bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
        let same = try InferenceModel(parsing: bytes) == model
        #expect(same)
    }

    @Test func textSurvives() throws {
        let model = try InferenceModel(
            name: "näme \"quoted\" \\ \u{1}\n😀", input: .init(shape: [3], zeroPoint: -7, shift: 3),
            nodes: [
                .init(name: "größe/α \"x\"", operation: .byteDense(kernel: PackedTensor(minusOnes: [2, 3])), inputs: [0]),
                .init(name: "s", operation: .scores(scale: [1, 1], bias: [0, 0], exponent: -126), inputs: [1]),
            ], labels: ["", "\t"], metadata: ["spinflip.own": "x", "": "é"])
        let same = try InferenceModel(parsing: model.encoded()) == model
        #expect(same)
    }
}
