/// Where a window stands on an image of given extents: shared by convolution and pooling, in training, lowering and inference.
///
/// Position (y, x) of the window has its tap (i, j) on the pixel (y·stride + i·dilation − top, x·stride + j·dilation − left).
public struct WindowGeometry: Hashable, Sendable, Codable {
    /// [height × width × channels] of the image.
    public let image: Shape
    public let window: Window
    public let padding: Padding
    public let margins: Margins
    /// Positions of the window, down and across.
    public let height: Int
    public let width: Int

    /// - Parameter margins: half margins when nil; none with `.valid`.
    public init(_ image: Shape, _ window: Window, _ padding: Padding, margins: Margins? = nil) throws(GeometryError) {
        guard image.rank == 3, image.count > 0 else { throw .notAnImage(image) }
        guard min(window.height, window.width, window.stride, window.dilation) > 0 else { throw .notPositive(window) }
        let limit = 1 << 20
        guard max(window.height, window.width, window.stride, window.dilation) <= limit, max(image[0], image[1]) <= 1 << 24 else {
            throw .tooLarge(window)
        }
        let margins = padding == .valid ? .none : margins ?? window.halfMargins
        for margin in [margins.top, margins.left, margins.bottom, margins.right] {
            guard (0...limit).contains(margin) else { throw .margin(margin) }
        }
        let reach = window.reach
        let (down, across) = (image[0] + margins.top + margins.bottom - reach.height, image[1] + margins.left + margins.right - reach.width)
        guard down >= 0, across >= 0 else { throw .doesNotFit(window, image) }
        self.image = image
        self.window = window
        self.padding = padding
        self.margins = margins
        height = down / window.stride + 1
        width = across / window.stride + 1
    }

    /// Positions of the window on one image.
    public var positions: Int { height * width }

    /// A window of one tap at every pixel: a convolution is then a product of matrices.
    package var readsEachPixelOnce: Bool { window.taps == 1 && window.stride == 1 && margins == .none }

    /// The row of the image that tap row `tap` reads when the window stands in row `y`; nil outside the image, which `.replicate` moves to
    /// the border.
    @inlinable public func sourceRow(_ y: Int, tap: Int) -> Int? {
        inside(y * window.stride + tap * window.dilation - margins.top, extent: image.dimensions[0])
    }

    /// The same for columns.
    @inlinable public func sourceColumn(_ x: Int, tap: Int) -> Int? {
        inside(x * window.stride + tap * window.dilation - margins.left, extent: image.dimensions[1])
    }

    @inlinable func inside(_ place: Int, extent: Int) -> Int? {
        if place >= 0 && place < extent { return place }
        return padding == .replicate ? min(max(place, 0), extent - 1) : nil
    }

    private enum CodingKeys: CodingKey { case image, window, padding, margins }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            values.decode(Shape.self, forKey: .image), values.decode(Window.self, forKey: .window),
            values.decode(Padding.self, forKey: .padding), margins: values.decode(Margins.self, forKey: .margins))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(image, forKey: .image)
        try values.encode(window, forKey: .window)
        try values.encode(padding, forKey: .padding)
        try values.encode(margins, forKey: .margins)
    }
}

/// A window, an image and groups that do not fit together.
public enum GeometryError: Error, Hashable, Sendable, CustomStringConvertible {
    case notAnImage(Shape)
    case notPositive(Window)
    case tooLarge(Window)
    case margin(Int)
    case doesNotFit(Window, Shape)
    case groups(Int, channels: Int, outputs: Int)
    case outputs(Int)

    public var description: String {
        switch self {
        case .notAnImage(let shape): "a window needs items of shape height×width×channels, none of them 0, not \(shape)"
        case .notPositive(let window):
            "a window has positive extents, stride and dilation, not \(window.height)×\(window.width), \(window.stride) and \(window.dilation)"
        case .tooLarge(let window): "a window of \(window.height)×\(window.width), stride \(window.stride), dilation \(window.dilation) is beyond any image"
        case .margin(let margin): "a margin of \(margin) pixels makes no sense"
        case .doesNotFit(let window, let shape):
            "a window of \(window.height)×\(window.width) (dilation \(window.dilation)) does not fit on items of \(shape); pad them or take a smaller window"
        case .groups(let groups, let channels, let outputs):
            "\(groups) group(s) must be positive and divide both \(channels) input channels and \(outputs) output channels"
        case .outputs(let count): "a convolution needs at least one output channel, not \(count)"
        }
    }
}
