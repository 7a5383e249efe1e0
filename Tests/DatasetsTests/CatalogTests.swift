import BitCore
import Datasets
import Foundation
import Synchronization
import Testing

@Suite struct SHA256Tests {
    /// FIPS 180-4 examples and the one-million-letter message.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
        (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func vectors(message: String, digest: String) { #expect(SHA256.hexadecimal(Array(message.utf8)) == digest) }

    @Test func piecesMakeTheWhole() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 31) }
        for size in [1, 3, 55, 56, 63, 64, 65, 127, 128, 500] {
            var hash = SHA256()
            for start in stride(from: 0, to: bytes.count, by: size) { hash.update(Array(bytes[start..<min(start + size, bytes.count)])) }
            #expect(hash.finalize() == SHA256.hexadecimal(bytes))
        }
    }
}

@Suite struct NearestNameTests {
    @Test(arguments: [
        ("minst", "mnist"), ("fashion", "fashion-mnist"), ("fashin-mnist", "fashion-mnist"), ("MNIST", "mnist"), ("digit", "digits"), ("par", "parity"),
        ("bars", "bars-and-stripes"), ("quantum", nil), ("", nil), (String(repeating: "m", count: 1 << 20), nil),
    ])
    func nearest(name: String, expected: String?) { #expect(NearestName.find(name, among: DatasetCatalog.names) == expected) }

    @Test(arguments: [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("abc", "abc", 0), ("flaw", "lawn", 2)])
    func distance(a: String, b: String, edits: Int) { #expect(NearestName.distance(Array(a.utf8), Array(b.utf8)) == edits) }
}

@Suite struct CatalogTests {
    @Test func folderChoice() {
        let environment = ["SPINFLIP_DATA": "/data", "XDG_CACHE_HOME": "/cache", "HOME": "/home/u"]
        #expect(DatasetCatalog(folder: "/given", environment: environment).folder == "/given")
        #expect(DatasetCatalog(folder: nil, environment: environment).folder == "/data")
        #expect(DatasetCatalog(folder: "", environment: ["SPINFLIP_DATA": "", "XDG_CACHE_HOME": "/cache"]).folder == "/cache/spinflip")
        #expect(DatasetCatalog(folder: nil, environment: ["HOME": "/home/u"]).folder.hasPrefix("/home/u/"))
    }

    @Test(arguments: [
        ("digits", 1437, 360), ("xor", 4, 4), ("parity", 16, 16), ("parity:3", 8, 8), ("bars-and-stripes", 28, 28), ("bars-and-stripes:3", 12, 12),
        ("teacher", 3277, 819), ("teacher:8-4-3", 205, 51),
    ])
    func loads(name: String, train: Int, test: Int) throws {
        let data = try DatasetCatalog(folder: "/nowhere").load(name)
        #expect(data.train.count == train && data.test.count == test)
    }

    @Test func listingAgreesWithWhatLoads() throws {
        let catalog = DatasetCatalog(folder: "/nowhere")
        #expect(catalog.list().map(\.name) == DatasetCatalog.names)
        for listing in catalog.list() where (listing.state == .embedded || listing.state == .generated) && !listing.isGraph {
            let data = try catalog.load(listing.name)
            if let count = listing.trainCount { #expect(data.train.count == count) }
            if let count = listing.testCount { #expect(data.test.count == count) }
            if let shape = listing.itemShape { #expect(data.itemShape == shape) }
            if let classes = listing.classCount { #expect(data.classCount == classes) }
        }
    }

    @Test func csvByPath() throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let path = try scratch.write(Array((0..<50).map { "\($0),\($0 % 7),\($0 % 2)\n" }.joined().utf8), "with:colon.csv")
        let data = try DatasetCatalog(folder: "/nowhere").load("csv:\(path)", options: DatasetOptions(seed: 4))
        #expect(data.train.count == 40 && data.test.count == 10 && data.classNames == ["0", "1"])
    }

    @Test func unknownNames() {
        let catalog = DatasetCatalog(folder: "/nowhere")
        let known = DatasetCatalog.names
        #expect(fault { _ = try catalog.load("minst") } == .unknownName(known: known, nearest: "mnist"))
        #expect(fault { _ = try catalog.load("zzzzzzzz") } == .unknownName(known: known, nearest: nil))
        #expect(fault { _ = try catalog.load("digits:3") } == .unknownName(known: known, nearest: "digits"))
        for name in ["csv:", "csv", "parity:x", "parity:99", "teacher:", "teacher:4-x", "bars-and-stripes:", "", ":", "csv:/none"] {
            #expect(throws: DatasetError.self) { try catalog.load(name) }
        }
        let message = DatasetError("minst", .unknownName(known: known, nearest: "mnist")).description
        #expect(message.contains("did you mean mnist?") && message.contains("bars-and-stripes") && !message.contains("\n"))
    }

    @Test func missingFilesSayWhatToDo() {
        let error = fault { _ = try DatasetCatalog(folder: "/nowhere").load("mnist") }
        guard case .missing(let advice) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(advice.contains("spinflip data fetch mnist") && advice.contains("SPINFLIP_DATA"))
    }
}

@Suite struct FetchTests {
    @Test func damagedAndForeignFilesAreRefused() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let catalog = DatasetCatalog(folder: scratch.folder.path)
        #expect(try catalog.verify("mnist").map(\.isGood) == [false, false, false, false])
        let asked = Mutex<[String]>([])
        for answer in [
            gzip([1, 2, 3]), [1, 2, 3], gzip([UInt8](repeating: 0, count: 47_040_016)), Array(gzip([UInt8](repeating: 0, count: 47_040_016)).dropLast(9)),
        ] {
            await #expect(throws: DatasetError.self) {
                _ = try await catalog.fetch("mnist") { (address, limit, progress) async throws(DatasetError) in
                    asked.withLock { $0.append(address) }
                    progress(answer.count, nil)
                    return answer
                }
            }
        }
        // Every mirror was asked for the first file, and nothing was stored.
        #expect(asked.withLock { $0.count } == 4 * PublishedSet.mnist.mirrors.count)
        #expect(!FileManager.default.fileExists(atPath: scratch.folder.path + "/mnist"))
    }

    @Test func setsWithoutFiles() async {
        let catalog = DatasetCatalog(folder: "/nowhere")
        for name in ["digits", "csv:x", "minst"] {
            #expect(throws: DatasetError.self) { try catalog.verify(name) }
            await #expect(throws: DatasetError.self) { _ = try await catalog.fetch(name) }
        }
    }

    @Test(.enabled(if: dataFolder != nil)) func goodFilesAreStored() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let source = try #require(dataFolder)
        let catalog = DatasetCatalog(folder: scratch.folder.path)
        let download: DatasetCatalog.Download = { (address, limit, progress) async throws(DatasetError) in
            let name = address.split(separator: "/").last.map(String.init) ?? ""
            // The second mirror has the files, the first has not.
            guard address.hasPrefix(PublishedSet.mnist.mirrors[1]), let bytes = try? WholeFile.read("\(source)/mnist/\(name)", limit: limit) else {
                throw DatasetError(address, .downloadFailed(reason: "not here"))
            }
            return bytes
        }
        #expect(try await catalog.fetch("mnist", download: download).count == 4)
        #expect(try catalog.verify("mnist").allSatisfy(\.isGood))
        #expect(try await catalog.fetch("mnist", download: download).isEmpty)
        #expect(try catalog.load("mnist").test.count == 10_000)
    }
}

@Suite(.enabled(if: dataFolder != nil)) struct PublishedFactsTests {
    @Test func mnist() throws {
        let data = try DatasetCatalog(folder: try #require(dataFolder)).load("mnist")
        #expect(data.train.count == 60_000 && data.test.count == 10_000 && data.itemShape == [28, 28] && data.classCount == 10)
        #expect(data.train.classBalance == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
        #expect(data.test.classBalance == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
        #expect(abs(data.train.featureMean - 33.3184) < 0.0001)
    }

    @Test func fashionMNIST() throws {
        let data = try DatasetCatalog(folder: try #require(dataFolder)).load("fashion-mnist")
        #expect(data.train.classBalance == [Int](repeating: 6000, count: 10) && data.test.classBalance == [Int](repeating: 1000, count: 10))
        #expect(abs(data.train.featureMean - 72.9404) < 0.0001)
        #expect(data.classNames[9] == "Ankle boot")
    }

    @Test(arguments: ["mnist", "fashion-mnist"]) func checksums(name: String) throws {
        for file in try DatasetCatalog(folder: try #require(dataFolder)).verify(name) { #expect(file.fault == nil) }
    }
}
