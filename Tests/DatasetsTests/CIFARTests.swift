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
        #expect(advice.contains("spinflip data fetch cifar10") && advice.contains("SPINFLIP_DATA"))
        await #expect(throws: DatasetError.self) {
            _ = try await catalog.fetch("cifar10") { (address, limit, progress) async throws(DatasetError) in
                throw DatasetError(address, .downloadFailed(reason: "no network"))
            }
        }
    }

    // MARK: The archive

    /// A tar archive of files, and a folder that they lie in.
    static func tar(_ files: [(name: String, bytes: [UInt8])], folder: String = "cifar-10-batches-bin/") -> [UInt8] {
        func header(_ name: String, _ size: Int, _ type: Character) -> [UInt8] {
            var block = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, at place: Int) { block.replaceSubrange(place..<place + text.utf8.count, with: Array(text.utf8)) }
            func octal(_ value: Int, _ digits: Int) -> String {
                let text = String(value, radix: 8)
                return String(repeating: "0", count: digits - text.count) + text
            }
            put(name, at: 0)
            put("0000644", at: 100)
            put(octal(size, 11), at: 124)
            put(String(type), at: 156)
            put("ustar  ", at: 257)
            put("        ", at: 148)
            put(octal(block.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
            return block
        }
        var result = header(folder, 0, "5")
        for (name, bytes) in files {
            result += header(folder + name, bytes.count, "0") + bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
        }
        return result + [UInt8](repeating: 0, count: 1024)
    }

    static func fetch(_ archive: [UInt8], _ catalog: DatasetCatalog) async throws -> [String] {
        try await catalog.fetch("cifar10") { (address, limit, progress) async throws(DatasetError) in
            guard address.hasSuffix("/cifar-10-binary.tar.gz"), archive.count <= limit || archive[0] != 0x1F else {
                throw DatasetError(address, .downloadFailed(reason: "not here"))
            }
            progress(archive.count, archive.count)
            return archive
        }
    }

    @Test func archivesThatAreNotTheOneAreRefused() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let catalog = DatasetCatalog(folder: scratch.folder.path)
        let batch = Self.batch((0..<10_000).map { UInt8($0 % 10) })
        let names = PublishedSet.cifar10.files.map { String($0.name.dropLast(3)) }
        let foreign = Self.tar(names.map { ($0, batch) })
        func refusal(_ archive: [UInt8]) async -> DatasetError.Fault? {
            do {
                _ = try await Self.fetch(archive, catalog)
                return nil
            } catch { return (error as? DatasetError)?.fault }
        }
        #expect(await refusal(gzip(Self.tar([]))) == .badArchive(reason: "data_batch_1.bin is not in it"))
        let longer = gzip(Self.tar([("data_batch_1.bin", batch + [0])]))
        #expect(await refusal(longer) == .tooLarge(what: "bytes of data_batch_1.bin", value: batch.count + 1, limit: batch.count))
        #expect(await refusal(Array(foreign.prefix(700))) == .badArchive(reason: "it ends in a header"))
        #expect(await refusal(Array(foreign.prefix(5000))) == .truncated(expected: batch.count, found: 5000 - 1024))
        var damaged = foreign
        damaged[512 + 3] ^= 1
        #expect(await refusal(damaged) == .badArchive(reason: "a header's sum is wrong"))
        #expect(await refusal(gzip([1, 2, 3])) == .badArchive(reason: "it ends in a header"))
        guard case .otherContent? = await refusal(foreign) else {
            Issue.record("foreign records were taken for CIFAR-10")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.folder.path + "/cifar10"))
        // A file that would hide the fetched one is named, and stays.
        let hiding = try scratch.write(gzip(batch), "cifar10/data_batch_3.bin.gz")
        guard case .badOption? = await refusal(foreign) else {
            Issue.record("a hidden file was fetched")
            return
        }
        #expect(FileManager.default.fileExists(atPath: hiding))
    }

    /// Labels as published, pixels so where they are looked at.
    @Test(.enabled(if: dataFolder != nil)) func theArchiveIsStoredFileByFile() async throws {
        let source = try #require(dataFolder) + "/cifar10/"
        let labels = try WholeFile.read(source + "labels_train_50000.u8", limit: 1 << 20) + WholeFile.read(source + "labels_test_10000.u8", limit: 1 << 20)
        let lossless = try DatasetCatalog(folder: try #require(dataFolder)).load("cifar10-lossless")
        var batches = (0..<6).map { Self.batch(Array(labels[$0 * 10_000..<($0 + 1) * 10_000])) }
        for (part, index) in [(lossless.train, 0), (lossless.test, 5)] {
            for item in 0..<part.count {
                let pixels = part.bytes(of: item)
                let start = pixels.startIndex
                for place in 0..<3072 { batches[index][item * 3073 + 1 + place] = pixels[start + place % 1024 * 3 + place / 1024] }
            }
        }
        let scratch = try Scratch()
        defer { scratch.remove() }
        let catalog = DatasetCatalog(folder: scratch.folder.path)
        let names = PublishedSet.cifar10.files.map { String($0.name.dropLast(3)) }
        let archive = Self.tar([("readme.html", [60, 62])] + zip(names, batches).map { ($0, $1) })
        #expect(try await Self.fetch(archive, catalog).map { $0.split(separator: "/").last.map(String.init) } == names)
        #expect(try catalog.verify("cifar10").allSatisfy(\.isGood))
        #expect(try await Self.fetch([], catalog).isEmpty)
        #expect(try catalog.load("cifar10").train.labels.map(UInt8.init) == Array(labels.prefix(50_000)))
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
