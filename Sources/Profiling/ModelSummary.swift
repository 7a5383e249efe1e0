public import BinaryNN
public import BitCore

/// Counts of a model, layer by layer and in total: what a summary table prints. Bytes are what the layer's tables take in a model file, the file's
/// header not included.
public struct ModelSummary: Codable, Sendable, Hashable {
    public struct Layer: Codable, Sendable, Hashable {
        public var name: String
        /// `BinaryDense`, `threshold`, …
        public var kind: String
        /// Bits of one element of its first input.
        public var inputBits: Int
        /// Shape of one item.
        public var outputShape: Shape
        /// Number of parameters by their width in bits: `"1"`, `"32"`.
        public var parameters: [String: Int]
        public var bytes: Int
        public var operations: OperationCounts

        public init(
            name: String, kind: String, inputBits: Int, outputShape: Shape, parameters: [String: Int], bytes: Int, operations: OperationCounts
        ) {
            (self.name, self.kind, self.inputBits, self.outputShape) = (name, kind, inputBits, outputShape)
            (self.parameters, self.bytes, self.operations) = (parameters, bytes, operations)
        }
    }

    public struct Totals: Codable, Sendable, Hashable {
        public var parameters: [String: Int]
        public var parameterCount: Int
        /// The sum over the layers.
        public var bytes: Int
        /// The same parameters as Float32.
        public var float32Bytes: Int
        /// float32Bytes / bytes.
        public var compression: Double
        public var operations: OperationCounts
        /// Share of the multiply-accumulates that are sign times sign.
        public var binaryShare: Double
        /// Size that the file should have, header included, where the header is known.
        public var predictedFileBytes: Int?
        /// Size of the file, where there is one.
        public var fileBytes: Int?
    }

    public var model: String
    public var layers: [Layer]
    public var totals: Totals

    public init(model: String, layers: [Layer], predictedFileBytes: Int? = nil, fileBytes: Int? = nil) {
        self.model = model
        self.layers = layers
        var parameters: [String: Int] = [:]
        var operations = OperationCounts()
        for layer in layers {
            parameters.merge(layer.parameters, uniquingKeysWith: +)
            operations = operations + layer.operations
        }
        let bytes = layers.reduce(0) { $0 + $1.bytes }
        let count = parameters.values.reduce(0, +)
        totals = Totals(
            parameters: parameters, parameterCount: count, bytes: bytes, float32Bytes: 4 * count,
            compression: bytes > 0 ? Double(4 * count) / Double(bytes) : 1, operations: operations,
            binaryShare: operations.totalMACs > 0 ? Double(operations.binaryMACs) / Double(operations.totalMACs) : 0,
            predictedFileBytes: predictedFileBytes, fileBytes: fileBytes)
    }
}
