internal import BitCore

/// sums + sums, of one shape: two values or more. All of them are in one unit; lowering sees to that.
struct AddRules: OperationRules {
    static let identifier = "add"
    var arity: ClosedRange<Int> { 2...InferenceModel.inputsLimit }

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        var (low, high) = (0, 0)
        for input in inputs {
            try expect(input, .integers, node)
            guard input.shape == inputs[0].shape else { throw .shape(node: node, expected: inputs[0].shape, found: input.shape) }
            (low, high) = (low + input.range.lowerBound, high + input.range.upperBound)
        }
        let bound = Swift.max(abs(low), abs(high))
        guard bound < Int(Int32.max) else { throw .overflow(node: node, bound: bound, limit: Int(Int32.max)) }
        return .integers(inputs[0].shape, low...high)
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        .integers(inputs.dropFirst().reduce(inputs[0].numbers) { sum, next in zip(sum, next.numbers).map(+) })
    }

    func executor(_ types: [ValueType]) -> any Executor { AddExecutor() }

    func encode(into node: inout NodeEncoder) {}

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation { .add }
}

struct AddExecutor: Executor {
    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        var sum = inputs[0].integers
        for input in inputs.dropFirst() {
            let other = input.integers
            // Ranges are bounded in the model's check.
            for index in sum.indices { sum[index] &+= other[index] }
        }
        return .integers(sum)
    }
}
