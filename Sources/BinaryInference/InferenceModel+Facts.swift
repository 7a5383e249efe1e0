public import BitCore

extension InferenceModel {
    /// What one node reads, makes and stores: a row of a summary.
    public struct LayerFacts: Sendable, Hashable, Codable {
        public let name: String
        public let operation: String
        /// Bits that an element of its input takes: 8 for bytes, 1 for signs, 32 for sums and reals.
        public let inputBits: Int
        public let outputBits: Int
        /// Shape of one item of its result.
        public let outputShape: Shape
        /// Weights of one bit, and choices of a pool.
        public let binaryWeights: Int
        /// Integers of 32 bits: thresholds, scales and biases.
        public let integerParameters: Int
        /// Float32 numbers: real weights, and the tables of operations on reals.
        public let realParameters: Int
        /// Bytes that its arrays take in the model file, padding of rows included.
        public let bytes: Int
        /// Products of a weight and an input, for one item.
        public let products: Int

        /// Bits of all parameters, without padding.
        public var parameterBits: Int { binaryWeights + 32 * (integerParameters + realParameters) }
    }

    /// Sums over the layers, and the size of the file.
    public struct Totals: Sendable, Hashable, Codable {
        public let binaryWeights: Int
        public let integerParameters: Int
        public let realParameters: Int
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
            let (weights, integers, reals, bytes) = node.operation.storage
            let inputs = node.inputs.map { types[$0] }
            return LayerFacts(
                name: node.name, operation: node.operation.identifier, inputBits: inputs[0].elementBits,
                outputBits: types[index + 1].elementBits, outputShape: types[index + 1].shape, binaryWeights: weights,
                integerParameters: integers, realParameters: reals, bytes: bytes, products: node.operation.rules.products(inputs))
        }
    }

    public var totals: Totals {
        let facts = layerFacts
        func sum(_ value: (LayerFacts) -> Int) -> Int { facts.reduce(0) { $0 + value($1) } }
        let (weights, integers, reals) = (sum(\.binaryWeights), sum(\.integerParameters), sum(\.realParameters))
        return Totals(
            binaryWeights: weights, integerParameters: integers, realParameters: reals, arrayBytes: sum(\.bytes), fileBytes: encodedCount,
            float32Bytes: 4 * (weights + integers + reals), products: sum(\.products))
    }
}

extension InferenceModel.Operation {
    /// Weights of one bit, 32-bit integers, Float32 numbers, and bytes of the arrays that hold them.
    fileprivate var storage: (weights: Int, integers: Int, reals: Int, bytes: Int) {
        func integers(_ count: Int) -> (Int, Int, Int, Int) { (0, count, 0, 4 * count) }
        func reals(_ count: Int) -> (Int, Int, Int, Int) { (0, 0, count, 4 * count) }
        if let kernel { return (kernel.shape.count, 0, 0, 8 * kernel.wordCount) }
        return switch self {
        case .flip(let any), .bitPool(_, let any): (any.shape.count, 0, 0, 8 * any.wordCount)
        case .threshold(let thresholds), .multiThreshold(let thresholds): integers(thresholds.count)
        case .scores(let scale, let bias, _): integers(scale.count + bias.count)
        case .affine(let scale, let bias): reals(scale.count + bias.count)
        case .realConvolution(let kernel, _), .realDense(let kernel): reals(kernel.count)
        case .rectify(let slope, let shift, let offset): reals(slope.count + shift.count + offset.count)
        case .realThreshold(let thresholds): reals(thresholds.count)
        default: (0, 0, 0, 0)
        }
    }
}
