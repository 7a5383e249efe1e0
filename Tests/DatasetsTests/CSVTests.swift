import BitCore
import Datasets
import Foundation
import Testing

@Suite struct CSVTests {
    private func table(_ text: String, _ options: CSVOptions = CSVOptions()) throws -> Dataset {
        try Dataset(csv: Array(text.utf8), source: "t.csv", name: "t", options: options)
    }

    private func badLine(_ text: String, _ options: CSVOptions = CSVOptions()) -> (number: Int, text: String, reason: String)? {
        guard case .badLine(let number, let text, let reason) = fault({ _ = try table(text, options) }) else { return nil }
        return (number, text, reason)
    }

    @Test(arguments: [
        "1,2,a\n3,4,b\n", "1,2,a\n3,4,b", "1,2,a\r\n3,4,b\r\n", "\u{FEFF}1,2,a\n3,4,b\n", "x,y,class\n1,2,a\n3,4,b\n",
        "\"x\",\"y\",\"class\"\n\"1\",\"2\",\"a\"\n3,4,\"b\"\n", "\n1,2,a\n\r\n3,4,b\n\n", " 1 , 2 , a \n3,\t4,b \n", "1.0,2.0,a\n3e0,+4,b\n",
    ])
    func sameTable(text: String) throws {
        for bytes in [Array(text.utf8), gzip(Array(text.utf8))] {
            let set = try Dataset(csv: bytes, source: "t.csv", name: "t")
            #expect(set.features == [1, 2, 3, 4])
            #expect(set.labels == [0, 1])
            #expect(set.classNames == ["a", "b"])
            #expect(set.itemShape == [2])
            #expect(set.scaling?.isIdentity == true)
        }
    }

    @Test func quotedFields() throws {
        let set = try table(
            "f,\"the \"\"class\"\", quoted\"\n1,\"a,b\"\n2,\"say \"\"hi\"\"\"\n3,\"two\nlines\"\n", CSVOptions(label: .named("the \"class\", quoted")))
        #expect(set.classNames == ["a,b", "say \"hi\"", "two\nlines"])
        #expect(set.scaling?.columns.map(\.name) == ["f"])
    }

    @Test func labelColumns() throws {
        let text = "class,x,y\nb,1,2\na,3,4\n"
        for options in [CSVOptions(label: .named("class")), CSVOptions(label: .index(0))] {
            let set = try table(text, options)
            #expect(set.labels == [1, 0] && set.features == [1, 2, 3, 4])
        }
        #expect(fault { _ = try table(text, CSVOptions(label: .named("klass"))) } == .noColumn(name: "klass", columns: ["class", "x", "y"]))
        #expect(fault { _ = try table(text, CSVOptions(label: .index(3))) } != nil)
    }

    @Test func headerOptions() throws {
        #expect(try table("1,2,a\n3,4,b\n", CSVOptions(header: .present)).count == 1)
        #expect(badLine("x,2,a\n", CSVOptions(header: .absent))?.number == 1)
    }

    @Test func numericLabelsSortAsNumbers() throws {
        let set = try table("0,10\n0,9\n0,-1\n0,1.0\n0,1\n")
        #expect(set.classNames == ["-1", "1", "9", "10"])
        #expect(set.labels == [3, 2, 0, 1, 1])
    }

