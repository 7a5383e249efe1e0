public import BinaryNN
public import BitCore

/// signSGD (Bernstein et al., ICML 2018, arXiv 1802.04434) on reals and latent weights: w ← w − η·sgn(g), where sgn(0) = 0: a weight without
/// gradient rests, so units that are dead do not drift. No state. Latent weights are clipped to [−clip, clip].
public struct SignSGD: UpdateRule {
    public var learningRate: Schedule
    /// Bound of latent weights; reals are not clipped.
    public var clip: Schedule
    public var decay: WeightDecay

    public init(learningRate: Schedule = 1e-3, clip: Schedule = 1.0, decay: WeightDecay = .none) {
        self.learningRate = learningRate
        self.clip = clip
        self.decay = decay
    }

    public var name: String { "signsgd" }
    public var encodings: Set<ParameterEncoding> { [.real, .latentBinary] }
    public var slotNames: [String] { [] }
    public var schedules: [String: Schedule] { ["learningRate": learningRate].merging(decay.schedules) { own, _ in own } }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        let (rate, encoding) = (learningRate.value(at: clock), parameters.spec(id).encoding)
        let (l2, keep) = decay.terms(encoding, rate: rate, clock)
        let step = SignStep(rate: Float(rate), clip: encoding == .latentBinary ? Float(clip.value(at: clock)) : 0, l2: l2, keep: keep)
        return state.step(id, of: &parameters, gradients) { w, g, _, _ in
            context.kernels.signDescend(weights: w, gradients: g, step, parallel: context.parallel)
        }
    }
}
