internal import BitCore

/// bits, sums or reals → the columns (channels) from `first` on, `count` of them.
struct SliceRules: OperationRules {
    static let identifier = "slice"
    let first: Int
    let count: Int

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        let shape = inputs[0].shape
        guard inputs[0].kind != .bytes else { throw .inputKind(node: node, expected: .bits, found: .bytes) }
        guard shape.rank >= 1, first >= 0, count > 0, first < shape.columns, count <= shape.columns - first else {
            throw .slice(node: node, first: first, count: count, columns: shape.columns)
        }
        return ValueType(kind: inputs[0].kind, shape: Shape(shape.dimensions.dropLast() + [count]), range: inputs[0].range)
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        let columns = types[0].shape.columns
        func chosen<Element>(_ values: [Element]) -> [Element] {
            values.enumerated().filter { (first..<first + count).contains($0.offset % columns) }.map(\.element)
        }
        if case .reals(let values) = inputs[0] { return .reals(chosen(values)) }
        let numbers = chosen(inputs[0].numbers)
        return types[0].kind == .bits ? .bits(numbers.map { $0 > 0 }) : .integers(numbers)
    }

    func executor(_ types: [ValueType]) -> any Executor { SliceExecutor(shape: types[0].shape, first: first, count: count) }

    func encode(into node: inout NodeEncoder) {
        node.set("first", first)
        node.set("count", count)
    }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        .slice(
            first: try node.integer("first", in: 0...InferenceModel.valueLimit), count: try node.integer("count", in: 1...InferenceModel.valueLimit))
    }
}

struct SliceExecutor: Executor {
    let shape: Shape
    let first: Int
    let count: Int

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        let (lines, columns) = (rows * shape.rows, shape.columns)
        if case .reals(let values) = inputs[0] {
            var result = Tensor(uninitialized: Shape(shape.dimensions.dropLast() + [count]).batched(rows))
            values.withUnsafeElements { source in
                result.withUnsafeMutableElements { out in
                    for line in 0..<lines {
                        for c in 0..<count { out[line * count + c] = source[line * columns + first + c] }
                    }
                }
            }
            return .reals(result)
        }
        if case .integers(let values) = inputs[0] {
            return .integers(
                [Int32](count: lines * count) { out in
                    values.withUnsafeBufferPointer { source in
                        for line in 0..<lines {
                            for c in 0..<count { out[line * count + c] = source[line * columns + first + c] }
                        }
                    }
                })
        }
        var result = PackedTensor(minusOnes: Shape(shape.dimensions.dropLast() + [count]).batched(rows))
        let (stride, words) = (result.wordsPerRow, PackedTensor.words(for: columns))
        inputs[0].bits.withUnsafeWords { source in
            result.withUnsafeMutableWords { out in
                for line in 0..<lines {
                    PackedTensor.copyBits(
                        from: source.baseAddress! + line * words, at: first, to: out.baseAddress! + line * stride, at: 0, count: count)
                }
            }
        }
        return .bits(result)
    }
}
