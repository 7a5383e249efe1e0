public import BinaryNN
public import BitCore

/// Adam (Kingma & Ba 2015) on reals and latent weights: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − η·m̂/(√v̂ + ε) with
/// m̂ = m/(1−∏β₁), v̂ = v/(1−∏β₂), the products over all steps. Latent weights are then clipped to [−clip, clip], without which they drift
/// to where no gradient turns them (BinaryConnect).
public struct Adam: UpdateRule {
    public var learningRate: Schedule
    public var beta1: Schedule
    public var beta2: Schedule
    public var epsilon: Schedule
    /// Bound of latent weights; reals are not clipped.
    public var clip: Schedule
    public var decay: WeightDecay

    public init(
        learningRate: Schedule = 1e-3, beta1: Schedule = 0.9, beta2: Schedule = 0.999, epsilon: Schedule = 1e-8, clip: Schedule = 1.0,
        decay: WeightDecay = .none
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.clip = clip
        self.decay = decay
    }

    private var descent: Descent { .adam(beta1: beta1, beta2: beta2, epsilon: epsilon) }

    public var name: String { "adam" }
    public var encodings: Set<ParameterEncoding> { [.real, .latentBinary] }
    public var slotNames: [String] { descent.slotNames }
    public var numberNames: [String] { descent.numberNames }
    public var schedules: [String: Schedule] { ["learningRate": learningRate].merging(decay.schedules) { own, _ in own } }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        let isLatent = parameters.spec(id).encoding == .latentBinary
        return descent.step(
            id, of: &parameters, gradients, &state, rate: learningRate.value(at: clock), clip: isLatent ? clip.value(at: clock) : 0, decay, clock,
            context)
    }
}
