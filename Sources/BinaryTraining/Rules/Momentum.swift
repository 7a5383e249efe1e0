public import BinaryNN
public import BitCore

/// Gradient descent with momentum on reals and latent weights: v ← μv + g, then w ← w − ηv (heavy ball, Polyak 1964) or
/// w ← w − η(g + μv) (Nesterov's, in the form of Sutskever et al. 2013). Latent weights are clipped to [−clip, clip].
public struct Momentum: UpdateRule {
    public var learningRate: Schedule
    /// μ.
    public var momentum: Schedule
    public var nesterov: Bool
    /// Bound of latent weights; reals are not clipped.
    public var clip: Schedule
    public var decay: WeightDecay

    public init(
        learningRate: Schedule = 1e-2, momentum: Schedule = 0.9, nesterov: Bool = false, clip: Schedule = 1.0, decay: WeightDecay = .none
    ) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.clip = clip
        self.decay = decay
    }

    public var name: String { "momentum" }
    public var encodings: Set<ParameterEncoding> { [.real, .latentBinary] }
    public var slotNames: [String] { ["v"] }
    public var schedules: [String: Schedule] {
        ["learningRate": learningRate, "momentum": momentum].merging(decay.schedules) { own, _ in own }
    }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        let isLatent = parameters.spec(id).encoding == .latentBinary
        return Descent.momentum(momentum, nesterov: nesterov).step(
            id, of: &parameters, gradients, &state, rate: learningRate.value(at: clock), clip: isLatent ? clip.value(at: clock) : 0, decay, clock,
            context)
    }
}
