internal import BitCore

/// bits → sums z[j] = Σ_k w[j][k]·x[k].
struct BinaryDenseRules: OperationRules {
    static let identifier = "binaryDense"
    let kernel: PackedTensor
    var arity: Int { 1 }

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .bits, node)
        let depth = try expect(kernel, over: inputs[0], node)
        // The kernels also give these sums as floats, which are exact below 2^24.
        guard depth < 1 << 24 else { throw .overflow(node: node, bound: depth, limit: 1 << 24) }
        return .integers([kernel.shape[0]], -depth...depth)
    }

    func reference(_ inputs: [ReferenceValue]) -> ReferenceValue { .integers(kernel.referenceProduct(inputs[0].numbers)) }

    func executor() -> any Executor { BinaryDenseExecutor(panels: BinaryPanels(kernel)) }

    func encode(into node: inout NodeEncoder) { node.add(kernel: kernel) }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        .binaryDense(kernel: try node.kernel())
    }
}

struct BinaryDenseExecutor: Executor {
    let panels: BinaryPanels

    func run(_ inputs: [BlockValue], rows: Int, kernels: Kernels) -> BlockValue {
        .integers([Int32](count: rows * panels.outputs) { kernels.product(inputs[0].bits, panels, into: $0) })
    }
}

/// A binary product and the threshold behind it: bits in, bits out.
struct BinaryDenseThresholdExecutor: Executor {
    let panels: BinaryPanels
    let thresholds: [Int32]

    func run(_ inputs: [BlockValue], rows: Int, kernels: Kernels) -> BlockValue {
        .bits(kernels.product(inputs[0].bits, panels, thresholds: thresholds))
    }
}
