internal import BitCore

/// reals → scores, as they are: the last node of a model whose classifier is real.
struct RealScoresRules: OperationRules {
    static let identifier = "realScores"

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .reals, node)
        return inputs[0]
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue { inputs[0] }

    func executor(_ types: [ValueType]) -> any Executor { RealScoresExecutor() }

    func encode(into node: inout NodeEncoder) {}

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation { .realScores }
}

struct RealScoresExecutor: Executor {
    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue { inputs[0] }
}
