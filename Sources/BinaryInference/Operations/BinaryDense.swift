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
}
