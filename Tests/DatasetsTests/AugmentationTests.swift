import BitCore
import Datasets
import Testing

@Suite struct AugmentationTests {
    /// 5×4 images with distinct pixels.
    static func images(_ count: Int, channels: Int = 1) throws -> Dataset {
        var generator = SeededGenerator(seed: 7)
        let shape = channels == 1 ? Shape([5, 4]) : Shape([5, 4, channels])
        return try Dataset(
            name: "test", itemShape: shape, features: (0..<count * shape.count).map { _ in UInt8(truncatingIfNeeded: generator.next()) },
            labels: Array(repeating: 0, count: count), classNames: ["0"])
    }

    static func apply(_ text: String, _ data: Dataset, epoch: Int = 0, seed: UInt64 = 0) throws -> [UInt8] {
        try #require(AugmentationPipeline(text)).apply(data, ids: 0..<data.count, epoch: epoch, seed: seed).features
    }

    static let everyStage = [
        "pad-crop:1", "flip", "cutout:2", "random-resized-crop:0.2:1", "colour:0.5:0.5:0.5", "warp:0.8:20:0.2", "pad-crop:1,flip,cutout:2",
        "random-resized-crop,colour:0.1:0:0,flip,flip", "lighting:0.1,flip",
    ]

    @Test(arguments: everyStage) func textIsReadBack(_ text: String) throws {
        let pipeline = try #require(AugmentationPipeline(text))
        #expect(AugmentationPipeline(pipeline.description) == pipeline)
    }

