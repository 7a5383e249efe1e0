import BitCore
import Datasets
import Foundation
import Testing

/// False in builds without the package trait `Images`.
private let hasImageCodecs: Bool = {
    guard case .badImage(let reason) = fault({ _ = try DecodedImage(ImageFixtures.bytes(ImageFixtures.greyJPEG), name: "probe") }) else { return true }
    return !reason.contains("no image codecs")
}()

@Suite(.enabled(if: hasImageCodecs)) struct ImageTests {
    static let files = [
        ImageFixtures.rgbJPEG, ImageFixtures.progressiveJPEG, ImageFixtures.greyJPEG, ImageFixtures.cmykJPEG, ImageFixtures.palettePNG,
        ImageFixtures.sixteenBitPNG,
    ].map(ImageFixtures.bytes)

    /// Sums over all channels as Pillow decodes them; decoders of JPEG may differ by a grey level here and there.
    @Test(arguments: zip(files.prefix(4), [76614, 76614, 76641, 76477])) func jpeg(_ bytes: [UInt8], sum: Int) throws {
        let image = try DecodedImage(bytes, name: "picture")
        #expect(image.extent == ImageExtent(height: 13, width: 17, channels: 3))
        #expect(abs(image.pixels.reduce(0) { $0 + Int($1) } - sum) < 400)
    }

    @Test func jpegLooksLikeThePicture() throws {
        for bytes in [Self.files[0], Self.files[1], Self.files[3]] {
            let image = try DecodedImage(bytes, name: "picture")
            let error = zip(image.pixels, ImageFixtures.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
            #expect(Double(error) / 663 < 6)
        }
        let grey = try DecodedImage(Self.files[2], name: "grey")
        for pixel in 0..<221 { #expect(grey.pixels[pixel * 3] == grey.pixels[pixel * 3 + 1] && grey.pixels[pixel * 3] == grey.pixels[pixel * 3 + 2]) }
    }

    @Test func png() throws {
        let image = try DecodedImage(ImageFixtures.png(ImageFixtures.pixels, height: 13, width: 17), name: "picture")
        #expect(image.pixels == ImageFixtures.pixels)
        let sixteen = try DecodedImage(Self.files[5], name: "sixteen")
        for y in 0..<13 {
            for x in 0..<17 { #expect(sixteen.pixels[(y * 17 + x) * 3] == ImageFixtures.red(y, x)) }
        }
        #expect(Array(try DecodedImage(Self.files[4], name: "palette").pixels.prefix(3)) == [53, 10, 32])
    }

    /// Pillow's `crop(…).resize(…, BILINEAR)` of the same picture.
    @Test func resamplingAgreesWithPillow() throws {
        let image = try DecodedImage(ImageFixtures.png(ImageFixtures.pixels, height: 13, width: 17), name: "picture")
        let down = image.resampled(ImageRegion(top: 1, left: 2, height: 11, width: 13), height: 3, width: 4)
        let pillowDown: [UInt8] = [
            52, 50, 49, 96, 50, 72, 144, 50, 98, 188, 50, 121, 52, 114, 76, 96, 114, 99, 144, 114, 125, 188, 114, 148, 52, 178, 103, 96, 178, 126,
            144, 178, 152, 188, 178, 175,
        ]
        #expect(zip(down, pillowDown).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(down)")
        let up = image.resampled(ImageRegion(top: 3, left: 4, height: 2, width: 3), height: 4, width: 5)
        let pillowUp: [UInt8] = [
            60, 57, 56, 66, 57, 59, 75, 57, 64, 84, 57, 69, 90, 57, 72, 60, 62, 58, 66, 62, 61, 75, 62, 66, 84, 62, 71, 90, 62, 74,
            60, 71, 62, 66, 71, 65, 75, 71, 70, 84, 71, 75, 90, 71, 78, 60, 76, 64, 66, 76, 67, 75, 76, 72, 84, 76, 77, 90, 76, 80,
        ]
        #expect(zip(up, pillowUp).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(up)")
        #expect(image.resampled(ImageRegion(top: 0, left: 0, height: 13, width: 17), height: 13, width: 17) == ImageFixtures.pixels)
    }

    @Test(arguments: files) func damagedFilesAreErrorsAndNoMore(_ bytes: [UInt8]) throws {
        for length in 0..<bytes.count {
            // JPEG may lack its last bytes, the end marker, without loss.
            _ = fault { _ = try DecodedImage(Array(bytes.prefix(length)), name: "cut") }
        }
        #expect(throws: DatasetError.self) { try DecodedImage(Array(bytes.prefix(bytes.count * 2 / 3)), name: "cut") }
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            var damaged = bytes
            for _ in 0...generator.index(below: 4) { damaged[generator.index(below: damaged.count)] = UInt8(truncatingIfNeeded: generator.next()) }
            _ = fault { _ = try DecodedImage(damaged, name: "damaged") }
        }
    }

    @Test func lyingHeaders() {
        for (height, width) in [(0, 17), (13, 0), (1 << 30, 17), (40_000, 40_000), (32_768, 32_768), (8192, 8192), (14, 17)] {
            #expect(throws: DatasetError.self) { try DecodedImage(ImageFixtures.png(ImageFixtures.pixels, height: height, width: width), name: "lies") }
        }
        for other in [[], [0xFF], [0xFF, 0xD8, 0xFF], Array("GIF89a".utf8), Array("<html>".utf8), [UInt8](repeating: 0, count: 4096)] as [[UInt8]] {
            #expect(throws: DatasetError.self) { try DecodedImage(other, name: "other") }
        }
    }
}

@Suite(.enabled(if: hasImageCodecs)) struct ImageFolderTests {
    /// A PNG of one colour.
    static func flat(_ red: UInt8, height: Int = 10, width: Int = 14) -> [UInt8] {
        ImageFixtures.png((0..<height * width).flatMap { _ in [red, 0, 7] }, height: height, width: width)
    }

    func load(_ scratch: Scratch, _ options: DatasetOptions) throws -> LabelledData {
        try DatasetCatalog(folder: "/nowhere").load("folder:\(scratch.folder.path)", options: options)
    }

    @Test func layoutOfImageNet() throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        for (part, count) in [("train", 3), ("val", 1), ("test", 2)] {
            for (label, name) in ["zebra", "Ant", "bee"].enumerated() {
                for i in 0..<count { _ = try scratch.write(Self.flat(UInt8(100 * label + i)), "\(part)/\(name)/\(i).PNG") }
            }
        }
        _ = try scratch.write([1], "train/bee/readme.txt")
        _ = try scratch.write([1], "train/.hidden/0.png")
        let data = try load(scratch, DatasetOptions(imageSize: 8, allowsStreaming: true))
        #expect(data.train.isStreamed && data.classNames == ["Ant", "bee", "zebra"] && data.itemShape == [8, 8, 3])
        #expect(data.train.labels == [0, 0, 0, 1, 1, 1, 2, 2, 2] && data.test.count == 3)
        let read = try data.train.loaded(parallel: Parallel(threads: 3))
        for item in 0..<9 {
            let red = UInt8([100, 200, 0][item / 3] + item % 3)
            #expect(Array(read.bytes(of: item)) == (0..<64).flatMap { _ in [red, 0, 7] })
        }
        let whole = try load(scratch, DatasetOptions(imageSize: 8))
        #expect(!whole.train.isStreamed && whole.train.features == read.features)
        let crop = try #require(AugmentationPipeline("random-resized-crop,flip"))
        #expect(try crop.load(data.train, ids: 0..<9, epoch: 0, seed: 1).features == read.features, "crops of one colour have that colour")
        #expect(try load(scratch, DatasetOptions(allowsStreaming: true)).itemShape == [224, 224, 3])
    }

    /// A JPEG that was cut off and a page of text called .jpg are left out and counted; a PNG called .jpg and a JPEG with something behind its end are not.
    @Test func damagedFilesAreLeftOutOrFatal() throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let jpeg = ImageFixtures.bytes(ImageFixtures.rgbJPEG)
        for part in ["train", "val"] {
            _ = try scratch.write(jpeg, "\(part)/a/0.jpg")
            _ = try scratch.write(Self.flat(9), "\(part)/a/1.jpg")
            _ = try scratch.write(jpeg + [1, 2, 3], "\(part)/b/0.jpg")
            _ = try scratch.write(Self.flat(9), "\(part)/b/1.png")
        }
        _ = try scratch.write(Array(jpeg.prefix(jpeg.count * 2 / 3)), "train/a/2.jpg")
        _ = try scratch.write(Array("<html>not found</html>".utf8), "train/b/2.jpg")
        _ = try scratch.write([], "val/b/2.jpg")
        // Well begun and ended, and damaged in between: only decoding tells.
        var inner = Self.flat(9)
        inner[inner.count / 2] ^= 0x55
        _ = try scratch.write(inner, "train/a/3.png")
        for (how, out) in [
            (DamagedImages.skip, ["train/a/2.jpg", "train/b/2.jpg", "val/b/2.jpg"]),
            (.decode, ["train/a/2.jpg", "train/a/3.png", "train/b/2.jpg", "val/b/2.jpg"]),
        ] {
            var options = DatasetOptions(imageSize: 8, allowsStreaming: true)
            (options.damagedImages, options.parallel) = (how, Parallel(threads: 2))
            let data = try load(scratch, options)
            #expect(data.leftOut.map { String($0.dropFirst(scratch.folder.path.count + 1)) } == out)
            #expect(data.train.count + data.test.count == 12 - out.count && data.prefix(1).leftOut == data.leftOut)
            if how == .skip {
                #expect(throws: DatasetError.self) { try data.train.loaded() }
            } else {
                #expect(throws: Never.self) { try data.train.loaded() }
            }
            #expect(throws: Never.self) { try data.test.loaded() }
        }
        let kept = try load(scratch, DatasetOptions(imageSize: 8, allowsStreaming: true))
        #expect(kept.leftOut.isEmpty && kept.train.count == 7)
        #expect(throws: DatasetError.self) { try kept.train.loaded() }
    }

    @Test func foldersOfDamagedFilesAreRefused() throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        for i in 0..<3 { _ = try scratch.write([1, 2, 3], "a/\(i).jpg") }
        var options = DatasetOptions(imageSize: 8, allowsStreaming: true)
        options.damagedImages = .skip
        #expect(throws: DatasetError.self) { try load(scratch, options) }
    }

    @Test func oneLevelIsSplitBySeed() throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        for name in ["a", "b"] {
            for i in 0..<10 { _ = try scratch.write(Self.flat(UInt8(i)), "\(name)/\(i).png") }
        }
        let data = try load(scratch, DatasetOptions(seed: 3, imageSize: 2, allowsStreaming: true))
        #expect(data.train.count == 16 && data.test.count == 4)
        let again = try load(scratch, DatasetOptions(seed: 3, imageSize: 2))
        #expect(try data.test.loaded().features == again.test.features)
    }

    /// The middle of the picture, and of a crop only what the crop shows.
    @Test func viewsOfAPicture() throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let halves: [UInt8] = (0..<32).flatMap { _ in (0..<96).flatMap { x in [x < 32 ? 10 : x < 64 ? 90 : 250, 0, 0] as [UInt8] } }
        for i in 0..<2 { _ = try scratch.write(ImageFixtures.png(halves, height: 32, width: 96), "only/\(i).png") }
        let data = try load(scratch, DatasetOptions(testFraction: 0.5, imageSize: 16, allowsStreaming: true))
        let centre = try data.train.loaded()
        #expect(stride(from: 0, to: 768, by: 3).allSatisfy { centre.features[$0] == 90 })
        let left = try data.train.loaded { _, height, _ in ImageRegion(top: 0, left: 0, height: height, width: height) }
        #expect(stride(from: 0, to: 768, by: 3).allSatisfy { left.features[$0] == 10 })
    }

    @Test func faultsNameTheFile() throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        #expect(throws: DatasetError.self) { try load(scratch, DatasetOptions()) }
        for i in 0..<4 { _ = try scratch.write(Self.flat(1), "train/a/\(i).png") }
        let bad = try scratch.write(Array(Self.flat(1).prefix(60)), "train/a/bad.png")
        _ = try scratch.write(Self.flat(1), "val/b/0.png")
        #expect(throws: DatasetError.self) { try load(scratch, DatasetOptions(allowsStreaming: true)) }
        try FileManager.default.removeItem(atPath: scratch.folder.path + "/val")
        let data = try load(scratch, DatasetOptions(imageSize: 4, allowsStreaming: true))
        let message = #expect(throws: DatasetError.self) {
            for part in [data.train, data.test] { _ = try part.loaded() }
        }
        #expect(message?.source == bad)
        for size in [0, -1, 4097] { #expect(throws: DatasetError.self) { try load(scratch, DatasetOptions(imageSize: size, allowsStreaming: true)) } }
        for name in ["folder", "folder:", "folder:/nowhere/at/all", "folder:\(bad)"] {
            #expect(throws: DatasetError.self) { try DatasetCatalog(folder: "/nowhere").load(name) }
        }
    }
}
