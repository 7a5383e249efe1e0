internal import BitCore

/// Mirrors every second image, by the toss of a coin, left to right.
public struct HorizontalFlip: Sendable, Hashable {
    public init() {}
}

extension HorizontalFlip: ImageStage {
    var streamName: String { "flip" }

    func apply(
        _ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableBufferPointer<UInt8>, _ extent: ImageExtent, _ stream: inout SeededGenerator
    ) {
        guard stream.next() >> 63 == 1 else {
            target.baseAddress!.update(from: source.baseAddress!, count: extent.count)
            return
        }
        let (width, channels) = (extent.width, extent.channels)
        for y in 0..<extent.height {
            let from = source.baseAddress! + y * width * channels
            let to = target.baseAddress! + y * width * channels
            for x in 0..<width {
                for channel in 0..<channels { to[x * channels + channel] = from[(width - 1 - x) * channels + channel] }
            }
        }
    }
}
