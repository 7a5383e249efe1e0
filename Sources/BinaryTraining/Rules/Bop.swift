public import BinaryNN
public import BitCore

/// Bop (Helwegen et al., NeurIPS 2019, arXiv 1906.02107): m ← (1−γ)m + γg, and the sign w flips where w·m > τ. No latent weights: the
/// parameter is bits and nothing else.
public struct Bop: UpdateRule {
    /// γ, the adaptivity: how fast the moving average follows the gradient.
    public var gamma: Schedule
    /// τ, how strong a consistent gradient must be for a flip.
    public var threshold: Schedule

    public init(gamma: Schedule = 1e-4, threshold: Schedule = 1e-8) {
        self.gamma = gamma
        self.threshold = threshold
    }

    public var name: String { "bop" }
    public var encodings: Set<ParameterEncoding> { [.binary] }
    public var slotNames: [String] { ["m"] }
    public var schedules: [String: Schedule] { ["gamma": gamma, "threshold": threshold] }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        state.flip(id, of: &parameters, gradients) { signs, g, m, _ in
            context.kernels.bop(
                signs, gradients: g, m: m, gamma: Float(gamma.value(at: clock)), threshold: Float(threshold.value(at: clock)),
                parallel: context.parallel)
        }
    }

    /// |m| ≤ τ: weights that would not flip whatever their sign.
    public func countBelowThreshold(
        _ id: ParameterID, of parameters: ParameterStore, _ state: RuleState, _ clock: TrainingClock, _ context: ExecutionContext
    ) -> Int? {
        state.slots[0].withUnsafeBufferPointer {
            context.kernels.count($0, within: Float(threshold.value(at: clock)), parallel: context.parallel)
        }
    }
}
