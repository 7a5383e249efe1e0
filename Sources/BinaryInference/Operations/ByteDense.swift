internal import BitCore

/// bytes → sums z[j] = Σ_k w[j][k]·q[k].
struct ByteDenseRules: OperationRules {
    static let identifier = "byteDense"
    let kernel: PackedTensor

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .bytes, node)
        let depth = try expect(kernel, over: inputs[0], node)
        // 255·K must fit Int32 and leave Int32.max, the threshold that is never reached, out of reach.
        let bound = 255 * depth
        guard bound < Int(Int32.max) else { throw .overflow(node: node, bound: bound, limit: Int(Int32.max)) }
        return .integers([kernel.shape[0]], -bound...bound)
    }

    func products(_ inputs: [ValueType]) -> Int { kernel.shape.count }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue { .integers(kernel.referenceProduct(inputs[0].numbers)) }

    func executor(_ types: [ValueType]) -> any Executor { ByteDenseExecutor(panels: BytePanels(kernel)) }

    func encode(into node: inout NodeEncoder) { node.add(kernel: kernel) }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        .byteDense(kernel: try node.kernel())
    }
}

struct ByteDenseExecutor: Executor {
    let panels: BytePanels

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        .integers([Int32](count: rows * panels.outputs) { engine.kernels.product(bytes: inputs[0].bytes, rows: rows, panels, into: $0) })
    }
}
