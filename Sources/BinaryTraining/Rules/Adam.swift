public import BinaryNN
public import BitCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// Adam (Kingma & Ba 2015) on reals and latent weights: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − η·m̂/(√v̂ + ε) with
/// m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ). Latent weights are then clipped to [−clip, clip], without which they drift to where no gradient
/// turns them (BinaryConnect).
public struct Adam: UpdateRule {
    public var learningRate: Schedule
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double
    /// Bound of latent weights; reals are not clipped.
    public var clip: Double

    public init(learningRate: Schedule = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, clip: Double = 1) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.clip = clip
    }

    public var name: String { "adam" }
    public var encodings: Set<ParameterEncoding> { [.real, .latentBinary] }
    public var slotNames: [String] { ["m", "v"] }
    public var schedules: [String: Schedule] { ["learningRate": learningRate] }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        let t = Double(clock.step + 1)
        let (correction1, correction2) = (1 - pow(beta1, t), (1 - pow(beta2, t)).squareRoot())
        // η·m̂/(√v̂ + ε) = (η·c₂/c₁)·m/(√v + ε·c₂)
        let step = AdamStep(
            rate: Float(learningRate.value(at: clock) * correction2 / correction1), beta1: Float(beta1), beta2: Float(beta2),
            epsilon: Float(epsilon * correction2), clip: parameters.spec(id).encoding == .latentBinary ? Float(clip) : 0)
        return state.step(id, of: &parameters, gradients) { w, g, m, v in
            context.kernels.adam(weights: w, gradients: g, m: m, v: v, step, parallel: context.parallel)
        }
    }
}
