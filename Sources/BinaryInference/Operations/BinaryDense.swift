internal import BitCore

/// bits → sums z[j] = Σ_k w[j][k]·x[k].
struct BinaryDenseRules: OperationRules {
    static let identifier = "binaryDense"
    let kernel: PackedTensor

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .bits, node)
        // Rows of an image of signs start on words; a vector of them has one row.
        guard inputs[0].shape.rows == 1 else { throw .notAVector(node: node, inputs[0].shape) }
        let depth = try expect(kernel, over: inputs[0], node)
        // The kernels also give these sums as floats, which are exact below 2^24.
        guard depth < 1 << 24 else { throw .overflow(node: node, bound: depth, limit: 1 << 24) }
        return .integers([kernel.shape[0]], -depth...depth)
    }

    func products(_ inputs: [ValueType]) -> Int { kernel.shape.count }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue { .integers(kernel.referenceProduct(inputs[0].numbers)) }

    func executor(_ types: [ValueType]) -> any Executor { BinaryDenseExecutor(panels: BinaryPanels(kernel)) }

    func encode(into node: inout NodeEncoder) { node.add(kernel: kernel) }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        .binaryDense(kernel: try node.kernel())
    }
}

struct BinaryDenseExecutor: Executor {
    let panels: BinaryPanels

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        .integers([Int32](count: rows * panels.outputs) { engine.kernels.product(inputs[0].bits, panels, into: $0) })
    }
}

/// A binary product and the threshold behind it: bits in, bits out.
struct BinaryDenseThresholdExecutor: Executor {
    let panels: BinaryPanels
    let thresholds: [Int32]

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        .bits(engine.kernels.product(inputs[0].bits, panels, thresholds: thresholds))
    }
}
