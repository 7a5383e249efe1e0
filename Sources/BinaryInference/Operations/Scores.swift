internal import BitCore

/// sums → scores s[j] = scale[j]·z[j] + bias[j].
struct ScoresRules: OperationRules {
    static let identifier = "scores"
    let scale: [Int32]
    let bias: [Int32]
    let exponent: Int
    var arity: Int { 1 }

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .integers, node)
        let count = inputs[0].shape.count
        for (table, values) in [("scale", scale), ("bias", bias)] where values.count != count {
            throw .tableCount(node: node, table: table, expected: count, found: values.count)
        }
        guard (-126...127).contains(exponent) else { throw .exponent(node: node, exponent) }
        // Both factors fit 32 bits, so the bound fits 64.
        let reach = Swift.max(inputs[0].range.lowerBound.magnitude, inputs[0].range.upperBound.magnitude)
        var bound = 0
        for j in 0..<count { bound = Swift.max(bound, Int(scale[j].magnitude) * Int(reach) + Int(bias[j].magnitude)) }
        guard bound < InferenceModel.scoreLimit else { throw .overflow(node: node, bound: bound, limit: InferenceModel.scoreLimit) }
        return .integers(inputs[0].shape, -bound...bound)
    }

    func reference(_ inputs: [ReferenceValue]) -> ReferenceValue {
        .integers(inputs[0].numbers.enumerated().map { Int(scale[$0]) * $1 + Int(bias[$0]) })
    }
}
