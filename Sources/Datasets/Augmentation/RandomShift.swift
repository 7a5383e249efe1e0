internal import BitCore

/// Moves each image by a whole number of pixels, uniform in −pixels…pixels each way; what enters at the border is 0. The shift of an
/// item depends on seed, epoch and item alone, not on batches or threads.
public struct RandomShift: Sendable, Hashable {
    public let pixels: Int

    /// - Precondition: not negative.
    public init(pixels: Int) {
        precondition(pixels >= 0, "a shift of up to \(pixels) pixels")
        self.pixels = pixels
    }

    /// - Parameter ids: the number of each item in its whole set, which names its random stream.
    /// - Precondition: items are images (height × width [× channels]); one id for each.
    public func apply(_ data: Dataset, ids: some Collection<Int>, epoch: Int, seed: UInt64) -> Dataset {
        precondition(data.itemShape.rank >= 2, "items of shape \(data.itemShape) are not images and cannot be shifted")
        precondition(ids.count == data.count, "\(ids.count) ids for \(data.count) items")
        let (height, width) = (data.itemShape[0], data.itemShape[1])
        let channels = data.featureCount / (height * width)
        let epochStream = SeededGenerator(seed: seed).split("shift").split(UInt64(epoch))
        var moved = [UInt8](repeating: 0, count: data.features.count)
        for (item, id) in ids.enumerated() {
            var stream = epochStream.split(UInt64(id))
            let dy = stream.index(below: 2 * pixels + 1) - pixels
            let dx = stream.index(below: 2 * pixels + 1) - pixels
            let columns = max(0, dx)..<max(max(0, dx), min(width, width + dx))
            for y in max(0, dy)..<max(max(0, dy), min(height, height + dy)) {
                let target = item * data.featureCount + (y * width + columns.lowerBound) * channels
                let source = item * data.featureCount + ((y - dy) * width + columns.lowerBound - dx) * channels
                let count = columns.count * channels
                moved.replaceSubrange(target..<target + count, with: data.features[source..<source + count])
            }
        }
        return data.replacing(features: moved, labels: data.labels)
    }
}
