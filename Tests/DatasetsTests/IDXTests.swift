import BitCore
import Datasets
import Foundation
import Testing

@Suite struct IDXTests {
    let pixels = (0..<24).map { UInt8($0 * 10) }

    @Test(arguments: [false, true]) func readsImages(compressed: Bool) throws {
        let bytes = idx([2, 3, 4], pixels)
        let file = try IDXFile(compressed ? gzip(bytes) : bytes, name: "images", rank: 3)
        #expect(file.shape == [2, 3, 4])
        #expect(file.bytes == pixels)
    }

    @Test(arguments: [false, true]) func everyTruncationIsAnError(compressed: Bool) throws {
        let whole = compressed ? gzip(idx([2, 3, 4], pixels)) : idx([2, 3, 4], pixels)
        for length in 0..<whole.count {
            #expect(throws: DatasetError.self, "cut after \(length)") { try IDXFile(Array(whole.prefix(length)), name: "cut", rank: 3) }
        }
    }

    @Test func truncationNamesBothLengths() {
        #expect(fault { _ = try IDXFile(Array(idx([2, 3, 4], pixels).dropLast()), name: "f", rank: 3) } == .truncated(expected: 40, found: 39))
        #expect(fault { _ = try IDXFile([], name: "f", rank: 1) } == .truncated(expected: 8, found: 0))
        #expect(fault { _ = try IDXFile(gzip(Array(idx([2, 3, 4], pixels).dropLast())), name: "f", rank: 3) } == .truncated(expected: 40, found: 39))
    }

    @Test func wrongMagic() {
        #expect(fault { _ = try IDXFile(idx([2, 3, 4], pixels), name: "f", rank: 1) } == .wrongMagic(expected: 0x801, found: 0x803))
        #expect(fault { _ = try IDXFile(Array("<html><body>".utf8), name: "f", rank: 1) } == .wrongMagic(expected: 0x801, found: 0x3C68_746D))
    }

    /// A header may announce anything; nothing is allocated on its word.
    @Test(
        arguments: [
            [2, 3, 5], [3, 3, 4], [1 << 31, 1, 1], [1 << 30, 1, 1], [1 << 20, 28, 28], [UInt32.max, UInt32.max, UInt32.max], [0, 28, 28],
            [1 << 31, 1 << 31, 4],
        ] as [[UInt32]])
    func lyingCounts(extents: [UInt32]) {
        for bytes in [idx(extents, pixels), gzip(idx(extents, pixels))] {
            #expect(throws: DatasetError.self) { try IDXFile(bytes, name: "lies", rank: 3) }
        }
    }

    @Test func trailingBytesAreAnError() {
        #expect(fault { _ = try IDXFile(idx([2, 3, 4], pixels + [0]), name: "f", rank: 3) } == .trailingBytes)
        #expect(fault { _ = try IDXFile(gzip(idx([2, 3, 4], pixels + [0])), name: "f", rank: 3) } == .trailingBytes)
    }

    @Test func pairs() throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let images = try scratch.write(gzip(idx([2, 3, 4], pixels)), "images.gz")
        let labels = try scratch.write(idx([2], [1, 0]), "labels")
        let set = try Dataset(name: "tiny", images: images, labels: labels, classNames: ["a", "b"], itemShape: [3, 4])
        #expect(set.count == 2 && set.itemShape == [3, 4] && set.labels == [1, 0] && set.classBalance == [1, 1])
        #expect(Array(set.bytes(of: 1)) == Array(pixels[12...]))

        let three = try scratch.write(idx([3], [1, 0, 1]), "three")
        #expect(fault { _ = try Dataset(name: "t", images: images, labels: three, classNames: ["a", "b"]) } == .countMismatch(items: 2, labels: 3))
        let high = try scratch.write(idx([2], [1, 2]), "high")
        #expect(
            fault { _ = try Dataset(name: "t", images: images, labels: high, classNames: ["a", "b"]) }
                == .labelOutOfRange(label: 2, item: 1, classes: 2))
        #expect(
            fault { _ = try Dataset(name: "t", images: images, labels: labels, classNames: ["a", "b"], itemShape: [28, 28]) }
                == .wrongShape(expected: "[28×28]", found: "[3×4]"))
    }

    @Test func filesThatAreNone() throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        #expect(fault { _ = try IDXFile(path: scratch.folder.path + "/none", rank: 1) } == .missing(advice: "check the path"))
        #expect(fault { _ = try IDXFile(path: scratch.folder.path, rank: 1) } == .unreadable(reason: "it is not a regular file"))
        #expect(fault { _ = try IDXFile(path: "/dev/zero", rank: 1) } == .unreadable(reason: "it is not a regular file"))
        let raw = try scratch.write(idx([2], [0, 1]), "labels.gz")
        #expect(fault { _ = try IDXFile(path: raw, rank: 1) } == .notGzip)
    }
}

@Suite struct GzipTests {
    let content = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }

    @Test func everyDamagedByteIsFoundOrHarmless() throws {
        // Not covered by CRC and length, and without effect: the text flag, time, extra flags and system of the wrapper (bytes 3 to 9),
        // and the padding bits of a stored block (byte 10).
        let whole = gzip(idx([100], Array(content.prefix(100))))
        for position in whole.indices {
            for bit in [0, 3, 7] {
                var damaged = whole
                damaged[position] ^= 1 << UInt8(bit)
                guard let file = try? IDXFile(damaged, name: "damaged", rank: 1) else { continue }
                #expect((3...10).contains(position), "bit \(bit) of byte \(position)")
                #expect(file.bytes == Array(content.prefix(100)))
            }
        }
    }

    @Test func membersFollowEachOther() throws {
        let whole = idx([5000], content)
        let file = try IDXFile(gzip(Array(whole[..<1000])) + gzip(Array(whole[1000...])), name: "two", rank: 1)
        #expect(file.bytes == content)
    }

    @Test func garbageAfterTheEnd() {
        #expect(throws: DatasetError.self) { try IDXFile(gzip(idx([5000], content)) + [1, 2, 3], name: "garbage", rank: 1) }
    }

    /// 64 MiB of zeros in 64 KiB: refused by the header's count, not by running out of memory.
    @Test func bomb() {
        let bomb = gzip(idx([16], [UInt8](repeating: 0, count: 1 << 26)))
        #expect(bomb.count < 1 << 17)
        #expect(fault { _ = try IDXFile(bomb, name: "bomb", rank: 1) } == .trailingBytes)
    }

    @Test func announcesMoreThanDeflateCanHold() {
        let small = gzip(idx([1 << 30], [1, 2, 3]))
        #expect(fault { _ = try IDXFile(small, name: "f", rank: 1) } == .announcesTooMuch(bytes: (1 << 30) + 8, atMost: small.count * 1033))
    }

    @Test func largeFilesComeInPieces() throws {
        let bytes = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        let scratch = try Scratch()
        defer { scratch.remove() }
        let path = try scratch.write(gzip(idx([1_000_003], bytes)), "large.gz")
        #expect(try IDXFile(path: path, rank: 1).bytes == bytes)
    }
}
