internal import BitCore

/// bits, bits → bits: +1 where both signs agree, the product of the two.
struct XnorRules: OperationRules {
    static let identifier = "xnor"
    var arity: ClosedRange<Int> { 2...2 }

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType { try expectTwinBits(inputs, node) }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        .bits(zip(inputs[0].numbers, inputs[1].numbers).map { $0 * $1 > 0 })
    }

    func executor(_ types: [ValueType]) -> any Executor { BitLogicExecutor(joins: { $0.xnor($1, $2) }) }

    func encode(into node: inout NodeEncoder) {}

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation { .xnor }
}

/// bits, bits → bits: +1 where either sign is, the larger of the two.
struct OrRules: OperationRules {
    static let identifier = "or"
    var arity: ClosedRange<Int> { 2...2 }

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType { try expectTwinBits(inputs, node) }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        .bits(zip(inputs[0].numbers, inputs[1].numbers).map { max($0, $1) > 0 })
    }

    func executor(_ types: [ValueType]) -> any Executor { BitLogicExecutor(joins: { $0.or($1, $2) }) }

    func encode(into node: inout NodeEncoder) {}

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation { .or }
}

/// bits, bits → bits: their columns (channels) in turn, out[2c] = x[c] and out[2c + 1] = y[c].
struct InterleaveRules: OperationRules {
    static let identifier = "interleave"
    var arity: ClosedRange<Int> { 2...2 }

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        let shape = try expectTwinBits(inputs, node).shape
        let extents = shape.dimensions.dropLast() + [2 * shape.columns]
        guard shape.rank >= 1, 2 * shape.count <= InferenceModel.valueLimit else { throw .imageSize(node: node) }
        return .bits(Shape(Array(extents)))
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        .bits(zip(inputs[0].numbers, inputs[1].numbers).flatMap { [$0 > 0, $1 > 0] })
    }

    func executor(_ types: [ValueType]) -> any Executor { BitLogicExecutor(joins: { $0.interleaved(with: $1, $2) }) }

    func encode(into node: inout NodeEncoder) {}

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation { .interleave }
}

/// A word of signs at a time.
struct BitLogicExecutor: Executor {
    let joins: @Sendable (PackedTensor, PackedTensor, Parallel) -> PackedTensor

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue { .bits(joins(inputs[0].bits, inputs[1].bits, engine.parallel)) }
}

extension OperationRules {
    /// Two values of bits of one shape.
    fileprivate func expectTwinBits(_ inputs: [ValueType], _ node: String) throws(ModelError) -> ValueType {
        for input in inputs { try expect(input, .bits, node) }
        guard inputs[0].shape == inputs[1].shape else { throw .shape(node: node, expected: inputs[0].shape, found: inputs[1].shape) }
        return inputs[0]
    }
}
