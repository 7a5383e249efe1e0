/// A sliding window of taps: convolution and pooling.
public struct Window: Hashable, Sendable, Codable {
    /// Taps down and across.
    public var height: Int
    public var width: Int
    /// Pixels from one position of the window to the next, in both directions.
    public var stride: Int
    /// Pixels from one tap to the next, in both directions.
    public var dilation: Int

    public init(_ height: Int, _ width: Int, stride: Int = 1, dilation: Int = 1) {
        self.height = height
        self.width = width
        self.stride = stride
        self.dilation = dilation
    }

    /// A square window.
    public init(_ size: Int, stride: Int = 1, dilation: Int = 1) { self.init(size, size, stride: stride, dilation: dilation) }

    public var taps: Int { height * width }

    /// Pixels that the window covers, gaps included.
    public var reach: (height: Int, width: Int) { ((height - 1) * dilation + 1, (width - 1) * dilation + 1) }

    /// The margins with which an odd window of stride s turns n pixels into ⌈n/s⌉: half of its reach on each side. An even window has the
    /// larger half below and to the right.
    public var halfMargins: Margins {
        let (down, across) = (reach.height - 1, reach.width - 1)
        return Margins(top: down / 2, left: across / 2, bottom: down - down / 2, right: across - across / 2)
    }
}

/// Pixels that stand around an image for a window's sake.
public struct Margins: Hashable, Sendable, Codable {
    public var top: Int
    public var left: Int
    public var bottom: Int
    public var right: Int

    public init(top: Int, left: Int, bottom: Int, right: Int) {
        (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
    }

    public init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

    public static let none = Margins(0)
}
