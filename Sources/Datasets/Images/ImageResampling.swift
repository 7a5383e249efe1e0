/// Brings a region of an image to another size with a triangle filter: bilinear where it enlarges; where it shrinks, the triangle is as many
/// times wider, so that every source pixel counts (antialiased, as Pillow's BILINEAR).
///
/// Target pixel i lies at c = (i + ½)·s in the region, s = source/target; source pixel j weighs max(0, 1 − |j + ½ − c| / max(s, 1)), the weights
/// normalised to 1. Rows first, then columns; sums in Float32, rounded once at the end.
enum ImageResampling {
    /// - Precondition: the region lies in the image; both buffers have the size that the extents say.
    static func apply(
        _ source: UnsafeBufferPointer<UInt8>, _ extent: ImageExtent, _ region: ImageRegion, to target: UnsafeMutableBufferPointer<UInt8>,
        _ height: Int, _ width: Int
    ) {
        precondition(
            region.top >= 0 && region.left >= 0 && region.height > 0 && region.width > 0 && region.top + region.height <= extent.height
                && region.left + region.width <= extent.width && height > 0 && width > 0,
            "a region \(region) of an image \(extent)")
        let channels = extent.channels
        precondition(source.count >= extent.count && target.count >= height * width * channels, "buffers of \(source.count) and \(target.count) bytes")
        let columns = Taps(source: region.width, target: width)
        let rows = Taps(source: region.height, target: height)
        // Rows of the region, each brought to its new width.
        let line = width * channels
        withUnsafeTemporaryAllocation(of: Float.self, capacity: region.height * line) { narrowed in
            for y in 0..<region.height {
                let from = source.baseAddress! + ((region.top + y) * extent.width + region.left) * channels
                let to = narrowed.baseAddress! + y * line
                for x in 0..<width {
                    let taps = columns[x]
                    for channel in 0..<channels {
                        var sum: Float = 0
                        for tap in 0..<taps.count {
                            sum += columns.weights[taps.weights + tap] * Float(from[(taps.first + tap) * channels + channel])
                        }
                        to[x * channels + channel] = sum
                    }
                }
            }
            withUnsafeTemporaryAllocation(of: Float.self, capacity: line) { sums in
                for y in 0..<height {
                    let taps = rows[y]
                    for i in 0..<line { sums[i] = 0 }
                    for tap in 0..<taps.count {
                        let weight = rows.weights[taps.weights + tap]
                        let from = narrowed.baseAddress! + (taps.first + tap) * line
                        for i in 0..<line { sums[i] += weight * from[i] }
                    }
                    for i in 0..<line { target[y * line + i] = UInt8(Swift.min(255, Swift.max(0, sums[i] + 0.5))) }
                }
            }
        }
    }

    /// Which source pixels each target pixel is made of, along one axis.
    private struct Taps {
        /// The first source pixel, their number, and where their weights begin.
        private var spans: [(first: Int, count: Int, weights: Int)] = []
        private(set) var weights: [Float] = []

        init(source: Int, target: Int) {
            let scale = Double(source) / Double(target)
            let reach = Swift.max(scale, 1)
            spans.reserveCapacity(target)
            for i in 0..<target {
                let centre = (Double(i) + 0.5) * scale
                let first = Swift.max(0, Int((centre - reach + 0.5).rounded(.down)))
                let last = Swift.min(source, Swift.max(first + 1, Int((centre + reach + 0.5).rounded(.down))))
                let raw = (first..<last).map { Swift.max(0, 1 - abs(Double($0) + 0.5 - centre) / reach) }
                let sum = raw.reduce(0, +)
                spans.append((first, last - first, weights.count))
                // A sum of 0 cannot be: the centre lies within half a pixel of some pixel's centre, and reach is at least one.
                weights += raw.map { Float($0 / sum) }
            }
        }

        subscript(_ i: Int) -> (first: Int, count: Int, weights: Int) { spans[i] }
    }
}
