internal import BinaryInference
internal import BinaryNN
internal import BitCore

extension ReLU: Lowerable {
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        let source = try builder.reals(inputs[0])
        return .reals(id: builder.append(builder.current, .relu, reading: source.id), shape: source.shape)
    }
}

extension PReLU: Lowerable {
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        let source = try builder.reals(inputs[0])
        let slope = builder.parameters.reals(slope)
        let zeros = [Float](repeating: 0, count: slope.count)
        let (shift, offset) = hasShifts ? (builder.parameters.reals(shift), builder.parameters.reals(offset)) : (zeros, zeros)
        guard (slope + shift + offset).allSatisfy(\.isFinite) else { throw .notFinite(name: builder.current) }
        let operation = InferenceModel.Operation.rectify(slope: slope, shift: shift, offset: offset)
        return .reals(id: builder.append(builder.current, operation, reading: source.id), shape: source.shape)
    }
}