    @Test(arguments: [
        "pad-crop", "pad-crop:-1", "pad-crop:1.5", "pad-crop:9999", "flip:1", "cutout:0", "cutout", "random-resized-crop:0:1", "random-resized-crop:0.5:0.4",
        "colour:0.4", "colour:2:0:0", "lighting", "lighting:2", "warp", "warp:nan", "warp:1:2:3:4", "blur", "flip,", ",", "flip,,flip", "flip cutout:2",
        String(repeating: "flip,", count: 40) + "flip",
    ])
    func otherTextIsNone(_ text: String) { #expect(AugmentationPipeline(text) == nil) }

    @Test(arguments: ["", "none"]) func nothing(_ text: String) throws {
        let data = try Self.images(3)
        #expect(try Self.apply(text, data) == data.features)
    }

    @Test(arguments: ["pad-crop:0", "warp:0", "colour:0:0:0", "lighting:0", "random-resized-crop:1:1"], [1, 3])
    func identities(_ text: String, channels: Int) throws {
        let data = try Self.images(6, channels: channels)
        let changed = try Self.apply(text, data, epoch: 3, seed: 1)
        // A whole image of another aspect ratio does not fit into itself: then the centre square is taken.
        if text.hasPrefix("random") { #expect(changed.count == data.features.count) } else { #expect(changed == data.features) }
    }

    @Test(arguments: everyStage, [1, 3])
    func whatAnItemGetsDependsOnSeedEpochAndItemAlone(_ text: String, channels: Int) throws {
        let data = try Self.images(40, channels: channels)
        let size = data.featureCount
        let pipeline = try #require(AugmentationPipeline(text))
        let all = pipeline.apply(data, ids: 0..<40, epoch: 2, seed: 5).features
        let part = pipeline.apply(data.selecting([39, 4]), ids: [39, 4], epoch: 2, seed: 5, parallel: Parallel(threads: 3)).features
        #expect(Array(part[0..<size]) == Array(all[39 * size..<40 * size]))
        #expect(Array(part[size...]) == Array(all[4 * size..<5 * size]))
        #expect(pipeline.apply(data, ids: 0..<40, epoch: 2, seed: 5, parallel: Parallel(threads: 4)).features == all)
        #expect(try pipeline.load(data, ids: 0..<40, epoch: 2, seed: 5).features == all)
        #expect(pipeline.apply(data, ids: 0..<40, epoch: 3, seed: 5).features != all)
        #expect(pipeline.apply(data, ids: 0..<40, epoch: 2, seed: 6).features != all)
    }

    @Test func flipMirrorsAboutHalf() throws {
        let data = try Self.images(200, channels: 3)
        let flipped = try Self.apply("flip", data)
        var count = 0
        for item in 0..<200 {
            let old = Array(data.bytes(of: item))
            let new = Array(flipped[item * 60..<(item + 1) * 60])
            var mirror = old
            for y in 0..<5 {
                for x in 0..<4 {
                    for c in 0..<3 { mirror[(y * 4 + x) * 3 + c] = old[(y * 4 + 3 - x) * 3 + c] }
                }
            }
            #expect(new == old || new == mirror)
            if new == mirror { count += 1 }
        }
        #expect((70...130).contains(count))
        // Two flips are two tosses, not one toss undone.
        #expect(try Self.apply("flip,flip", data) != data.features)
    }

    /// A 5×4 image moved, zeros coming in.
    static func shifted(_ image: [UInt8], _ dy: Int, _ dx: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 20)
        for y in 0..<5 {
            for x in 0..<4 where (0..<5).contains(y - dy) && (0..<4).contains(x - dx) { result[y * 4 + x] = image[(y - dy) * 4 + x - dx] }
        }
        return result
    }

    @Test func padCropMovesByWholePixels() throws {
        let data = try Self.images(100)
        let moved = try Self.apply("pad-crop:2", data)
        var offsets: [[Int]] = []
        for dy in -2...2 {
            for dx in -2...2 { offsets.append([dy, dx]) }
        }
        var seen: Set<[Int]> = []
        for item in 0..<100 {
            let old = Array(data.bytes(of: item))
            let new = Array(moved[item * 20..<(item + 1) * 20])
            let offset = offsets.first { Self.shifted(old, $0[0], $0[1]) == new }
            seen.insert(try #require(offset))
        }
        #expect(seen.count > 20)
    }

    @Test func cutoutLeavesTheRest() throws {
        let data = try Self.images(50, channels: 3)
        let cut = try Self.apply("cutout:2", data)
        for item in 0..<50 {
            let (old, new) = (Array(data.bytes(of: item)), Array(cut[item * 60..<(item + 1) * 60]))
            let changed = (0..<20).filter { old[$0 * 3..<$0 * 3 + 3] != new[$0 * 3..<$0 * 3 + 3] }
            #expect(changed.count <= 4)
            for pixel in changed { #expect(Array(new[pixel * 3..<pixel * 3 + 3]) == [128, 128, 128]) }
        }
        #expect(cut != data.features)
    }

    @Test func jitterOfGreyStaysGrey() throws {
        let grey = try Dataset(
            name: "grey", itemShape: [3, 3, 3], features: (0..<27 * 20).map { UInt8(($0 / 3) % 256) }, labels: Array(repeating: 0, count: 20), classNames: ["0"]
        )
        let changed = try Self.apply("colour:0.5:0.5:0.5", grey)
        for pixel in 0..<180 { #expect(changed[pixel * 3] == changed[pixel * 3 + 1] && changed[pixel * 3] == changed[pixel * 3 + 2]) }
        #expect(changed != grey.features)
    }

    /// The whole image moves by one colour, of which bright or dark is the most and every hue the least: the variance of channel c is
    /// (255·0.1)²·Σₖ (pₖ[c]·λₖ)².
    @Test func lightingIsOneColourAnImage() throws {
        let count = 4000
        let flat = try Dataset(
            name: "flat", itemShape: [2, 1, 3], features: (0..<6 * count).map { $0 % 6 < 3 ? 100 : 160 }, labels: Array(repeating: 0, count: count),
            classNames: ["0"])
        let lit = try Self.apply("lighting:0.1", flat).map(Double.init)
        let expected = [
            0.2175 * 0.2175 * 0.5675 * 0.5675 + 0.0188 * 0.0188 * 0.7192 * 0.7192 + 0.0045 * 0.0045 * 0.4009 * 0.4009,
            0.2175 * 0.2175 * 0.5808 * 0.5808 + 0.0188 * 0.0188 * 0.0045 * 0.0045 + 0.0045 * 0.0045 * 0.8140 * 0.8140,
            0.2175 * 0.2175 * 0.5836 * 0.5836 + 0.0188 * 0.0188 * 0.6948 * 0.6948 + 0.0045 * 0.0045 * 0.4203 * 0.4203,
        ]
        for c in 0..<3 {
            let shifts = (0..<count).map { lit[$0 * 6 + c] - 100 }
            #expect((0..<count).allSatisfy { lit[$0 * 6 + 3 + c] - 160 == shifts[$0] })
            let mean = shifts.reduce(0, +) / Double(count)
            let variance = shifts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            // Bytes are whole numbers, which adds 1/12; five standard errors of a mean and of a variance.
            let wanted = 25.5 * 25.5 * expected[c] + 1.0 / 12
            #expect(abs(mean) < 5 * (wanted / Double(count)).squareRoot())
            #expect(abs(variance / wanted - 1) < 5 * (2 / Double(count)).squareRoot())
        }
        // Channels darken and brighten together.
        #expect((0..<count).count { (lit[$0 * 6] - 100) * (lit[$0 * 6 + 1] - 100) < 0 } < count / 20)
    }

    @Test func resizedCropOfAConstantIsTheConstant() throws {
        let flat = try Dataset(
            name: "flat", itemShape: [9, 7, 3], features: (0..<189 * 30).map { [10, 200, 77][$0 % 3] }, labels: Array(repeating: 0, count: 30),
            classNames: ["0"])
        #expect(try Self.apply("random-resized-crop", flat) == flat.features)
    }

    @Test func subPixelShiftIsAWeightedMeanOfNeighbours() throws {
        let data = try Self.images(40)
        let moved = try Self.apply("warp:0.5", data)
        for item in 0..<40 {
            for y in 1..<4 {
                for x in 1..<3 {
                    var around: [UInt8] = []
                    for dy in -1...1 {
                        for dx in -1...1 { around.append(data.features[item * 20 + (y + dy) * 4 + x + dx]) }
                    }
                    let value = moved[item * 20 + y * 4 + x]
                    #expect(around.min()! <= value && value <= around.max()!)
                }
            }
        }
        #expect(moved != data.features)
    }

    @Test func turningKeepsTheMiddle() throws {
        // At any angle a constant image stays constant inside its inscribed circle.
        let flat = try Dataset(
            name: "flat", itemShape: [5, 5], features: Array(repeating: 200, count: 250), labels: Array(repeating: 0, count: 10), classNames: ["0"])
        let turned = try Self.apply("warp:0:90", flat, seed: 3)
        for item in 0..<10 {
            for (y, x) in [(2, 2), (1, 2), (3, 2), (2, 1), (2, 3)] { #expect(turned[item * 25 + y * 5 + x] == 200) }
        }
    }

    @Test func hugeShiftLeavesNothing() throws {
        #expect(try Self.apply("warp:1000", Self.images(50), seed: 1).count { $0 != 0 } < 40)
        #expect(try Self.apply("pad-crop:1000", Self.images(50), seed: 1).count { $0 != 0 } < 40)
    }
}

@Suite struct StreamedDatasetTests {
    /// Item i is i, i + 1, i + 2, …; item 13 is damaged.
    struct Counting: ItemSource {
        func read(
            _ item: Int, region: (@Sendable (Int, Int) -> ImageRegion)?, into target: UnsafeMutableBufferPointer<UInt8>
        ) throws(DatasetError) {
            if item == 13 { throw DatasetError("item13", .empty) }
            for i in target.indices { target[i] = UInt8(truncatingIfNeeded: item + i) }
        }
    }

    @Test func itemsAreReadWhenWanted() throws {
        let data = try Dataset(name: "counting", itemShape: [2, 2], source: Counting(), labels: (0..<20).map { $0 % 2 }, classNames: ["even", "odd"])
        #expect(data.isStreamed && data.count == 20)
        let some = data.selecting([5, 2, 19]).selecting([2, 0])
        #expect(some.isStreamed && some.labels == [1, 1])
        let loaded = try some.loaded(parallel: Parallel(threads: 2))
        #expect(!loaded.isStreamed && loaded.features == [19, 20, 21, 22, 5, 6, 7, 8] && loaded.labels == [1, 1])
        #expect(throws: DatasetError("item13", .empty)) { try data.loaded(parallel: Parallel(threads: 4)) }
        #expect(try data.prefix(13).loaded().count == 13)
        let pipeline = try #require(AugmentationPipeline("flip"))
        let direct = pipeline.apply(try data.prefix(10).loaded(), ids: 0..<10, epoch: 1, seed: 2)
        #expect(try pipeline.load(data, ids: 0..<10, epoch: 1, seed: 2).features == direct.features)
    }
}
