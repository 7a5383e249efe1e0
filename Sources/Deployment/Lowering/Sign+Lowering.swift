internal import BinaryInference
internal import BinaryNN
internal import BitCore

extension Sign: Lowerable {
    /// sign(f(z)) becomes one comparison of the raw integer sum.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        switch inputs[0] {
        case .bits: inputs[0]
        case .sums(let sums): try builder.binarise(sums)
        case .bytes: throw unsupported(inputs[0], builder)
        case .reals(let id, let shape):
            .bits(id: builder.append(builder.current, .realThreshold(thresholds: Array(repeating: 0, count: shape.columns)), reading: id), shape: shape)
        }
    }
}
