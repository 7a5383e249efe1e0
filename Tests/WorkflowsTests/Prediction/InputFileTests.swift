import BitCore
import Datasets
import Foundation
import Testing
import Workflows

/// False in builds without the package trait `Images`.
private let hasCodecs = (try? DecodedImage(InputFileTests.png, name: "probe")) != nil

@Suite struct InputFileTests {
    /// Two rows of two grey pixels, 10, 20, 30, 40, as RGB.
    static let png = [UInt8](
        Data(
            base64Encoded: "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR42mPg4uISERFhkJOT09DQAAAGRAEtOGM7FAAAAABJRU5ErkJggg==")
            ?? Data())

    /// Reads `bytes` as items of a shape.
    func read(_ bytes: [UInt8], _ shape: Shape = [4]) throws -> [[UInt8]] {
        let path = FileManager.default.temporaryDirectory.appending(path: "spinflip-input-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bytes).write(to: URL(filePath: path))
        return try InputFile(path: path, shape: shape).items
    }

    func read(_ text: String) throws -> [[UInt8]] { try read(Array(text.utf8)) }

    @Test(arguments: [
        "1,2,3,4\n", "1,2,3,4", " 1 , 2, 3 ,4\r\n", "a,b,c,d\n1,2,3,4\n", "1;2;3;4\n\n", "1\t2\t3\t4\n", "1.0,2,3e0,4", "P2 2 2 255 1 2 3 4",
        "P2\n# by hand\n2 2 # wide\n255\n1 2 3 4\n", "P2 4 1 4 1 2 3 4", "P5 2 2 255\n\u{1}\u{2}\u{3}\u{4}", "P5\n#x\n4 1\n4\n\u{1}\u{2}\u{3}\u{4}",
    ])
    func oneItem(_ text: String) throws { #expect(try read(text) == [[1, 2, 3, 4]]) }

    @Test func severalRows() throws { #expect(try read("0,0,0,0\n255,255,255,255\n") == [[0, 0, 0, 0], [255, 255, 255, 255]]) }

    @Test func images() throws {
        let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2]
        #expect(try read(header + [1, 2, 3, 4, 5, 6, 7, 8]) == [[1, 2, 3, 4], [5, 6, 7, 8]])
        #expect(throws: (any Error).self) { try read(header + [1, 2, 3]) }
    }

    @Test(arguments: [
        "", "\n\n", "1,2,3", "1,2,3,4,5", "1,2,x,4", "1,2,,4", "1,2,3,256", "1,2,3,-1", "1,2,3,0.5", "nan,1,2,3", "P5", "P5 ", "P5 2 2", "P5 2 2 255",
        "P5 2 2 255 abc", "P5 0 4 255 abcd", "P5 99999999999999999999 1 255 a", "P5 1048576 1048576 255 a", "P2 2 2 255 1 2 3", "P2 2 2 3 1 2 3 4",
        "P5 2 2 1 zzzz", "P5 2 2 65535 aabbccdd", "\u{0}\u{0}\u{8}", "\u{7}bin\u{0}ary", "P5 3 3 255 123456789", "P2 2 2 255 1 2 3 -4",
    ])
    func badInputIsOneSentence(_ text: String) {
        #expect { try read(text) } throws: { error in
            let message = String(describing: error)
            return message.contains("spinflip-input-") && !message.contains("\n") && message.count < 400
        }
    }

    @Test func missingFileAndFolder() {
        #expect { try InputFile(path: "/nowhere/x.csv", shape: [4]) } throws: { "\($0)".contains("/nowhere/x.csv") }
        #expect { try InputFile(path: "/", shape: [4]) } throws: { "\($0)".contains("/ ") }
    }

    @Test(
        .enabled(if: hasCodecs),
        arguments: [
            ([4], [10, 20, 30, 40]), ([2, 2], [10, 20, 30, 40]), ([2, 2, 1], [10, 20, 30, 40]), ([12], [10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40]),
            ([2, 2, 3], [10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40]), ([1, 1, 3], [25, 25, 25]), ([1, 2], [10, 20]),
        ] as [(Shape, [UInt8])])
    func pictures(_ shape: Shape, _ item: [UInt8]) throws { #expect(try read(Self.png, shape) == [item]) }

    @Test(.enabled(if: hasCodecs)) func picturesThatAreNoItems() {
        #expect { try read(Self.png, [5]) } throws: { "\($0)".contains("2×2 pixels") && "\($0)".contains("[5]") }
        #expect { try read(Array(Self.png.dropLast(20)), [4]) } throws: { "\($0)".contains("spinflip-input-") }
    }

    @Test func labelColumnIsPointedOut() {
        #expect { try read("1,2,3,4,9\n") } throws: { "\($0)".contains("leave the label out") }
    }
}
