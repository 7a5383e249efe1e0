internal import BitCore

/// bytes → bits: +1 where q >= threshold.
struct BinariseRules: OperationRules {
    static let identifier = "binarise"
    let threshold: UInt8
    var arity: Int { 1 }

    func resultType(of inputs: [ValueType], node: String) throws(ModelError) -> ValueType {
        try expect(inputs[0], .bytes, node)
        return .bits([inputs[0].shape.count])
    }

    func reference(_ inputs: [ReferenceValue]) -> ReferenceValue {
        .bits(inputs[0].numbers.map { $0 >= Int(threshold) })
    }
}
