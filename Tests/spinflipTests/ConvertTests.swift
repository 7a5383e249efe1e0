import Foundation
import Testing

@Suite struct ConvertTests {
    @Test func convertsThereAndBack() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spinflip-convert-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func path(_ name: String) -> String { folder.appending(path: name).path }
        let graph = "3 2\n1 2 5\n2 3 -1\n"
        try graph.write(toFile: path("graph"), atomically: true, encoding: .utf8)

        let outcome = try Tool.run("convert", path("graph"), "--to", "qubo", "--out", path("graph.qubo"), "--json")
        #expect(outcome.status == 0)
        #expect(outcome.json?["variables"] as? Int == 3)
        #expect(outcome.json?["interactions"] as? Int == 2)
        #expect(outcome.json?["offset"] as? Double == 0)
        #expect(try String(contentsOfFile: path("graph.qubo"), encoding: .utf8) == "p qubo 0 3 3 2\n0 0 -5\n1 1 -4\n2 2 1\n0 1 10\n1 2 -2\n")

        #expect(try Tool.run("convert", path("graph.qubo"), "--to", "rudy", "--out", path("again")).status == 0)
        #expect(try String(contentsOfFile: path("again"), encoding: .utf8) == graph)

        try "# vartype=SPIN\n# offset=2.5\n0 0 1\n".write(toFile: path("field.coo"), atomically: true, encoding: .utf8)
        let refused = try Tool.run("convert", path("field.coo"), "--to", "sparse", "--out", path("field.sparse"))
        #expect(refused.status == 2 && refused.errors.contains("offset"))
        #expect(!FileManager.default.fileExists(atPath: path("field.sparse")))
    }
}
