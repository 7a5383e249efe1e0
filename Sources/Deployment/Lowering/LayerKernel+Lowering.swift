internal import BinaryNN
internal import BitCore

extension LayerKernel {
    /// The weights as packed rows [outputs × depth].
    func loweredSigns(_ builder: LoweringBuilder) -> PackedTensor {
        let signs = builder.parameters.signs(weights)
        return signs.repacked(to: [signs.shape[0], signs.shape.item.count])
    }

    /// Weight scale and bias are one affine step, as the layer computes them: y = α·z + β, α = 1 and β = 0 where there is none.
    func scaled(_ sums: LoweredSums, bias: ParameterID?, _ builder: LoweringBuilder) throws(LoweringError) -> LoweredSums {
        let factors = factors(builder.parameters)
        guard factors != nil || bias != nil else { return sums }
        let a = factors ?? Array(repeating: 1, count: sums.channels)
        let b = bias.map { builder.parameters.reals($0) } ?? Array(repeating: 0, count: sums.channels)
        guard (a + b).allSatisfy(\.isFinite) else { throw .notFinite(name: builder.current) }
        var scaled = sums
        scaled.steps.append(.affine(a: a, b: b))
        return scaled
    }
}
