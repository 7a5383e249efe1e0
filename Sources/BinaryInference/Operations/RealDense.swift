internal import BitCore

/// reals → reals: z[j] = Σ_k w[j][k]·x[k], k ascending from a sum of +0, each product added by a fused multiply-add in Float32.
struct RealDenseRules: OperationRules {
    static let identifier = "realDense"
    /// [outputs × inputs].
    let kernel: Tensor

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .reals, node)
        guard kernel.shape.rank == 2, kernel.shape[0] > 0, kernel.shape[1] > 0 else { throw .kernelShape(node: node, kernel.shape) }
        guard kernel.shape[1] == inputs[0].shape.count else {
            throw .depth(node: node, kernel: kernel.shape[1], input: inputs[0].shape.count)
        }
        try expect(finite: kernel.elements, "kernel", node)
        return .reals([kernel.shape[0]])
    }

    func products(_ inputs: [ValueType]) -> Int { kernel.count }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        let (x, w) = (inputs[0].floats, kernel.elements)
        return .reals(
            (0..<kernel.shape[0]).map { j in x.indices.reduce(Float(0)) { $0.addingProduct(x[$1], w[j * x.count + $1]) } })
    }

    func executor(_ types: [ValueType]) -> any Executor { RealDenseExecutor(panels: RealPanels(kernel)) }

    func encode(into node: inout NodeEncoder) { node.add("kernel", kernel) }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        .realDense(kernel: try node.matrix("kernel"))
    }
}

struct RealDenseExecutor: Executor {
    let panels: RealPanels

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        let x = inputs[0].reals
        return .reals(engine.kernels.product(x.reshaped(to: [rows, panels.depth]), panels, parallel: engine.parallel))
    }
}
