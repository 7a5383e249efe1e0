internal import BitCore

/// reals → bits: +1 where x ≥ thresholds[column]; so sign(0) = +1 with thresholds of 0.
struct RealThresholdRules: OperationRules {
    static let identifier = "realThreshold"
    let thresholds: [Float]

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .reals, node)
        try expect(thresholds, "thresholds", columns: inputs[0].shape.columns, node)
        return .bits(inputs[0].shape)
    }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        .bits(inputs[0].floats.enumerated().map { $1 >= thresholds[$0 % thresholds.count] })
    }

    func executor(_ types: [ValueType]) -> any Executor { RealThresholdExecutor(thresholds: thresholds) }

    func encode(into node: inout NodeEncoder) { node.add("thresholds", thresholds) }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation {
        .realThreshold(thresholds: try node.floats("thresholds"))
    }
}

struct RealThresholdExecutor: Executor {
    /// x·1 is x, and the rounded x − t is at least 0 exactly where x is at least t: a difference that is not 0 never rounds to 0.
    private let ones: [Float]
    private let opposites: [Float]
    private let isSign: Bool

    init(thresholds: [Float]) {
        ones = Array(repeating: 1, count: thresholds.count)
        opposites = thresholds.map { -$0 }
        isSign = thresholds.allSatisfy { $0 == 0 }
    }

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        let x = inputs[0].reals
        if isSign { return .bits(engine.kernels.packSigns(x, parallel: engine.parallel)) }
        var signs = PackedTensor(minusOnes: x.shape)
        x.withUnsafeElements { x in
            ones.withUnsafeBufferPointer { ones in
                opposites.withUnsafeBufferPointer { opposites in
                    engine.kernels.affineSigns(
                        x, rows: x.count / ones.count, a: ones, b: opposites, into: &signs, parallel: engine.parallel)
                }
            }
        }
        return .bits(signs)
    }
}
