import BinaryInference
import BitCore
import Deployment
import Foundation
import Testing
import _TestSupport

@Suite struct SafetensorsExportTests {
    private struct Vectors: Decodable {
        struct Item: Decodable {
            struct Value: Decodable {
                var node: String
                var op: String
                var values: [Int]
            }
            var input: [UInt8]
            var scores: [Int32]
            var `class`: Int
            var trace: [Value]?
        }
        var model: String
        var inputShape: [Int]
        var classes: Int
        var scoreExponent: Int
        var vectors: [Item]
    }

    @Test func modelAndVectorsAgree() throws {
        try CExportTests.inFolder { folder in
            let model = try RandomModel.make([30, 70, 4], seed: 6, shape: [5, 6])
            let items = RandomModel.items(3, of: 30)
            let exported = try SafetensorsExporter(model).write(to: folder.appending(path: "a/b").path, vectors: items)
            let same = try InferenceModel(contentsOf: exported.model) == model
            #expect(same)
            #expect(exported.modelBytes == model.totals.fileBytes)
            let read = try JSONDecoder().decode(Vectors.self, from: try Data(contentsOf: URL(filePath: exported.testVectors)))
            let session = InferenceSession(model)
            #expect(read.vectors.flatMap(\.input) == items)
            #expect(read.vectors.flatMap(\.scores) == session.scores(items, count: 3))
            #expect(read.vectors.map(\.class) == session.classify(items, count: 3))
            let trace = try #require(read.vectors[0].trace)
            #expect(trace.map(\.values) == session.trace(Array(items[..<30])).dropFirst().map(\.numbers))
            #expect(read.inputShape == [5, 6] && read.scoreExponent == model.scoreExponent)
        }
    }

    @Test func aFolderThatCannotBeMadeIsAnError() throws {
        try CExportTests.inFolder { folder in
            let file = folder.appending(path: "file")
            try Data().write(to: file)
            let model = try RandomModel.make([4, 2])
            #expect(throws: ExportError.self) { try SafetensorsExporter(model).write(to: file.appending(path: "x").path) }
            #expect(throws: ExportError.self) { try CExporter(model).write(to: file.path) }
        }
    }
}
