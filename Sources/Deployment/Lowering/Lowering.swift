public import BinaryInference
public import BinaryNN
public import BitCore

/// From a trained network to what a device runs: bits and integers only, with the same class for every input. Each layer kind has a
/// file here that says what becomes of it; Documentation/Design/exactness.md says why nothing is lost.
public enum Lowering {
    /// How the bytes of an item reach the network.
    public struct Input: Sendable, Hashable {
        /// Shape of an item as the data has it; read row-major.
        public var shape: Shape
        /// Bytes from this value on are +1, for networks that take signs; nil for networks that take bytes.
        public var threshold: UInt8?

        public init(shape: Shape, threshold: UInt8? = nil) {
            self.shape = shape
            self.threshold = threshold
        }
    }

    /// - Throws: `LoweringError` when a layer, or the way layers are joined, has no integer form.
    public static func lower(
        _ network: Network, _ parameters: ParameterStore, input: Input, labels: [String] = [], name: String = "model",
        metadata: [String: String] = [:]
    ) throws -> InferenceModel {
        var builder = LoweringBuilder(parameters: parameters)
        var values: [LoweredValue] = [try builder.input(network.input, input)]
        for node in network.nodes {
            guard let layer = node.layer as? any Lowerable else {
                throw LoweringError.unsupportedLayer(name: node.name, kind: node.layer.kind)
            }
            builder.current = node.name
            values.append(try layer.lower(node.inputs.map { values[$0.index] }, &builder))
        }
        builder.current = "scores"
        try builder.emitScores(values[values.count - 1])
        let (zeroPoint, shift) = if case .byte(let zeroPoint, let shift) = network.input.width { (zeroPoint, shift) } else { (0, 0) }
        return try InferenceModel(
            name: name, input: .init(shape: input.shape, zeroPoint: zeroPoint, shift: shift), nodes: builder.nodes, labels: labels,
            metadata: metadata)
    }
}

/// A layer that knows its integer form.
protocol Lowerable: Layer {
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue
}

/// What a value of the network is in the lowered graph. Sums and affines are not yet nodes: whoever reads them decides their form (a
/// threshold may flip rows of the kernel), so they carry what is needed to make one.
enum LoweredValue {
    /// Bytes q that stand for (q − zeroPoint)·2^−shift, the result of node or input `id`.
    case bytes(id: Int, zeroPoint: Int, shift: Int)
    case bits(id: Int)
    case sums(LoweredSums)
    /// a·z + b of sums z, as `BatchNorm` evaluates it.
    case affine(LoweredSums, a: [Float], b: [Float], grid: ScoreGrid?)
}

/// The sums of a binary dense layer: z = (Σ w·x − zeroPoint·Σ w)·2^−shift, with x bytes or signs.
struct LoweredSums {
    /// The layer's name, which names the node.
    var name: String
    /// The value that the kernel multiplies.
    var source: Int
    var kernel: PackedTensor
    var isByte: Bool
    var zeroPoint: Int
    var shift: Int

    /// |z| in units of 2^−shift stays within this.
    var bound: Int { kernel.shape.columns * (isByte ? max(abs(zeroPoint), abs(255 - zeroPoint)) : 1) }

    /// zeroPoint·Σ w of each row: what the raw sum Σ w·x exceeds the centred one by.
    var offsets: [Int] {
        guard zeroPoint != 0 else { return Array(repeating: 0, count: kernel.shape.rows) }
        let stride = kernel.wordsPerRow
        return kernel.withUnsafeWords { words in
            (0..<kernel.shape.rows).map { row in
                let plus = words[row * stride..<(row + 1) * stride].reduce(0) { $0 + $1.nonzeroBitCount }
                return zeroPoint * (2 * plus - kernel.shape.columns)
            }
        }
    }
}

public enum LoweringError: Error, Hashable, CustomStringConvertible {
    case unsupportedLayer(name: String, kind: String)
    case unsupportedInput(name: String, kind: String, found: String)
    case inputWidth(String)
    case notFinite(name: String)
    case output(found: String)

    public var description: String {
        switch self {
        case .unsupportedLayer(let name, let kind): "layer \(name) (\(kind)) has no integer form yet; export a network of binary layers"
        case .unsupportedInput(let name, let kind, let found): "layer \(name) (\(kind)) reads \(found), which has no integer form here"
        case .inputWidth(let what): "the network's input \(what)"
        case .notFinite(let name): "layer \(name) has a scale, bias or statistic that is not finite; the training run has diverged"
        case .output(let found): "the network ends in \(found) where it must end in scores; end it with a Dense layer or its BatchNorm"
        }
    }
}
