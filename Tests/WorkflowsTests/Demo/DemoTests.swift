import BitCore
import DenseMath
import Foundation
import Testing
import Workflows

@Suite struct DemoTests {
    @Test func shortDemoTellsTheWholeStory() throws {
        try Fixtures.withFolder { folder in
            let report = try #require(
                try Demo(folder: folder, epochs: 2).run(engine: PortableEngine(), parallel: Parallel(threads: 2), Fixtures.control()))
            #expect(report.rows.map(\.family) == ["latent", "bit-flip", "projection", "ising"])
            #expect(report.rows.map(\.optimizer) == ["adam", "bop", "qpsbgd", "weights"])
            for row in report.rows { #expect(row.testAccuracy > (row.family == "ising" ? 0.2 : 0.5) && row.epochs == 2) }
            // Bits and nothing else: a tenth of what latent weights take, batch norm included.
            #expect(report.rows[1].parameterBytes * 10 < report.rows[0].parameterBytes)
            #expect(report.exactness.inputs == 1797)
            #expect(report.exactness.mismatches == 0)
            let packed = InstructionSet.supported.map { "packed on \($0.rawValue)" }
            #expect(report.exactness.paths.map(\.name) == ["the network as trained"] + packed + (report.exactness.compiledC ? ["exported C"] : []))
            for path in report.exactness.paths { #expect(path.inputs == 1797) }
            #expect(try LoadedModel(path: report.modelPath).fileBytes == report.modelBytes)
            for file in report.files { #expect(FileManager.default.fileExists(atPath: file)) }
            let page = try String(contentsOfFile: report.reportPath, encoding: .utf8)
            #expect(page.contains("</html>") && page.contains("Bit-exactness") && page.contains("1,797"))
            #expect(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"))
            #expect(report.text.contains("every score and class agrees on all 1,797 images"))
        }
    }

    @Test func stoppedDemoIsNoReport() throws {
        try Fixtures.withFolder { folder in
            let report = try Demo(folder: folder, epochs: 2).run(
                engine: PortableEngine(), parallel: .serial, Fixtures.control(isCancelled: { true }))
            #expect(report == nil)
        }
    }
}
