internal import BitCore

/// sums → scores s[j] = scale[j]·z[j] + bias[j].
struct ScoresRules: OperationRules {
    static let identifier = "scores"
    let scale: [Int32]
    let bias: [Int32]
    let exponent: Int

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

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        .integers(inputs[0].numbers.enumerated().map { Int(scale[$0]) * $1 + Int(bias[$0]) })
    }

    func executor(_ types: [ValueType]) -> any Executor { ScoresExecutor(scale: scale, bias: bias) }

    func encode(into node: inout NodeEncoder) {
        node.set("exponent", exponent)
        node.add("scale", scale)
        node.add("bias", bias)
    }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        .scores(scale: try node.int32s("scale"), bias: try node.int32s("bias"), exponent: try node.integer("exponent", in: -126...127))
    }
}

struct ScoresExecutor: Executor {
    let scale: [Int32]
    let bias: [Int32]

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        let z = inputs[0].integers
        let count = scale.count
        return .integers(
            [Int32](count: rows * count) { out in
                for row in 0..<rows {
                    // The model's check bounds these below 2^24.
                    for j in 0..<count { out[row * count + j] = scale[j] &* z[row * count + j] &+ bias[j] }
                }
            })
    }
}
