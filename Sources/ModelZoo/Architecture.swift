public import BinaryNN
public import BitCore

/// The named convolutional architectures.
public enum Architecture: String, Sendable, Hashable, CaseIterable {
    case binaryNet = "binarynet"
    case leNet = "lenet"
    case xnorNet = "xnornet"
    case biRealNet18 = "birealnet18"
    case resNetE18 = "resnete18"
    case reActNetA = "reactnet-a"
    case baseNet = "basenet"
    case boolNet = "boolnet"

    /// Items and classes it was published for: what a summary or a benchmark without data takes.
    /// - Parameter isImageNet: the ImageNet form where there are two, for CIFAR's.
    public func standard(isImageNet: Bool) -> (items: Shape, classes: Int) {
        switch self {
        case .binaryNet: ([32, 32, 3], 10)
        case .leNet: ([28, 28, 1], 10)
        case .xnorNet, .biRealNet18, .resNetE18, .reActNetA, .baseNet, .boolNet: isImageNet ? ([224, 224, 3], 1000) : ([32, 32, 3], 10)
        }
    }

    /// True where two forms of the stem are known.
    public var hasImageNetForm: Bool {
        switch self {
        case .xnorNet, .biRealNet18, .resNetE18, .reActNetA, .baseNet, .boolNet: true
        case .binaryNet, .leNet: false
        }
    }

    /// True where feature maps are bits, in the forms of `BooleanForm`.
    public var isBoolean: Bool { self == .baseNet || self == .boolNet }

    /// - Parameters:
    ///   - input: [height × width × channels], bytes or signs.
    ///   - width: factor on the published widths of hidden layers.
    ///   - form: of Boolean networks; nil for the standard one, and for all others.
    public func network(
        _ input: Signal, classes: Int, width: Double = 1, isImageNet: Bool = false, form: BooleanForm? = nil,
        _ options: ModelOptions = ModelOptions()
    ) throws(ShapeError) -> Network {
        switch self {
        case .binaryNet: try Self.binaryNet(input, classes, width, options)
        case .leNet: try Self.leNet(input, classes, width, options)
        case .xnorNet: try Self.xnorNet(input, classes, width, isImageNet, options)
        case .biRealNet18, .resNetE18: try Self.residual18(self, input, classes, width, isImageNet, options)
        case .reActNetA: try Self.reActNetA(input, classes, width, isImageNet, options)
        case .baseNet, .boolNet: try Self.booleanNetwork(self, form ?? BooleanForm(self), input, classes, width, isImageNet, options)
        }
    }
}
