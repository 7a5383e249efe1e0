import Foundation
import Report
import Testing

@Suite struct TensorBoardTests {
    /// RFC 3720 B.4, and the usual check value.
    @Test func checksums() {
        #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum(0..<32) == 0x46DD_794E)
        #expect(CRC32C.checksum((0..<32).reversed()) == 0x113F_DB5C)
        #expect(CRC32C.checksum([]) == 0)
    }

    /// The first record of every file, byte by byte: length 24, its checksum, the event, its checksum.
    @Test func goldenFrame() throws {
        let folder = try scratch()
        defer { try? FileManager.default.removeItem(at: folder) }
        let writer = try TensorBoardWriter(folder: folder.path)
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: writer.path)))
        let event: [UInt8] = [0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0x1A, 13] + Array("brain.Event:2".utf8)
        // The checksum of this length is in every event file in circulation.
        #expect(Array(bytes.prefix(12)) == [24, 0, 0, 0, 0, 0, 0, 0, 0xA3, 0x7F, 0x4B, 0x22])
        #expect(Array(bytes[12..<36]) == event)
        #expect(bytes.count == 40)
    }

    @Test func goldenScalar() {
        let event = ScalarEvent(wallTime: 1.5, step: 300, scalars: [("a", 0.5)])
        #expect(
            event.encoded == [
                0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x10, 0xAC, 0x02, 0x2A, 10, 0x0A, 8, 0x0A, 1, 0x61, 0x15, 0, 0, 0, 0x3F,
            ])
    }

    @Test func framesAreReadBack() {
        let records: [[UInt8]] = [[], [1], Array(0..<200), Array("text".utf8)]
        let file = records.flatMap(RecordFraming.frame)
        #expect(RecordFraming.records(file).records == records)
        for length in 0..<file.count {
            let cut = RecordFraming.records(Array(file.prefix(length)))
            #expect(cut.length <= length && records.starts(with: cut.records) && cut.records.count < records.count)
        }
        for position in file.indices {
            var damaged = file
            damaged[position] ^= 0x10
            #expect(RecordFraming.records(damaged).records.count < records.count)
        }
    }

    @Test func goingOnKeepsWholeRecords() throws {
        let folder = try scratch()
        defer { try? FileManager.default.removeItem(at: folder) }
        var writer = try TensorBoardWriter(folder: folder.path)
        let event = ScalarEvent(step: 5, scalars: [("loss", 1), ("accuracy", 0.25)])
        try writer.append(event)
        let file = URL(filePath: writer.path)
        let whole = try Data(contentsOf: file)
        try (whole + Data([7, 7, 7])).write(to: file)
        writer = try TensorBoardWriter(folder: folder.path, resumedAt: 5)
        try writer.append(event)
        let bytes = [UInt8](try Data(contentsOf: file))
        let (records, length) = RecordFraming.records(bytes)
        #expect(length == bytes.count && records.count == 4 && bytes.starts(with: [UInt8](whole)))
        #expect(records[1] == event.encoded && records[3] == event.encoded)
        writer = try TensorBoardWriter(folder: folder.path)
        #expect(RecordFraming.records([UInt8](try Data(contentsOf: file))).records.count == 1)
    }

    @Test func epochsBecomeScalars() {
        let epoch = RunEvent.Epoch(
            epoch: 2, step: 20, trainLoss: 0.5, trainAccuracy: 0.75, testAccuracy: 0.5, flipRatio: 0.125,
            layers: [.init(name: "dense1.kernel", flipRatio: 0.25)],
            learningRates: ["adam.learningRate": 0.001], imagesPerSecond: 100, seconds: 1)
        let event = ScalarEvent(epoch)
        #expect(event.step == 20)
        #expect(
            event.scalars.map(\.tag) == [
                "loss/train", "accuracy/train", "accuracy/test", "flip-ratio/all", "flip-ratio/dense1.kernel", "schedule/adam.learningRate",
                "speed/images-per-second", "epoch",
            ])
        #expect(event.scalars[4].value == 0.25)
    }

    func scratch() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spinflip-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
