public import BinaryNN
public import BitCore

/// Gradient descent on reals and latent weights, w ← w − ηg; without state. Latent weights are clipped to [−clip, clip].
public struct SGD: UpdateRule {
    public var learningRate: Schedule
    /// Bound of latent weights; reals are not clipped.
    public var clip: Schedule
    public var decay: WeightDecay

    public init(learningRate: Schedule = 1e-2, clip: Schedule = 1.0, decay: WeightDecay = .none) {
        self.learningRate = learningRate
        self.clip = clip
        self.decay = decay
    }

    public var name: String { "sgd" }
    public var encodings: Set<ParameterEncoding> { [.real, .latentBinary] }
    public var slotNames: [String] { [] }
    public var schedules: [String: Schedule] { ["learningRate": learningRate].merging(decay.schedules) { own, _ in own } }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        let isLatent = parameters.spec(id).encoding == .latentBinary
        return Descent.plain.step(
            id, of: &parameters, gradients, &state, rate: learningRate.value(at: clock), clip: isLatent ? clip.value(at: clock) : 0, decay, clock,
            context)
    }
}
