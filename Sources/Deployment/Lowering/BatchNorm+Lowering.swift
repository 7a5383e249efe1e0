internal import BinaryNN
internal import BitCore

extension BatchNorm: Lowerable {
    /// Not a node: the affine goes into the threshold or the scores that follow.
    func lower(_ inputs: [LoweredValue], _ builder: inout LoweringBuilder) throws(LoweringError) -> LoweredValue {
        guard case .sums(let sums) = inputs[0] else { throw .unsupportedInput(name: builder.current, kind: kind, found: inputs[0].kind) }
        let statistics = [mean, variance, bias] + (hasScale ? [scale] : [])
        guard statistics.allSatisfy({ builder.parameters.reals($0).allSatisfy(\.isFinite) }) else { throw .notFinite(name: builder.current) }
        let affine = inferenceAffine(builder.parameters)
        guard (affine.a + affine.b).allSatisfy(\.isFinite) else { throw .notFinite(name: builder.current) }
        return .affine(sums, a: affine.a, b: affine.b, grid: affine.grid)
    }
}
