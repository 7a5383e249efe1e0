internal import BinaryNN
internal import BitCore

extension LearnedShift: Lowerable {
    /// One more affine step before the threshold.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        let bias = builder.parameters.reals(bias)
        guard bias.allSatisfy(\.isFinite) else { throw .notFinite(name: builder.current) }
        guard case .sums(var sums) = inputs[0] else {
            return try builder.affine(try builder.reals(inputs[0]), Array(repeating: 1, count: bias.count), bias)
        }
        if sums.isFlat { try builder.settle(&sums, for: kind) }
        sums.steps.append(.affine(a: Array(repeating: 1, count: bias.count), b: bias))
        sums.grid = nil
        return .sums(sums)
    }
}
