internal import BinaryTraining

/// Rules over kernels of bits, with Adam on everything real.
extension RuleReader {
    func bop(_ settings: inout Settings) throws -> Optimizer {
        let rule = Bop(
            gamma: try settings.schedule("gamma", default: 1e-4, in: Self.unit),
            threshold: try settings.schedule("threshold", default: 1e-8, in: Self.positive))
        return try besideBits(rule, &settings)
    }

    func bop2(_ settings: inout Settings, isBiasCorrected: Bool) throws -> Optimizer {
        let rule = Bop2(
            gamma: try settings.schedule("gamma", default: 1e-6, in: Self.unit), sigma: try settings.schedule("sigma", default: 1e-2, in: Self.unit),
            threshold: try settings.schedule("threshold", default: 1e-6, in: Self.positive),
            epsilon: try settings.schedule("bop-epsilon", default: 1e-10, in: Self.unit), isBiasCorrected: isBiasCorrected)
        return try besideBits(rule, &settings)
    }

    func signMomentum(_ settings: inout Settings) throws -> Optimizer {
        try besideBits(SignMomentum(gamma: try settings.schedule("gamma", default: 1e-6, in: Self.unit)), &settings)
    }

    func booleanAccumulator(_ settings: inout Settings) throws -> Optimizer {
        try besideBits(BooleanAccumulator(rate: try settings.schedule("rate", default: 100.0, in: Self.positive)), &settings)
    }
}
