internal import BitCore

/// sums + sums, or reals + reals, of one shape: two values or more. Sums are all in one unit; lowering sees to that. Reals are added in the
/// order of the inputs, each sum rounded to Float32.
struct AddRules: OperationRules {
    static let identifier = "add"
    var arity: ClosedRange<Int> { 2...InferenceModel.inputsLimit }

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        var (low, high) = (0, 0)
        let isReal = inputs[0].kind == .reals
        for input in inputs {
            try expect(input, isReal ? .reals : .integers, node)
            guard input.shape == inputs[0].shape else { throw .shape(node: node, expected: inputs[0].shape, found: input.shape) }
            if isReal { continue }
            (low, high) = (low + input.range.lowerBound, high + input.range.upperBound)
        }
        if isReal { return inputs[0] }
        let bound = Swift.max(abs(low), abs(high))
        guard bound < Int(Int32.max) else { throw .overflow(node: node, bound: bound, limit: Int(Int32.max)) }
        return .integers(inputs[0].shape, low...high)
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        if case .reals(let first) = inputs[0] {
            return .reals(inputs.dropFirst().reduce(first) { sum, next in zip(sum, next.floats).map(+) })
        }
        return .integers(inputs.dropFirst().reduce(inputs[0].numbers) { sum, next in zip(sum, next.numbers).map(+) })
    }

    func executor(_ types: [ValueType]) -> any Executor { AddExecutor() }

    func encode(into node: inout NodeEncoder) {}

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation { .add }
}

struct AddExecutor: Executor {
    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        if case .reals(var sum) = inputs[0] {
            sum.withUnsafeMutableElements { target in
                for input in inputs.dropFirst() {
                    input.reals.withUnsafeElements { engine.kernels.axpy(1, $0, into: target, parallel: engine.parallel) }
                }
            }
            return .reals(sum)
        }
        var sum = inputs[0].integers
        for input in inputs.dropFirst() {
            let other = input.integers
            // Ranges are bounded in the model's check.
            for index in sum.indices { sum[index] &+= other[index] }
        }
        return .integers(sum)
    }
}
