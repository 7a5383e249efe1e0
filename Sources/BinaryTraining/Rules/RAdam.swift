public import BinaryNN
public import BitCore

/// Rectified Adam (Liu et al., ICLR 2020, arXiv 1908.03265). With m and v as in Adam, ρ∞ = 2/(1−β₂) − 1 and ρ = ρ∞ − 2t·β₂ᵗ/(1−β₂ᵗ):
/// where ρ ≥ 5 the step is Adam's times r = √((ρ−4)(ρ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρ)), before that w ← w − η·m̂, since v is still too uncertain
/// to divide by, or not at all where that is not wanted. (The paper's bound is ρ > 4; its authors' code, followed here, waits for 5.) Under a schedule of β₂, βᵗ is the product.
/// Latent weights are clipped to [−clip, clip].
public struct RAdam: UpdateRule {
    public var learningRate: Schedule
    public var beta1: Schedule
    public var beta2: Schedule
    public var epsilon: Schedule
    /// Bound of latent weights; reals are not clipped.
    public var clip: Schedule
    public var decay: WeightDecay
    /// Steps along m̂ while v is too uncertain; without, weights rest until it is not ("no degeneration to SGD").
    public var degenerates: Bool

    public init(
        learningRate: Schedule = 1e-3, beta1: Schedule = 0.9, beta2: Schedule = 0.999, epsilon: Schedule = 1e-8, clip: Schedule = 1.0,
        decay: WeightDecay = .none, degenerates: Bool = true
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.clip = clip
        self.decay = decay
        self.degenerates = degenerates
    }

    public var name: String { "radam" }
    public var encodings: Set<ParameterEncoding> { [.real, .latentBinary] }
    public var slotNames: [String] { ["m", "v"] }
    public var numberNames: [String] { ["correction1", "correction2"] }
    public var schedules: [String: Schedule] { ["learningRate": learningRate].merging(decay.schedules) { own, _ in own } }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        let (rate, t) = (learningRate.value(at: clock), Double(clock.step + 1))
        let encoding = parameters.spec(id).encoding
        let (l2, keep) = decay.terms(encoding, rate: rate, clock)
        let first = BiasCorrection.advance(&state.numbers[0], beta1, clock)
        let second = BiasCorrection.advance(&state.numbers[1], beta2, clock)
        var step = AdamStep(
            rate: Float(rate / first), beta1: Float(beta1.value(at: clock)), beta2: Float(beta2.value(at: clock)), epsilon: 1, root: 0,
            clip: encoding == .latentBinary ? Float(clip.value(at: clock)) : 0, l2: l2, keep: keep)
        if let rectification = Self.rectification(beta2: beta2.value(at: clock), correction: second, t: t) {
            let root = second.squareRoot()
            step.rate = Float(rate * rectification * root / first)
            step.root = 1
            step.epsilon = Float(epsilon.value(at: clock) * root)
        } else if !degenerates {
            // m and v go on, weights rest.
            (step.rate, step.keep) = (0, 1)
        }
        return state.step(id, of: &parameters, gradients) { w, g, m, v in
            context.kernels.adam(weights: w, gradients: g, m: m, v: v, step, parallel: context.parallel)
        }
    }

    /// r of step t (from 1), nil while v is too uncertain.
    /// - Parameter correction: 1 − β₂ᵗ.
    public static func rectification(beta2: Double, correction: Double, t: Double) -> Double? {
        let limit = 2 / (1 - beta2) - 1
        let length = limit - 2 * t * (1 - correction) / correction
        guard length >= 5 else { return nil }
        return ((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)).squareRoot()
    }
}
