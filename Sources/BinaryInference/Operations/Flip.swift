internal import BitCore

/// bits → bits: the opposite sign in channels that `flips` marks +1. A falling comparison, z ≤ t, is the opposite of z ≥ t + 1; where the
/// sums come from weights of their own, flipping those is cheaper, but sums that several layers read, or sums of pooled signs, have none.
struct FlipRules: OperationRules {
    static let identifier = "flip"
    /// One sign a column (channel).
    let flips: PackedTensor

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .bits, node)
        guard flips.shape == [1, inputs[0].shape.columns] else {
            throw .tableCount(node: node, table: "flips", expected: inputs[0].shape.columns, found: flips.shape.count)
        }
        guard flips.paddingIsZero else { throw .paddingBits(node: node) }
        return inputs[0]
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        let columns = flips.shape.columns
        return .bits(inputs[0].numbers.enumerated().map { ($1 > 0) != flips[0, $0 % columns] })
    }

    func executor(_ types: [ValueType]) -> any Executor { FlipExecutor(flips: flips.words) }

    func encode(into node: inout NodeEncoder) {
        node.set("columns", flips.shape.columns)
        node.container.add("\(node.name).flips", flips)
    }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        .flip(try node.signs("flips", shape: [1, try node.integer("columns", in: 1...InferenceModel.valueLimit)]))
    }
}

struct FlipExecutor: Executor {
    let flips: [UInt64]

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        var result = inputs[0].bits
        result.withUnsafeMutableWords { words in
            for index in words.indices { words[index] ^= flips[index % flips.count] }
        }
        return .bits(result)
    }
}
