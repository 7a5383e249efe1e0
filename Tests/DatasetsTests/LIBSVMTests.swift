import BitCore
import Datasets
import Testing

@Suite struct LIBSVMTests {
    static func read(_ text: String, features: Int? = nil, labels: [Int]? = nil) throws -> Dataset {
        try Dataset(libsvm: Array(text.utf8), source: "made up", features: features, labels: labels)
    }

    @Test func linesAreItems() throws {
        let set = try Self.read("-1 1:1 4:1 \n+1 2:1 3:0\r\n\n1\n")
        #expect(set.count == 3 && set.itemShape == [4] && set.classNames == ["-1", "1"] && set.labels == [0, 1, 1])
        #expect(set.bytes(of: 0) == [1, 0, 0, 1] && set.bytes(of: 1) == [0, 1, 0, 0] && set.bytes(of: 2) == [0, 0, 0, 0])
        #expect(set.encodings == .bits)
        let wide = try Self.read("3 1:1", features: 6, labels: [2, 3, 5])
        #expect(wide.itemShape == [6] && wide.labels == [1] && wide.classCount == 3)
    }

    @Test(arguments: [
        "", "\n \n", "one 1:1", "1.5 1:1", "1 1", "1 1:", "1 :1", "1 1:1:1", "1 0:1", "1 -1:1", "1 2:1 2:1", "1 3:1 2:1", "1 1:0.5", "1 1:2", "1 1:nan",
        "1 9999999999:1", "1 1048577:1", "99999999999 1:1", "1 a:1", "-1\n1", "- 1:1",
    ])
    func otherTextIsRefused(_ text: String) throws { #expect(throws: DatasetError.self) { try Self.read(text) } }

    @Test func widthAndLabelsAreKept() {
        #expect(throws: DatasetError.self) { try Self.read("1 7:1", features: 6) }
        #expect(throws: DatasetError.self) { try Self.read("2 1:1", labels: [-1, 1]) }
    }

    /// A few bytes that ask for a terabyte.
    @Test func wideFilesAreRefusedBeforeTheyAreKept() {
        let text = "1 1048576:1\n" + String(repeating: "0\n", count: 100_000)
        #expect(throws: DatasetError.self) { try Self.read(text) }
    }

    @Test func faultsNameTheLine() {
        let error = fault { _ = try Self.read("1 1:1\n1 2:1 1:1") }
        guard case .badLine(let number, let text, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(number == 2 && text == "1 2:1 1:1")
    }

    /// What random bytes do: an error or a set, never a crash.
    @Test func anyBytes() throws {
        var generator = SeededGenerator(seed: 1)
        let alphabet = Array("0123456789:+- \n\r\t.e".utf8)
        for _ in 0..<2000 {
            let bytes = (0..<generator.index(below: 30)).map { _ in alphabet[generator.index(below: alphabet.count)] }
            _ = try? Dataset(libsvm: bytes, source: "noise")
        }
    }

    @Test(.enabled(if: dataFolder != nil)) func published() throws {
        let catalog = DatasetCatalog(folder: try #require(dataFolder))
        let data = try catalog.load("adult-a1a")
        #expect(data.train.count == 1605 && data.test.count == 30_956 && data.itemShape == [123])
        #expect(data.train.classBalance == [1210, 395] && data.test.classBalance == [23_510, 7446])
        for file in try catalog.verify("adult-a1a") { #expect(file.fault == nil) }
    }
}
