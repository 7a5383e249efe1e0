internal import BitCore

/// sums or bits → sums: the sum of each window, channel by channel. With padding `.zero`, taps outside the image add nothing. An average
/// is this sum with its divisor in the thresholds or scores behind it.
struct SumPoolRules: OperationRules {
    static let identifier = "sumPool"
    let geometry: WindowGeometry

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        guard inputs[0].kind == .bits || inputs[0].kind == .integers else { throw .inputKind(node: node, expected: .integers, found: inputs[0].kind) }
        try expect(pool: geometry, on: inputs[0], [.valid, .replicate, .zero], node)
        let taps = geometry.window.taps
        // Taps are at most as many as a value has elements, and a range at most 32 bits.
        var (low, high) = (inputs[0].range.lowerBound * taps, inputs[0].range.upperBound * taps)
        if geometry.padding == .zero { (low, high) = (Swift.min(low, 0), Swift.max(high, 0)) }
        let bound = Swift.max(abs(low), abs(high))
        guard bound < Int(Int32.max) else { throw .overflow(node: node, bound: bound, limit: Int(Int32.max)) }
        return .integers(geometry.pooled, low...high)
    }

    func steps(_ inputs: [ValueType]) -> Int { geometry.pooled.count * geometry.window.taps }

    func reference(_ inputs: [ReferenceValue], _ types: [ValueType]) -> ReferenceValue {
        .integers(geometry.referencePool(inputs[0].numbers) { _, values in values.reduce(0, +) })
    }

    func executor(_ types: [ValueType]) -> any Executor { SumPoolExecutor(geometry: geometry) }

    func encode(into node: inout NodeEncoder) { node.set(geometry) }

    static func decode(from node: inout NodeDecoder) throws(ModelFileError.Fault) -> InferenceModel.Operation { .sumPool(try node.geometry()) }
}

struct SumPoolExecutor: Executor {
    let geometry: WindowGeometry

    func run(_ inputs: [BlockValue], rows: Int, on engine: ExecutorEngine) -> BlockValue {
        // The model's check bounds these sums.
        .integers(
            geometry.poolIntegers(inputs[0].signedIntegers, rows: rows, engine) { target, source in
                for c in 0..<target.count { target[c] &+= source[c] }
            })
    }
}
