/// The extents of a convolution: z[y][x][o] = Σ_{i,j,c} w[o][i][j][c] · image[y·s + i·d − top][x·s + j·d − left][g·(C/groups) + c], where g is
/// the group of output o: outputs are dealt to the groups in order.
public struct ConvolutionGeometry: Hashable, Sendable, Codable {
    public let positions: WindowGeometry
    /// Output channels.
    public let outputs: Int
    public let groups: Int

    public init(_ positions: WindowGeometry, outputs: Int, groups: Int = 1) throws(GeometryError) {
        guard outputs > 0 else { throw .outputs(outputs) }
        guard groups > 0, positions.image[2] % groups == 0, outputs % groups == 0 else {
            throw .groups(groups, channels: positions.image[2], outputs: outputs)
        }
        self.positions = positions
        self.outputs = outputs
        self.groups = groups
    }

    public init(
        _ image: Shape, _ window: Window, _ padding: Padding = .valid, margins: Margins? = nil, outputs: Int, groups: Int = 1
    ) throws(GeometryError) {
        try self.init(WindowGeometry(image, window, padding, margins: margins), outputs: outputs, groups: groups)
    }

    public var image: Shape { positions.image }
    public var window: Window { positions.window }
    public var padding: Padding { positions.padding }
    public var channels: Int { image[2] }

    /// [height × width × outputs] of the result.
    public var output: Shape { Shape([positions.height, positions.width, outputs]) }

    /// OHWI: [outputs × taps down × taps across × channels of a group].
    public var kernel: Shape { Shape([outputs, window.height, window.width, channels / groups]) }

    /// Products in one sum: taps times channels of a group.
    public var depth: Int { window.taps * (channels / groups) }

    /// Multiply-accumulates of one image; taps outside the image count.
    public var multiplyAccumulates: Int { positions.positions * outputs * depth }

    private enum CodingKeys: CodingKey { case positions, outputs, groups }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            values.decode(WindowGeometry.self, forKey: .positions), outputs: values.decode(Int.self, forKey: .outputs),
            groups: values.decode(Int.self, forKey: .groups))
    }
}
