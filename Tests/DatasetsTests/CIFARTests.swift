import BitCore
import Datasets
import Foundation
import Testing

@Suite struct CIFARTests {
    /// Records whose byte at (channel, y, x) is 7·channel + 3·y + x + item.
    static func batch(_ labels: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (item, label) in labels.enumerated() {
            bytes.append(label)
            for c in 0..<3 {
                for y in 0..<32 {
                    for x in 0..<32 { bytes.append(Self.pixel(item, c, y, x)) }
                }
            }
        }
        return bytes
    }

    static func pixel(_ item: Int, _ c: Int, _ y: Int, _ x: Int) -> UInt8 { UInt8(truncatingIfNeeded: 7 * c + 3 * y + x + item) }

    @Test(arguments: [false, true]) func planesBecomeChannels(compressed: Bool) throws {
        let bytes = Self.batch([3, 9, 0])
        let batch = try CIFARBatch(compressed ? gzip(bytes) : bytes, name: "batch")
        #expect(batch.labels == [3, 9, 0])
        #expect(batch.pixels.count == 3 * 32 * 32 * 3)
        for (item, y, x, c) in [(0, 0, 0, 0), (0, 0, 1, 2), (1, 31, 31, 1), (2, 17, 5, 2)] {
            #expect(batch.pixels[((item * 32 + y) * 32 + x) * 3 + c] == Self.pixel(item, c, y, x))
        }
    }

    @Test func malformedFiles() {
        let good = Self.batch([1, 2])
        #expect(fault { _ = try CIFARBatch([], name: "f") } == .empty)
        #expect(fault { _ = try CIFARBatch(good.dropLast(), name: "f") } == .partialRecord(bytes: 6145, recordLength: 3073))
        #expect(fault { _ = try CIFARBatch(good + [1], name: "f") } == .partialRecord(bytes: 6147, recordLength: 3073))
        #expect(fault { _ = try CIFARBatch(Self.batch([1, 10]), name: "f") } == .labelOutOfRange(label: 10, item: 1, classes: 10))
        let packed = gzip(good)
        for length in stride(from: 0, to: packed.count, by: 7) {
            #expect(throws: DatasetError.self) { try CIFARBatch(Array(packed.prefix(length)), name: "cut") }
        }
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<200 {
            var damaged = packed
            damaged[generator.index(below: damaged.count)] = UInt8(truncatingIfNeeded: generator.next())
            _ = try? CIFARBatch(damaged, name: "damaged")
        }
    }

    /// Deflate makes a thousand bytes of one; a bomb ends at the limit.
    @Test func bombIsRefused() {
        let bomb = gzip([UInt8](repeating: 0, count: (CIFARBatch.maximumRecords + 1) * CIFARBatch.recordLength))
        #expect(fault { _ = try CIFARBatch(bomb, name: "f") } == .tooLong(limit: CIFARBatch.maximumRecords * CIFARBatch.recordLength))
    }

    /// The name is for the published pixels alone.
    @Test func otherPixelsAreNotCIFAR10() throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let catalog = DatasetCatalog(folder: scratch.folder.path)
        #expect(catalog.list().first { $0.name == "cifar10" }?.state == .absent)
        let batch = Self.batch((0..<10_000).map { UInt8($0 % 10) })
        for name in PublishedSet.cifar10.files.map({ $0.name.dropLast(3) }) { _ = try scratch.write(batch, "cifar10/cifar-10-batches-bin/\(name)") }
        #expect(catalog.list().first { $0.name == "cifar10" }?.state == .present)
        guard case .otherContent = fault({ _ = try catalog.load("cifar10") }) else {
            Issue.record("foreign records were taken for CIFAR-10")
            return
        }
        #expect(try catalog.verify("cifar10").map(\.isGood) == [Bool](repeating: false, count: 6))
    }

    @Test func missingFilesSayWhereToGetThem() async {
        let catalog = DatasetCatalog(folder: "/nowhere")
        guard case .missing(let advice) = fault({ _ = try catalog.load("cifar10") }) else {
            Issue.record("no folder, and yet data")
            return
        }
        #expect(advice.contains("cifar-10-binary.tar.gz") && advice.contains("/nowhere/cifar10"))
        await #expect(throws: DatasetError.self) { _ = try await catalog.fetch("cifar10") }
    }

    @Test(.enabled(if: dataFolder != nil)) func jpegDerivedFacts() throws {
        let catalog = DatasetCatalog(folder: try #require(dataFolder))
        let data = try catalog.load("cifar10-jpeg")
        #expect(data.train.count == 20_000 && data.test.count == 10_000 && data.itemShape == [32, 32, 3])
        let (first, second) = ([1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981], [984, 1007, 1010, 995, 1010, 988, 1008, 1026, 987, 985])
        #expect(data.train.classBalance == zip(first, second).map(+))
        #expect(data.test.classBalance == [Int](repeating: 1000, count: 10))
        for file in try catalog.verify("cifar10-jpeg") { #expect(file.fault == nil) }
    }

    @Test(.enabled(if: dataFolder != nil)) func losslessFacts() throws {
        let catalog = DatasetCatalog(folder: try #require(dataFolder))
        let data = try catalog.load("cifar10-lossless")
        #expect(data.train.count == 2000 && data.test.count == 1000)
        #expect(data.classNames[data.train.labels[0]] == "frog")
        #expect(Array(data.train.bytes(of: 0).prefix(3)) == [59, 62, 63] && Array(data.test.bytes(of: 0).prefix(3)) == [158, 112, 49])
        #expect(data.train.classBalance == [202, 191, 203, 195, 214, 183, 207, 199, 203, 203])
        for file in try catalog.verify("cifar10-lossless") { #expect(file.fault == nil) }
        // The same pictures, other pixels.
        let lossy = try catalog.load("cifar10-jpeg").train.prefix(2000)
        #expect(lossy.labels == data.train.labels && lossy.features != data.train.features)
    }
}
