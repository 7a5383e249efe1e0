public import BinaryNN
public import BitCore

/// A model as configurations name it: `mlp:784-1024-1024-10`, `binarynet`, `binarynet:0.5`, `birealnet18:imagenet`,
/// `basenet:k1:imagenet`, `boolnet:0.25:k4:star`, `bigcn:16`.
public enum ModelName: Sendable, Hashable, CustomStringConvertible {
    case mlp(widths: [Int])
    /// `width` is a factor on the published widths.
    /// `form` is of Boolean networks and nil where it is the standard one.
    case convolutional(Architecture, width: Double = 1, isImageNet: Bool = false, form: BooleanForm? = nil)
    /// A network over the nodes of a graph; see `BinaryGCN`.
    case graph(hidden: Int = 16)

    /// What the names look like, for messages.
    public static let forms =
        ["mlp:INPUTS-…-CLASSES"] + Architecture.allCases.map { ([$0.rawValue] + (["WIDTH"] + words($0)).map { "[:\($0)]" }).joined() } + ["bigcn[:HIDDEN]"]

    /// The words that can stand behind an architecture, in any order, besides a factor on its widths.
    static func words(_ architecture: Architecture) -> [String] {
        BooleanForm.words(architecture) + (architecture.hasImageNetForm ? ["imagenet"] : [])
    }

    /// Widths beyond this are refused: a kernel of 2^16 × 2^16 signs takes half a gigabyte.
    public static let maximumWidth = 1 << 16

    /// Factors on published widths.
    public static let widthFactors = 0.01...8.0

    public init(_ text: String) throws(ModelNameError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts[0] == "mlp" {
            var widths: [Int] = []
            for width in parts.count == 2 ? parts[1].split(separator: "-", omittingEmptySubsequences: false) : [] {
                guard let width = Int(width), width > 0, width <= Self.maximumWidth else { throw .widths(text) }
                widths.append(width)
            }
            guard widths.count >= 2 else { throw .widths(text) }
            self = .mlp(widths: widths)
            return
        }
        if parts[0] == "bigcn" {
            guard parts.count <= 2, let hidden = parts.count == 1 ? 16 : Int(parts[1]), hidden > 0, hidden <= Self.maximumWidth else { throw .hidden(text) }
            self = .graph(hidden: hidden)
            return
        }
        guard let architecture = Architecture(rawValue: String(parts[0])) else { throw .unknown(text) }
        var (width, isImageNet) = (nil as Double?, false)
        var form = BooleanForm(architecture)
        for option in parts.dropFirst() {
            if option == "imagenet", architecture.hasImageNetForm, !isImageNet {
                isImageNet = true
            } else if form.take(option, architecture) {
                continue
            } else if width == nil, let factor = Double(option), Self.widthFactors.contains(factor) {
                width = factor
            } else {
                throw .option(text, String(option), words: Self.words(architecture))
            }
        }
        self = .convolutional(architecture, width: width ?? 1, isImageNet: isImageNet, form: form == BooleanForm(architecture) ? nil : form)
    }

    public var description: String {
        switch self {
        case .mlp(let widths): "mlp:" + widths.map(String.init).joined(separator: "-")
        case .convolutional(let architecture, let width, let isImageNet, let form):
            architecture.rawValue + (width == 1 ? "" : ":\(width)") + (form?.suffix(architecture) ?? "") + (isImageNet ? ":imagenet" : "")
        case .graph(let hidden): hidden == 16 ? "bigcn" : "bigcn:\(hidden)"
        }
    }

    /// True where items are nodes of one graph.
    public var isGraph: Bool { if case .graph = self { true } else { false } }

    /// Items and classes it takes when no data say: an mlp's own, and what the others were published for.
    public var standard: (items: Shape, classes: Int) {
        switch self {
        case .mlp(let widths): ([widths[0]], widths[widths.count - 1])
        case .convolutional(let architecture, _, let isImageNet, _): architecture.standard(isImageNet: isImageNet)
        case .graph: ([1433], 7)
        }
    }

    /// The network for items of a shape: an mlp takes them flat, the others as images, [height × width] being one channel.
    /// - Throws: `ShapeError` when the layers do not fit the items.
    public func network(items: Shape, classes: Int, input: Signal.Width, _ options: ModelOptions = ModelOptions()) throws(ShapeError) -> Network {
        switch self {
        case .mlp(let widths):
            guard widths[0] == items.count, widths[widths.count - 1] == classes else {
                throw .invalid(layer: description, what: "does not take items of \(items) to \(classes) classes")
            }
            return try MultilayerPerceptron(
                widths: widths, kernel: options.kernel, surrogate: options.surrogate ?? .straightThrough(),
                batchNormScale: options.normScale ?? true, batchNormMomentum: options.normMomentum ?? 0.9, quantizer: options.quantizer
            ).network(input: input)
        case .convolutional(let architecture, let width, let isImageNet, let form):
            let image = items.rank == 2 ? Shape(items.dimensions + [1]) : items
            guard image.rank == 3 else {
                throw .invalid(layer: description, what: "takes images, items of height×width or height×width×channels, not \(items)")
            }
            return try architecture.network(Signal(image, input), classes: classes, width: width, isImageNet: isImageNet, form: form, options)
        case .graph(let hidden):
            guard items.rank == 1, input == .sign else {
                throw .invalid(layer: description, what: "takes the nodes of a graph, signs of a row of features, not items of \(items)")
            }
            return try BinaryGCN(
                hidden: hidden, dropout: options.dropout ?? 0.4, kernel: options.kernel, quantizer: options.quantizer, scale: options.weightScale,
                hasHiddenNorm: options.hiddenNorm,
                normMomentum: options.normMomentum ?? 0.9
            ).network(features: items.count, classes: classes)
        }
    }
}

public enum ModelNameError: Error, Hashable, CustomStringConvertible {
    case unknown(String)
    case widths(String)
    case hidden(String)
    /// `words` are those that could stand there.
    case option(String, String, words: [String])

    public var description: String {
        switch self {
        case .unknown(let name): "no model is named “\(name.prefix(60))”: known are \(ModelName.forms.joined(separator: ", "))"
        case .widths(let name):
            "“\(name.prefix(60))” does not name the widths of an mlp; write them like mlp:784-1024-10, each from 1 to \(ModelName.maximumWidth)"
        case .hidden(let name): "“\(name.prefix(60))” does not name the hidden units of a bigcn; write them like bigcn:16, from 1 to \(ModelName.maximumWidth)"
        case .option(let name, let option, let words):
            "“\(option.prefix(60))” in “\(name.prefix(60))” is no factor on widths from \(ModelName.widthFactors.lowerBound) to "
                + "\(ModelName.widthFactors.upperBound)" + (words.isEmpty ? "" : " and none of \(words.joined(separator: ", "))")
        }
    }
}
