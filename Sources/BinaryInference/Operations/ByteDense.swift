internal import BitCore

/// bytes → sums z[j] = Σ_k w[j][k]·q[k].
struct ByteDenseRules: OperationRules {
    static let identifier = "byteDense"
    let kernel: PackedTensor
    var arity: Int { 1 }

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .bytes, node)
        let depth = try expect(kernel, over: inputs[0], node)
        // 255·K must fit Int32 and leave Int32.max, the threshold that is never reached, out of reach.
        let bound = 255 * depth
        guard bound < Int(Int32.max) else { throw .overflow(node: node, bound: bound, limit: Int(Int32.max)) }
        return .integers([kernel.shape[0]], -bound...bound)
    }

    func reference(_ inputs: [ReferenceValue]) -> ReferenceValue { .integers(kernel.referenceProduct(inputs[0].numbers)) }
}
