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

    /// What evaluation brings to `height` × `width`: the middle of an image in these proportions, 7/8 of it where the target has a side of 96 or more.
    static func centre(of image: ImageExtent, height: Int, width: Int) -> ImageRegion {
        let scale = Swift.min(Double(image.height) / Double(height), Double(image.width) / Double(width)) * (Swift.min(height, width) < 96 ? 1 : 7.0 / 8)
        let shown = [height, width].map { Swift.max(1, Int((Double($0) * scale).rounded())) }
        return ImageRegion(top: (image.height - shown[0]) / 2, left: (image.width - shown[1]) / 2, height: shown[0], width: shown[1])
    }
}
