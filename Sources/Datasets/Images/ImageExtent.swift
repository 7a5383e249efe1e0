internal import BitCore

/// Size of an image whose bytes lie row after row, channels innermost.
public struct ImageExtent: Sendable, Hashable {
    public var height: Int
    public var width: Int
    public var channels: Int

    public init(height: Int, width: Int, channels: Int) {
        (self.height, self.width, self.channels) = (height, width, channels)
    }

    /// Bytes of such an image.
    public var count: Int { height * width * channels }

    /// Of items of this shape; nil when they are not images (height × width [× channels]).
    init?(_ shape: Shape) {
        guard (2...3).contains(shape.rank) else { return nil }
        self.init(height: shape[0], width: shape[1], channels: shape.rank == 3 ? shape[2] : 1)
    }
}

/// A rectangle of pixels within an image.
public struct ImageRegion: Sendable, Hashable {
    public var top: Int
    public var left: Int
    public var height: Int
    public var width: Int

    public init(top: Int, left: Int, height: Int, width: Int) {
        (self.top, self.left, self.height, self.width) = (top, left, height, width)
    }

    /// The middle `share` of the greatest centred square of an image.
    public static func centre(height: Int, width: Int, share: Double = 1) -> ImageRegion {
        let side = Swift.max(1, Int((Double(Swift.min(height, width)) * share).rounded()))
        return ImageRegion(top: (height - side) / 2, left: (width - side) / 2, height: side, width: side)
    }
}
