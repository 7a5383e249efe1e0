internal import BinaryNN
internal import BitCore

extension BatchNorm: Lowerable {
    /// Behind sums not a node: the affine goes into the threshold or the scores that follow.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        let statistics = [mean, variance, bias] + (hasScale ? [scale] : [])
        guard statistics.allSatisfy({ builder.parameters.reals($0).allSatisfy(\.isFinite) }) else { throw .notFinite(name: builder.current) }
        let affine = inferenceAffine(builder.parameters)
        guard (affine.a + affine.b).allSatisfy(\.isFinite) else { throw .notFinite(name: builder.current) }
        guard case .sums(var sums) = inputs[0] else {
            return try builder.affine(try builder.reals(inputs[0]), affine.a, affine.b)
        }
        if sums.isFlat { try builder.settle(&sums, for: kind) }
        sums.steps.append(.affine(a: affine.a, b: affine.b))
        sums.grid = affine.grid
        return .sums(sums)
    }
}
