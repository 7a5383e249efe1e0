import BitCore
import Datasets
import Testing

@Suite struct SemeionTests {
    /// A line with these pixels set.
    static func line(_ set: Set<Int>, label: Int, one: String = "1.0000", zero: String = "0.0000") -> String {
        ((0..<256).map { set.contains($0) ? one : zero } + (0..<10).map { $0 == label ? one : zero }).joined(separator: " ")
    }

    static func read(_ text: String) throws -> Dataset { try Dataset(semeion: Array(text.utf8), source: "made up") }

    @Test func linesAreImages() throws {
        let set = try Self.read(Self.line([0, 17, 255], label: 3) + "\n\n" + Self.line([], label: 0, one: "1", zero: "0") + " \r\n")
        #expect(set.count == 2 && set.labels == [3, 0] && set.itemShape == [16, 16] && set.classCount == 10)
        #expect(set.bytes(of: 0).enumerated().filter { $1 == 1 }.map(\.offset) == [0, 17, 255])
        #expect(set.bytes(of: 1).allSatisfy { $0 == 0 })
        #expect(set.encodings == .bits)
    }

    @Test(arguments: [
        "0 1 0", line([1], label: 3) + " 0.0000", line([1], label: 12), line([1], label: 2, one: "2.0"), line([1], label: 2, zero: "0.5"),
        line([0], label: 1).replacing("0.0000", with: "zero"), "", "\n \n",
    ])
    func otherTextIsRefused(_ text: String) throws { #expect(throws: DatasetError.self) { try Self.read(text) } }

    @Test func faultsNameTheLine() {
        let error = fault { _ = try Self.read(Self.line([], label: 1) + "\n" + "0 1") }
        guard case .badLine(let number, let text, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(number == 2 && text == "0 1")
    }

    @Test(.enabled(if: dataFolder != nil)) func published() throws {
        let catalog = DatasetCatalog(folder: try #require(dataFolder))
        let data = try catalog.load("semeion")
        #expect(data.train.count == 1275 && data.test.count == 318 && data.itemShape == [16, 16])
        let balance = zip(data.train.classBalance, data.test.classBalance).map { $0 + $1 }
        #expect(balance == [161, 162, 159, 159, 161, 159, 161, 158, 155, 158])
        #expect(data.test.classBalance.allSatisfy { $0 >= 30 })
        for file in try catalog.verify("semeion") { #expect(file.fault == nil) }
    }
}

@Suite struct NoisyPatternTests {
    @Test func withoutNoiseTheyAreBarsAndStripes() throws {
        let noisy = try Dataset.barsAndStripes(side: 3, noise: 0, count: 40, seed: 1)
        let clean = try Dataset.barsAndStripes(side: 3)
        let known = Dictionary(uniqueKeysWithValues: (0..<clean.count).map { (Array(clean.bytes(of: $0)), clean.labels[$0]) })
        for item in 0..<noisy.count { #expect(known[Array(noisy.bytes(of: item))] == noisy.labels[item]) }
        #expect(noisy.classBalance == [20, 20] && noisy.classNames == clean.classNames)
    }

    @Test func noiseTurnsPixels() throws {
        let clean = try Dataset.barsAndStripes(side: 5)
        let noisy = try Dataset.barsAndStripes(side: 5, noise: 0.1, count: 400, seed: 2)
        let patterns = (0..<clean.count).map { Array(clean.bytes(of: $0)) }
        var turned = 0
        for item in 0..<noisy.count {
            let image = Array(noisy.bytes(of: item))
            turned += patterns.map { zip($0, image).count { $0 != $1 } }.min() ?? 0
        }
        // Of 10,000 pixels about 1,000; a little fewer where noise makes another pattern nearer.
        #expect((700...1100).contains(turned))
        #expect(try Dataset.barsAndStripes(side: 5, noise: 0.1, count: 400, seed: 2).features == noisy.features)
        #expect(try Dataset.barsAndStripes(side: 5, noise: 0.1, count: 400, seed: 3).features != noisy.features)
    }

    @Test func limits() {
        for (side, noise, count) in [(1, 0.1, 10), (4, -0.1, 10), (4, 0.6, 10), (4, .nan, 10), (4, 0.1, 0)] {
            #expect(throws: DatasetError.self) { try Dataset.barsAndStripes(side: side, noise: noise, count: count, seed: 0) }
        }
    }
}
