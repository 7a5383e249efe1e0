internal import BitCore

/// Pads an image with zeros on all sides and cuts a window of the old size out at a random place: it moves by a whole number of pixels, uniform in
/// −pixels…pixels each way, and what enters at the border is 0.
public struct PadCrop: Sendable, Hashable {
    public let pixels: Int

    /// - Precondition: not negative.
    public init(pixels: Int) {
        precondition(pixels >= 0, "a padding of \(pixels) pixels")
        self.pixels = pixels
    }
}

extension PadCrop: ImageStage {
    var streamName: String { "shift" }

    func apply(
        _ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableBufferPointer<UInt8>, _ extent: ImageExtent, _ stream: inout SeededGenerator
    ) {
        let dy = stream.index(below: 2 * pixels + 1) - pixels
        let dx = stream.index(below: 2 * pixels + 1) - pixels
        let (height, width, channels) = (extent.height, extent.width, extent.channels)
        target.update(repeating: 0)
        let left = max(0, dx)
        let columns = min(width, width + dx) - left
        guard columns > 0 else { return }
        let top = max(0, dy)
        for y in top..<max(top, min(height, height + dy)) {
            (target.baseAddress! + (y * width + left) * channels)
                .update(from: source.baseAddress! + ((y - dy) * width + left - dx) * channels, count: columns * channels)
        }
    }
}
