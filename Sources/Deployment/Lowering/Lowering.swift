public import BinaryInference
public import BinaryNN
public import BitCore

/// From a trained network to what a device runs, with the same class for every input: bits and integers, and Float32 where a layer is real.
/// Each layer kind has a file here that says what becomes of it; Documentation/Design/exactness.md says why nothing is lost.
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
        var readers = [Int](repeating: 0, count: network.nodes.count + 1)
        for node in network.nodes { for id in node.inputs { readers[id.index] += 1 } }
        var values: [LoweredValue] = [try builder.input(network.input, input)]
        for (index, node) in network.nodes.enumerated() {
            guard let layer = node.layer as? any Lowerable else {
                throw LoweringError.unsupportedLayer(name: node.name, kind: node.layer.kind)
            }
            builder.current = node.name
            var value = try layer.lower(node.inputs.map { values[$0.index] }, &builder)
            // Several readers share one node.
            if readers[index + 1] > 1, case .sums(var sums) = value {
                _ = builder.emit(&sums)
                value = .sums(sums)
            }
            values.append(value)
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

extension Lowerable {
    func unsupported(_ input: LoweredValue, _ builder: LoweringBuilder) -> LoweringError {
        .unsupportedInput(name: builder.current, kind: kind, found: input.kind)
    }
}

public enum LoweringError: Error, Hashable, CustomStringConvertible {
    case unsupportedLayer(name: String, kind: String)
    case unsupportedInput(name: String, kind: String, found: String)
    /// A padding whose value has no place among integers.
    case padding(name: String, kind: String, Padding, hint: String)
    case inputWidth(String)
    case notFinite(name: String)
    /// Sums that Float32 does not hold exactly, so that evaluation while training is not exact itself.
    case inexact(name: String, bound: Int)
    case output(found: String)

    public var description: String {
        switch self {
        case .unsupportedLayer(let name, let kind): "layer \(name) (\(kind)) has no packed form yet; export a network of binary layers"
        case .unsupportedInput(let name, let kind, let found): "layer \(name) (\(kind)) reads \(found), which has no integer form here"
        case .padding(let name, let kind, let padding, let hint): "layer \(name) (\(kind)) has no integer form with padding \(padding.rawValue); \(hint)"
        case .inputWidth(let what): "the network's input \(what)"
        case .notFinite(let name): "layer \(name) has a scale, bias or statistic that is not finite; the training run has diverged"
        case .inexact(let name, let bound): "layer \(name) reads sums up to \(bound), which 32-bit floats do not hold exactly; they must stay below 2^24"
        case .output(let found): "the network ends in \(found) where it must end in scores; end it with a Dense layer or its BatchNorm"
        }
    }
}
