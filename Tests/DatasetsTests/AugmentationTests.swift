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

    @Test(arguments: [1, 3])
    func identityChangesNothing(_ channels: Int) throws {
        let data = try Self.images(6, channels: channels)
        #expect(RandomWarp().apply(data, ids: 0..<6, epoch: 3, seed: 1).features == data.features)
        #expect(RandomShift(pixels: 0).apply(data, ids: 0..<6, epoch: 3, seed: 1).features == data.features)
    }

    @Test func whatAnItemGetsDependsOnSeedEpochAndItemAlone() throws {
        let data = try Self.images(6)
        let warp = RandomWarp(shift: 0.8, rotation: 20, zoom: 0.2)
        let all = warp.apply(data, ids: 0..<6, epoch: 2, seed: 5).features
        let last = warp.apply(data.selecting([5, 4]), ids: [5, 4], epoch: 2, seed: 5).features
        #expect(Array(last[0..<20]) == Array(all[100..<120]))
        #expect(Array(last[20..<40]) == Array(all[80..<100]))
        #expect(warp.apply(data, ids: 0..<6, epoch: 3, seed: 5).features != all)
        #expect(warp.apply(data, ids: 0..<6, epoch: 2, seed: 6).features != all)
    }

    @Test func subPixelShiftIsAWeightedMeanOfNeighbours() throws {
        let data = try Self.images(40)
        let moved = RandomWarp(shift: 0.5).apply(data, ids: 0..<40, epoch: 0, seed: 0)
        for item in 0..<40 {
            for y in 1..<4 {
                for x in 1..<3 {
                    let around = (-1...1).flatMap { dy in (-1...1).map { dx in data.features[item * 20 + (y + dy) * 4 + x + dx] } }
                    let value = moved.features[item * 20 + y * 4 + x]
                    #expect(around.min()! <= value && value <= around.max()!)
                }
            }
        }
        #expect(moved.features != data.features)
        #expect(moved.labels == data.labels)
    }

    @Test func turningKeepsTheMiddle() throws {
        // At any angle a constant image stays constant inside its inscribed circle.
        let flat = try Dataset(
            name: "flat", itemShape: [5, 5], features: Array(repeating: 200, count: 250), labels: Array(repeating: 0, count: 10), classNames: ["0"])
        let turned = RandomWarp(rotation: 90).apply(flat, ids: 0..<10, epoch: 0, seed: 3)
        for item in 0..<10 {
            for (y, x) in [(2, 2), (1, 2), (3, 2), (2, 1), (2, 3)] { #expect(turned.features[item * 25 + y * 5 + x] == 200) }
        }
    }

    @Test func hugeShiftLeavesNothing() throws {
        let data = try Self.images(50)
        let gone = RandomWarp(shift: 1e6).apply(data, ids: 0..<50, epoch: 0, seed: 1)
        #expect(gone.features.count { $0 != 0 } < 40)
    }
}
