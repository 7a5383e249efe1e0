import Foundation
import Report
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite struct HTMLReportTests {
    static let everything = HTMLReport(
        title: "All <blocks> & \"quotes\"", subtitle: "it's",
        sections: [
            .init(
                "",
                [
                    .cards([.init("Accuracy", "97.8 %", detail: "digits", tone: .good), .init("Mismatches", "3", tone: .bad)]),
                    .exactness(.init(inputs: 1797, mismatches: 0, paths: ["packed inference", "exported C"])),
                    .exactness(.init(inputs: 10, mismatches: 2, paths: [])),
                    .exactness(.init(inputs: 0, mismatches: 0, paths: [])),
                ]),
            .init(
                "Text",
                [
                    .text("One.\n\nTwo <b>bold</b>.\n \nThree\u{0}\u{1B}[31m"), .code("a < b && c"),
                    .table(.init(caption: "c", columns: [.text("n"), .number("v")], rows: [["<script>", "1"], ["x", "2"]], highlighted: [1])),
                    .details("More", [.text("inside")]),
                ]),
            .init(
                "Charts",
                [
                    .columns([
                        .lines(
                            .init(
                                title: "Lines <1>", xLabel: "epoch", yLabel: "y",
                                series: [.init("a&b", x: [1, 2, 3], y: [0.1, .nan, 0.3]), .init("c", x: [], y: [])], unit: .percent)),
                        .lines(
                            .init(
                                title: "Log", xLabel: "epoch", series: [.init("l", x: [1, 2, 3, 4], y: [0.01, 0, 1e-7, 3], isDashed: true)], isLogarithmic: true
                            )),
                    ]),
                    .bars(
                        .init(
                            title: "Bars", xLabel: "µJ",
                            bars: [
                                .init("this one", 1.5, isHighlighted: true), .init(String(repeating: "long ", count: 40), 400), .init("less", -3, text: "−3"),
                            ])),
                    .bars(.init(title: "No bars", bars: [])), .lines(.init(title: "No lines", xLabel: "x", series: [])),
                ]),
        ])

    /// The page is written as well-formed XML but for the document type and the three `meta` elements.
    @Test func wellFormed() throws {
        for report in [
            Self.everything, HTMLReport(runs: [sampleRun("a", epochs: 30), sampleRun("a", epochs: 3, ends: false, base: 0.8)]), HTMLReport(runs: []),
        ] {
            var page = report.render()
            page = page.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("<meta") && !$0.hasPrefix("<!DOCTYPE") }
                .joined(separator: "\n")
            let parser = XMLParser(data: Data(page.utf8))
            let isGood = parser.parse()
            #expect(isGood, "line \(parser.lineNumber): \(String(describing: parser.parserError))")
        }
    }

    @Test func selfContainedAndEscaped() {
        let page = Self.everything.render()
        for word in ["http:", "https:", "src=", "href=", "url(", "@import", "<script", "<b>", "nan", "inf\"", "\u{1B}", "\u{0}"] {
            #expect(!page.contains(word), "\(word)")
        }
        #expect(page.contains("&lt;script&gt;") && page.contains("a &lt; b &amp;&amp; c") && page.contains("All &lt;blocks&gt; &amp; &quot;quotes&quot;"))
        #expect(page.contains("Bit-exact: every path gave the same answer on all 1,797 inputs"))
        #expect(page.contains("Not bit-exact: 2 of 10 inputs differ") && page.contains("Nothing was compared"))
        #expect(page.contains("prefers-color-scheme: dark") && page.contains("<p>Two &lt;b&gt;bold&lt;/b&gt;.</p>"))
    }

    @Test func chartsHaveTitlesAndUniqueIdentifiers() {
        let page = Self.everything.render()
        let identifiers = page.matches(of: /id="(chart\d+-[td])"/).map { String($0.1) }
        #expect(identifiers.count == 10 && Set(identifiers).count == 10)
        #expect(page.matches(of: /<svg [^>]*role="img"/).count == 5)
    }

    @Test func sameInputSamePage() { #expect(Self.everything.render() == Self.everything.render()) }

    @Test func runs() {
        let page = HTMLReport(runs: [
            sampleRun("first", epochs: 40, base: 0.91), sampleRun("second", epochs: 40, base: 0.95), sampleRun("cut", epochs: 7, ends: false),
        ]).render()
        #expect(page.contains("Best test accuracy") && page.contains("95.00\u{202F}%") && page.contains("1 not completed"))
        #expect(page.contains("<h2>second</h2>") && page.contains("no end logged") && page.contains("scaled:8:3"))
        for title in ["Test accuracy", "Training loss", "Flip ratio by layer", "Scheduled numbers"] { #expect(page.contains("<figcaption>\(title)")) }
    }

    @Test func longSeriesAreThinned() {
        let x = (0..<100_000).map(Double.init)
        var y = x.map { sin($0 / 9000) }
        y[54_321] = 40
        let page = HTMLReport(title: "t", sections: [.init("", [.lines(.init(title: "l", xLabel: "step", series: [.init("s", x: x, y: y)]))])]).render()
        #expect(page.utf8.count < 40_000)
        // The one high point is still drawn: the axis goes up to 40, where the plot begins.
        #expect(page.contains(">40<"))
    }
}
