internal import BitCore

/// sums → bits: +1 where z[j] >= thresholds[j].
struct ThresholdRules: OperationRules {
    static let identifier = "threshold"
    let thresholds: [Int32]

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .integers, node)
        let count = inputs[0].shape.columns
        guard thresholds.count == count else {
            throw .tableCount(node: node, table: "thresholds", expected: count, found: thresholds.count)
        }
        return .bits(inputs[0].shape)
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        .bits(inputs[0].numbers.enumerated().map { $1 >= Int(thresholds[$0 % thresholds.count]) })
    }

    func executor(_ types: [ValueType]) -> any Executor { ThresholdExecutor(thresholds: thresholds, shape: types[0].shape) }

    func encode(into node: inout NodeEncoder) { node.add("thresholds", thresholds) }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        .threshold(thresholds: try node.int32s("thresholds"))
    }
}

struct ThresholdExecutor: Executor {
    let thresholds: [Int32]
    /// Of one item.
    let shape: Shape

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        inputs[0].integers.withUnsafeBufferPointer { sums in
            let bits = engine.kernels.threshold(sums, rows: rows * shape.rows, thresholds: thresholds, parallel: engine.parallel)
            return .bits(bits.reshaped(to: shape.batched(rows)))
        }
    }
}