    @Test func otherNumbersAreQuantised() throws {
        let set = try table("-1.5,0,7.5,300,1e308,a\n1.5,255,7.5,-5,-1e308,b\n0,128,7.5,40,0,a\n")
        let scaling = try #require(set.scaling)
        #expect(Array(set.bytes(of: 0)) == [0, 0, 0, 255, 255])
        #expect(Array(set.bytes(of: 1)) == [255, 255, 0, 0, 0])
        #expect(Array(set.bytes(of: 2)) == [128, 128, 0, 38, 127])
        #expect(scaling.columns[0] == .init(name: "column 1", offset: -1.5, step: 1.5 / 255 + 1.5 / 255))
        #expect(scaling.columns[1].isIdentity && !scaling.isIdentity)
        #expect(set.encodings == .bytes)
        // Within half a step of the original, and rows for prediction go through the same map.
        #expect(abs(scaling.columns[0].value(128) - 0) <= scaling.columns[0].step / 2)
        #expect(try scaling.rows(csv: Array("a,b,c,d,e\n-9,1,7.5,9999,0\n".utf8), source: "r.csv") == [[0, 1, 0, 255, 127]])
        let stored = try JSONEncoder().encode(scaling)
        #expect(try JSONDecoder().decode(FeatureScaling.self, from: stored) == scaling)
    }

    @Test func smallRangesGetFittingEncodings() throws {
        #expect(try table("0,1,a\n1,0,b\n").encodings == .bits)
        #expect(try table("0,16,a\n1,0,b\n").encodings == .digits)
        #expect(try table("0,255,a\n1,0,b\n").encodings == .bytes)
    }

    @Test(arguments: [
        ("1,2,a\n1,,b\n", 2, "1,,b", "column 2 is empty"),
        ("1,2,a\n1,2,\n", 2, "1,2,", "has no label"),
        ("1,2,a\n1,NaN,b\n", 2, "1,NaN,b", "\"NaN\", which is not a finite number"),
        ("NaN,2,a\n1,2,b\n", 1, "NaN,2,a", "\"NaN\", which is not a finite number"),
        ("1,2,a\n1,inf,b\n", 2, "1,inf,b", "\"inf\""),
        ("1,2,a\n1,0x10,b\n", 2, "1,0x10,b", "\"0x10\""),
        ("1,2,a\n1,1e999,b\n", 2, "1,1e999,b", "\"1e999\""),
        ("1,2,a\n\n1,b\n", 3, "1,b", "has 2 columns where 3 are needed"),
        ("1,2,a\n1,2,3,b\n", 2, "1,2,3,b", "has 4 columns where 3 are needed"),
        ("1\n2\n", 1, "1", "has 1 column"),
        ("1,\"2,a\n", 1, "1,\"2,a ", "a quote is not closed"),
        ("1,\"2\"3,a\n", 1, "1,\"2\"3", "text follows a closing quote"),
        ("1,\"x\n\",a\n1,two\u{1B}[31m,b\n", 1, "1,\"x \",a", "which is not a finite number"),
    ])
    func badLines(text: String, number: Int, line: String, reason: String) throws {
        let found = try #require(badLine(text, CSVOptions(header: .absent)))
        #expect(found.number == number)
        #expect(found.text == line)
        #expect(found.reason.contains(reason))
    }

    @Test func linesAreCountedThroughQuotes() {
        #expect(badLine("1,\"a\nb\"\n2,c\nx,d\n")?.number == 4)
    }

    @Test(arguments: ["", "\n\n", "x,y,class\n"]) func empty(text: String) {
        #expect(fault { _ = try table(text) } == .empty)
    }

    @Test func longLinesAreShortened() throws {
        let found = try #require(badLine("1,a\n" + String(repeating: "9", count: 100_000) + "\n"))
        #expect(found.text.count == 61)
    }

    @Test func arbitraryBytesNeverCrash() {
        var generator = SeededGenerator(seed: 7)
        let alphabet = Array("0,1\"\n\r.e- x\u{FF}".utf8)
        for _ in 0..<2000 {
            let bytes = (0..<generator.index(below: 60)).map { _ in alphabet[generator.index(below: alphabet.count)] }
            if let set = try? Dataset(csv: bytes, source: "r", name: "r") { #expect(set.count > 0) }
        }
    }

    @Test func classesHaveALimit() {
        let text = (0..<5000).map { "1,label\($0)" }.joined(separator: "\n")
        guard case .badOption = fault({ _ = try table(text) }) else {
            Issue.record("no error")
            return
        }
    }
}
