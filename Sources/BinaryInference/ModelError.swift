public import BitCore

/// Why a graph is not a valid inference model.
public enum ModelError: Error, Hashable, Sendable {
    /// An item has no elements, or more than 2^24.
    case inputShape(Shape)
    case noNodes
    /// A node's name is empty, or used twice.
    case nodeName(String)
    /// A node reads a value that is not there before it.
    case missingValue(node: String, id: Int)
    case inputCount(node: String, expected: Int, found: Int)
    case inputKind(node: String, expected: ValueType.Kind, found: ValueType.Kind)
    /// A kernel row is not as long as the item it multiplies.
    case depth(node: String, kernel: Int, input: Int)
    /// A kernel is not [outputs × inputs] with at least one of each.
    case kernelShape(node: String, Shape)
    case paddingBits(node: String)
    /// NaN or an infinity among a node's numbers.
    case notFinite(node: String, table: String)
    /// A table (thresholds, scale, bias) does not have one entry an element.
    case tableCount(node: String, table: String, expected: Int, found: Int)
    /// A result could leave its integer range.
    case overflow(node: String, bound: Int, limit: Int)
    case exponent(node: String, Int)
    /// A value that nothing reads and that is not the output.
    case unusedValue(node: String)
    /// A convolution or pool is made for images of another shape.
    case imageShape(node: String, expected: Shape, found: Shape)
    /// An image with its margins, or a result, has too many elements.
    case imageSize(node: String)
    case geometry(node: String, GeometryError)
    /// A pool with a padding that it does not know.
    case padding(node: String, Padding)
    /// Values of shapes that do not go together.
    case shape(node: String, expected: Shape, found: Shape)
    /// Columns that are not all there.
    case slice(node: String, first: Int, count: Int, columns: Int)
    /// Slices or parts that do not divide the columns.
    case split(node: String, part: Int, parts: Int, slices: Int, columns: Int)
    /// A binary dense layer reads an image of signs.
    case notAVector(node: String, Shape)
    /// One item would take too long.
    case work(node: String)
    /// The last node must be the scores.
    case outputNotScores(node: String)
    case labelCount(expected: Int, found: Int)
}

extension ModelError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .inputShape(let shape): "the input shape \(shape) must have between 1 and 2^24 elements"
        case .noNodes: "the model has no nodes"
        case .nodeName(let name): name.isEmpty ? "a node has an empty name" : "two nodes are named \"\(name)\""
        case .missingValue(let node, let id): "node \"\(node)\" reads value \(id), which does not come before it"
        case .inputCount(let node, let expected, let found): "node \"\(node)\" takes \(expected) input(s), not \(found)"
        case .inputKind(let node, let expected, let found): "node \"\(node)\" takes \(expected.rawValue), not \(found.rawValue)"
        case .depth(let node, let kernel, let input): "node \"\(node)\" has kernel rows of \(kernel) weights for \(input) inputs"
        case .kernelShape(let node, let shape): "node \"\(node)\" has a kernel of shape \(shape); it must be outputs × inputs, neither of them 0"
        case .paddingBits(let node): "node \"\(node)\" has a kernel whose padding bits are set"
        case .notFinite(let node, let table): "node \"\(node)\" has a NaN or an infinity in \(table)"
        case .tableCount(let node, let table, let expected, let found): "node \"\(node)\" needs \(expected) entries in \(table), not \(found)"
        case .overflow(let node, let bound, let limit): "node \"\(node)\" can reach \(bound) in magnitude, and must stay below \(limit)"
        case .exponent(let node, let exponent): "node \"\(node)\" has exponent \(exponent), outside -126...127"
        case .unusedValue(let node): "the result of node \"\(node)\" is never used"
        case .imageShape(let node, let expected, let found): "node \"\(node)\" is made for images of \(expected), not \(found)"
        case .imageSize(let node): "node \"\(node)\" has an image, margins included, or a result of more than 2^24 elements"
        case .geometry(let node, let error): "node \"\(node)\": \(error)"
        case .padding(let node, let padding): "node \"\(node)\" cannot be padded with \(padding.rawValue); replicate leaves out what lies outside"
        case .shape(let node, let expected, let found): "node \"\(node)\" needs a value of shape \(expected), not \(found)"
        case .slice(let node, let first, let count, let columns): "node \"\(node)\" takes \(count) columns from \(first) on, of \(columns)"
        case .split(let node, let part, let parts, let slices, let columns):
            "node \"\(node)\" takes part \(part) of \(parts) in each of \(slices) slices, of \(columns) columns"
        case .notAVector(let node, let shape): "node \"\(node)\" reads signs of shape \(shape); reshape them to a vector first"
        case .work(let node): "up to node \"\(node)\" one item would take more than 2^40 operations"
        case .outputNotScores(let node): "the last node, \"\(node)\", must compute scores"
        case .labelCount(let expected, let found): "the model has \(expected) classes but \(found) labels"
        }
    }
}
