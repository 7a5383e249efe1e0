import Foundation
import Testing

/// Rules about files as text.
@Suite struct FileRulesTests {
    static let code: Set<String> = ["swift", "c", "h", "inc"]

    static func everyFile() throws -> [Repository.SourceFile] {
        try Repository.files(in: "Sources", extensions: code) + Repository.files(in: "Tests", extensions: code)
    }

    @Test func longFilesSayWhy() throws {
        for file in try Self.everyFile() where file.lines.count > 401 {
            #expect(file.text.contains("// Over 400 lines because "), "\(file.path) has \(file.lines.count) lines; split it, or say why not")
        }
    }

    @Test func nothingUnfinishedIsLeft() throws {
        // Put together here, so that this file does not contain them.
        let marks = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "place" + "holder", "not imple" + "mented", "/wo" + "rk/", "/tmp/" + "wt"]
        for file in try Self.everyFile() {
            for (number, line) in file.lines.enumerated() {
                for mark in marks where line.contains(mark) {
                    Issue.record("\(file.path):\(number + 1) has “\(mark)”")
                }
            }
        }
    }

    @Test func linksInDocumentationLeadSomewhere() throws {
        let documents =
            try Repository.files(in: "Documentation", extensions: ["md"])
            + ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map { .init(path: $0, text: try Repository.text(of: $0)) }
        let link = /\]\(([^)#:\s]+)(?:#[^)]*)?\)/
        for document in documents {
            let folder = Repository.root.appending(path: document.path).deletingLastPathComponent()
            for match in document.text.matches(of: link) {
                let target = folder.appending(path: String(match.1)).path
                #expect(FileManager.default.fileExists(atPath: target), "\(document.path) links to \(match.1), which does not exist")
            }
        }
    }
}
