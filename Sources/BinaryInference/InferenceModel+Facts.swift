public import BitCore

extension InferenceModel {
    /// What one node reads, makes and stores: a row of a summary.
    public struct LayerFacts: Sendable, Hashable, Codable {
        public let name: String
        public let operation: String
        /// Bits that an element of its input takes: 8 for bytes, 1 for signs, 32 for sums.
        public let inputBits: Int
        public let outputBits: Int
        /// Shape of one item of its result.
        public let outputShape: Shape
        /// Weights of one bit, and choices of a pool.
        public let binaryWeights: Int
        /// Integers of 32 bits: thresholds, scales and biases.
        public let integerParameters: Int
        /// Bytes that its arrays take in the model file, padding of rows included.
        public let bytes: Int
        /// Products of a weight and an input, for one item.
        public let products: Int

        /// Bits of all parameters, without padding.
        public var parameterBits: Int { binaryWeights + 32 * integerParameters }
    }

    /// Sums over the layers, and the size of the file.
    public struct Totals: Sendable, Hashable, Codable {
        public let binaryWeights: Int
        public let integerParameters: Int
        /// Bytes of all arrays.
        public let arrayBytes: Int
        /// Bytes of the model file: arrays, graph and header. What `write` makes has exactly this size.
        public let fileBytes: Int
        /// Bytes of a file that holds every parameter as a 32-bit float.
        public let float32Bytes: Int
        public let products: Int
    }

    /// One row a node, in order.
    public var layerFacts: [LayerFacts] {
        nodes.enumerated().map { index, node in
            let (weights, integers, bytes) = node.operation.storage
            let inputs = node.inputs.map { types[$0] }
            return LayerFacts(
                name: node.name, operation: node.operation.identifier, inputBits: inputs[0].elementBits,
                outputBits: types[index + 1].elementBits, outputShape: types[index + 1].shape, binaryWeights: weights,
                integerParameters: integers, bytes: bytes, products: node.operation.rules.products(inputs))
        }
    }

    public var totals: Totals {
        let facts = layerFacts
        func sum(_ value: (LayerFacts) -> Int) -> Int { facts.reduce(0) { $0 + value($1) } }
        let (weights, integers) = (sum(\.binaryWeights), sum(\.integerParameters))
        return Totals(
            binaryWeights: weights, integerParameters: integers, arrayBytes: sum(\.bytes), fileBytes: encodedCount,
            float32Bytes: 4 * (weights + integers), products: sum(\.products))
    }
}

extension InferenceModel.Operation {
    /// Weights of one bit, 32-bit integers, and bytes of the arrays that hold them.
    fileprivate var storage: (weights: Int, integers: Int, bytes: Int) {
        if let kernel { return (kernel.shape.count, 0, 8 * kernel.wordCount) }
        return switch self {
        case .flip(let any), .bitPool(_, let any): (any.shape.count, 0, 8 * any.wordCount)
        case .threshold(let thresholds): (0, thresholds.count, 4 * thresholds.count)
        case .scores(let scale, let bias, _): (0, scale.count + bias.count, 4 * (scale.count + bias.count))
        default: (0, 0, 0)
        }
    }
}
