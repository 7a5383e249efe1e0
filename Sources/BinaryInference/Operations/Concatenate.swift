internal import BitCore

/// bits, sums or reals, two values or more → one: side by side along the innermost extent, in the order of the inputs.
struct ConcatenateRules: OperationRules {
    static let identifier = "concatenate"
    var arity: ClosedRange<Int> { 2...InferenceModel.inputsLimit }

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        let first = inputs[0]
        guard first.kind != .bytes else { throw .inputKind(node: node, expected: .bits, found: .bytes) }
        var columns = 0
        var range = first.range
        for input in inputs {
            try expect(input, first.kind, node)
            guard input.shape.rank >= 1, input.shape.rank == first.shape.rank, input.shape.dimensions.dropLast() == first.shape.dimensions.dropLast() else {
                throw .shape(node: node, expected: first.shape, found: input.shape)
            }
            columns += input.shape.columns
            range = Swift.min(range.lowerBound, input.range.lowerBound)...Swift.max(range.upperBound, input.range.upperBound)
        }
        let extents = first.shape.dimensions.dropLast() + [columns]
        guard let count = InferenceModel.product(Array(extents)), count <= InferenceModel.valueLimit else { throw .imageSize(node: node) }
        return ValueType(kind: first.kind, shape: Shape(Array(extents)), range: range)
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        func joined<Element>(_ parts: [[Element]]) -> [Element] {
            (0..<types[0].shape.rows).flatMap { row in
                zip(parts, types).flatMap { part, type in part[row * type.shape.columns..<(row + 1) * type.shape.columns] }
            }
        }
        if types[0].kind == .reals { return .reals(joined(inputs.map(\.floats))) }
        let numbers = joined(inputs.map(\.numbers))
        return types[0].kind == .bits ? .bits(numbers.map { $0 > 0 }) : .integers(numbers)
    }

    func executor(_ types: [ValueType]) -> any Executor { ConcatenateExecutor(shapes: types.map(\.shape)) }

    func encode(into node: inout NodeEncoder) {}

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation { .concatenate }
}

struct ConcatenateExecutor: Executor {
    let shapes: [Shape]

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        let lines = rows * shapes[0].rows
        let columns = shapes.reduce(0) { $0 + $1.columns }
        if case .reals = inputs[0] {
            var result = Tensor(uninitialized: Shape(shapes[0].dimensions.dropLast() + [columns]).batched(rows))
            result.withUnsafeMutableElements { out in
                var place = 0
                for (input, shape) in zip(inputs, shapes) {
                    input.reals.withUnsafeElements { source in
                        for line in 0..<lines {
                            for c in 0..<shape.columns { out[line * columns + place + c] = source[line * shape.columns + c] }
                        }
                    }
                    place += shape.columns
                }
            }
            return .reals(result)
        }
        if case .integers = inputs[0] {
            return .integers(
                [Int32](count: lines * columns) { out in
                    var place = 0
                    for (input, shape) in zip(inputs, shapes) {
                        input.integers.withUnsafeBufferPointer { source in
                            for line in 0..<lines {
                                for c in 0..<shape.columns { out[line * columns + place + c] = source[line * shape.columns + c] }
                            }
                        }
                        place += shape.columns
                    }
                })
        }
        var result = PackedTensor(minusOnes: Shape(shapes[0].dimensions.dropLast() + [columns]).batched(rows))
        let stride = result.wordsPerRow
        result.withUnsafeMutableWords { out in
            var place = 0
            for (input, shape) in zip(inputs, shapes) {
                let words = PackedTensor.words(for: shape.columns)
                input.bits.withUnsafeWords { source in
                    for line in 0..<lines {
                        PackedTensor.copyBits(
                            from: source.baseAddress! + line * words, at: 0, to: out.baseAddress! + line * stride, at: place, count: shape.columns)
                    }
                }
                place += shape.columns
            }
        }
        return .bits(result)
    }
}
