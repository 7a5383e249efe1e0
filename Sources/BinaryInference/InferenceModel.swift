public import BitCore

/// A network as a device runs it, from 8-bit inputs to class scores: on bits and integers, and on Float32 where its layers are real.
///
/// A value in the sense of the graph is numbered: value 0 is the input (bytes), and node i makes value i + 1. Nodes come in topological
/// order. A model is checked when it is made, so everything that runs or writes one relies on it: shapes agree, ids precede, no sum or
/// score can overflow, and the last node, which computes the scores, is the only output.
public struct InferenceModel: Sendable, Equatable {
    /// What the network is fed: an item of 8-bit numbers q.
    public struct Input: Sendable, Hashable {
        /// Shape of one item, for example `[784]` or `[28, 28]`; items are read row-major.
        public var shape: Shape
        /// For information: the network was trained on x = (q − zeroPoint) · 2^−shift. Lowering has folded both into thresholds and biases.
        public var zeroPoint: Int
        public var shift: Int

        public init(shape: Shape, zeroPoint: Int = 0, shift: Int = 0) {
            self.shape = shape
            self.zeroPoint = zeroPoint
            self.shift = shift
        }
    }

    /// How the first layers read the input.
    public enum InputEncoding: Sendable, Hashable {
        case bytes
        /// Bit 1 where q >= threshold.
        case binarised(threshold: UInt8)
    }

    /// An operation and the values it reads.
    public struct Node: Sendable, Equatable {
        /// Unique in the model; names the node's tables in the file and in generated code.
        public var name: String
        public var operation: Operation
        /// Ids of values: 0 is the model's input, i + 1 the result of node i.
        public var inputs: [Int]

        public init(name: String, operation: Operation, inputs: [Int]) {
            self.name = name
            self.operation = operation
            self.inputs = inputs
        }
    }

    public let name: String
    public let input: Input
    public let nodes: [Node]
    /// Names of the classes, in the order of the scores; empty, or as many as there are classes.
    public let labels: [String]
    /// Free text: where the model comes from, how it was trained.
    public let metadata: [String: String]
    /// The type of every value: of the input, then of each node's result.
    public let types: [ValueType]

    public init(
        name: String, input: Input, nodes: [Node], labels: [String] = [], metadata: [String: String] = [:]
    ) throws(ModelError) {
        types = try Self.check(input: input, nodes: nodes, labels: labels)
        self.name = name
        self.input = input
        self.nodes = nodes
        self.labels = labels
        self.metadata = metadata
    }

    /// Numbers in one input item.
    public var inputCount: Int { input.shape.count }

    /// Number of classes.
    public var classes: Int { types[types.count - 1].shape.count }

    /// True when the scores are Float32; otherwise they are integers.
    public var hasRealScores: Bool { types[types.count - 1].kind == .reals }

    /// A score s stands for the real number s · 2^exponent; 0 for scores that are real numbers themselves.
    public var scoreExponent: Int {
        if case .scores(_, _, let exponent) = nodes[nodes.count - 1].operation { exponent } else { 0 }
    }

    /// The first node that takes floating-point arithmetic; nil for a model of bits and integers only.
    public var firstRealNode: Node? { zip(nodes, types.dropFirst()).first { $0.operation.isReal || $1.kind == .reals }?.0 }

    /// `.binarised` when the input is only ever compared with one threshold.
    public var inputEncoding: InputEncoding {
        var threshold: UInt8?
        for node in nodes where node.inputs.contains(0) {
            guard case .binarise(let value) = node.operation, threshold == nil || threshold == value else { return .bytes }
            threshold = value
        }
        return threshold.map { .binarised(threshold: $0) } ?? .bytes
    }

    /// The label of a class; its number where the model has no labels.
    public func label(_ index: Int) -> String { labels.isEmpty ? String(index) : labels[index] }
}
