/// A model as configurations name it: `mlp:784-1024-1024-10`.
public enum ModelName: Sendable, Hashable, CustomStringConvertible {
    case mlp(widths: [Int])

    /// What the names look like, for messages.
    public static let forms = ["mlp:INPUTS-…-CLASSES"]

    /// Widths beyond this are refused: a kernel of 2^16 × 2^16 signs takes half a gigabyte.
    public static let maximumWidth = 1 << 16

    public init(_ text: String) throws(ModelNameError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0] == "mlp" else { throw .unknown(text) }
        var widths: [Int] = []
        for width in parts.count == 2 ? parts[1].split(separator: "-", omittingEmptySubsequences: false) : [] {
            guard let width = Int(width), width > 0, width <= Self.maximumWidth else { throw .widths(text) }
            widths.append(width)
        }
        guard widths.count >= 2 else { throw .widths(text) }
        self = .mlp(widths: widths)
    }

    public var description: String {
        switch self {
        case .mlp(let widths): "mlp:" + widths.map(String.init).joined(separator: "-")
        }
    }
}

public enum ModelNameError: Error, Hashable, CustomStringConvertible {
    case unknown(String)
    case widths(String)

    public var description: String {
        switch self {
        case .unknown(let name): "no model is named “\(name.prefix(60))”: known are \(ModelName.forms.joined(separator: ", "))"
        case .widths(let name):
            "“\(name.prefix(60))” does not name the widths of an mlp; write them like mlp:784-1024-10, each from 1 to \(ModelName.maximumWidth)"
        }
    }
}
