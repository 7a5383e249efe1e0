internal import BitCore

/// The same elements, row-major, as an item of another shape: an image before a dense layer becomes a vector, a vector of signs an image.
/// Bits move where rows change their length, since every row starts on a word.
struct ReshapeRules: OperationRules {
    static let identifier = "reshape"
    let shape: Shape

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        guard let count = InferenceModel.product(shape.dimensions), count == inputs[0].shape.count else {
            throw .shape(node: node, expected: shape, found: inputs[0].shape)
        }
        return ValueType(kind: inputs[0].kind, shape: shape, range: inputs[0].range)
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue { inputs[0] }

    func executor(_ types: [ValueType]) -> any Executor { ReshapeExecutor(shape: shape) }

    func encode(into node: inout NodeEncoder) { node.set("shape", shape.dimensions) }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        guard let shape = node.attributes.removeValue(forKey: "shape")?.integers, (1...8).contains(shape.count),
            shape.allSatisfy((1...InferenceModel.valueLimit).contains)
        else { throw .field("shape of node \"\(node.name)\"") }
        return .reshape(Shape(shape))
    }
}

struct ReshapeExecutor: Executor {
    let shape: Shape

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        switch inputs[0] {
        case .bits(let bits): .bits(bits.repacked(to: shape.batched(rows)))
        case .reals(let reals): .reals(reals.reshaped(to: shape.batched(rows)))
        case .bytes, .integers: inputs[0]
        }
    }
}
