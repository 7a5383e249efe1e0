public import BinaryNN
public import BitCore

/// Second-order Bop (Suarez-Ramirez et al., CVPRW 2021, arXiv 2104.05124) on signs held as bits: m ← m + γ(g−m), v ← v + σ(g²−v), and the
/// sign w flips where w·r > τ, strictly, with
///
/// - biased: r = m/(√v + ε);
/// - bias-corrected: r = m̂/(√v̂ + ε), m̂ = m/(1−∏(1−γᵢ)), v̂ = v/(1−∏(1−σᵢ)), the products over all steps so far, exact under any schedules.
///
/// r does not change when all gradients are multiplied by the same number, so τ means something else than in Bop: the noise of r at rest is
/// about √(γ/2), and for a τ far below it the rule is nearly that of `SignMomentum`.
///
/// Memory between steps: 1 bit and 8 bytes (m, v) a weight.
public struct Bop2: UpdateRule {
    /// γ, how fast m follows the gradient.
    public var gamma: Schedule
    /// σ, how fast v follows the squared gradient.
    public var sigma: Schedule
    /// τ.
    public var threshold: Schedule
    /// ε.
    public var epsilon: Schedule
    public var isBiasCorrected: Bool

    /// The defaults are those of the authors' class.
    public init(
        gamma: Schedule = 1e-6, sigma: Schedule = 1e-2, threshold: Schedule = 1e-6, epsilon: Schedule = 1e-10, isBiasCorrected: Bool = true
    ) {
        self.gamma = gamma
        self.sigma = sigma
        self.threshold = threshold
        self.epsilon = epsilon
        self.isBiasCorrected = isBiasCorrected
    }

    public var name: String { isBiasCorrected ? "bop2" : "bop2-biased" }
    public var encodings: Set<ParameterEncoding> { [.binary] }
    public var slotNames: [String] { ["m", "v"] }
    public var numberNames: [String] { isBiasCorrected ? ["correction1", "correction2"] : [] }
    public var schedules: [String: Schedule] { ["gamma": gamma, "sigma": sigma, "threshold": threshold] }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        if isBiasCorrected {
            _ = BiasCorrection.advance(&state.numbers[0], gamma: gamma.value(at: clock))
            _ = BiasCorrection.advance(&state.numbers[1], gamma: sigma.value(at: clock))
        }
        let step = step(state, clock)
        return state.flip(id, of: &parameters, gradients) { signs, g, m, v in
            context.kernels.bop2(signs, gradients: g, m: m, v: v, step, parallel: context.parallel)
        }
    }

    /// |r| ≤ τ: weights that would not flip whatever their sign.
    public func countBelowThreshold(
        _ id: ParameterID, of parameters: ParameterStore, _ state: RuleState, _ clock: TrainingClock, _ context: ExecutionContext
    ) -> Int? {
        state.slots[0].withUnsafeBufferPointer { m in
            state.slots[1].withUnsafeBufferPointer { v in
                context.kernels.countRatios(m: m, v: v, within: step(state, clock), parallel: context.parallel)
            }
        }
    }

    private func step(_ state: RuleState, _ clock: TrainingClock) -> Bop2Step {
        // An average that has seen nothing, as under γ = 0, is 0 and stays 0.
        func inverse(_ correction: Double) -> Float { correction > 0 ? Float(1 / correction) : 0 }
        return Bop2Step(
            gamma: Float(gamma.value(at: clock)), sigma: Float(sigma.value(at: clock)), first: isBiasCorrected ? inverse(state.numbers[0]) : 1,
            second: isBiasCorrected ? inverse(state.numbers[1]) : 1, epsilon: Float(epsilon.value(at: clock)),
            threshold: Float(threshold.value(at: clock)))
    }
}
