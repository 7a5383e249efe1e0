internal import BinaryNN
internal import BitCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// How a gradient becomes a step of a real number: what SGD, momentum and Adam do, and what BinaryConnect and ProxQuant do inside.
public enum Descent: Sendable, Hashable {
    /// w ← w − ηg.
    case plain
    /// v ← μv + g, w ← w − ηv; with `nesterov` w ← w − η(g + μv).
    case momentum(Schedule, nesterov: Bool)
    /// Kingma & Ba 2015.
    case adam(beta1: Schedule, beta2: Schedule, epsilon: Schedule)

    public static let adam = Descent.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)

    public var slotNames: [String] {
        switch self {
        case .plain: []
        case .momentum: ["v"]
        case .adam: ["m", "v"]
        }
    }

    public var numberNames: [String] {
        if case .adam = self { ["correction1", "correction2"] } else { [] }
    }

    public var schedules: [String: Schedule] {
        switch self {
        case .plain: [:]
        case .momentum(let momentum, _): ["momentum": momentum]
        case .adam(let beta1, let beta2, let epsilon): ["beta1": beta1, "beta2": beta2, "epsilon": epsilon]
        }
    }

    /// One step of rate η in place.
    /// - Parameter clip: bound of the weights after the step; 0 for none.
    func step(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, rate: Double, clip: Double,
        _ decay: WeightDecay, _ clock: TrainingClock, _ context: ExecutionContext
    ) -> UpdateOutcome {
        let (l2, keep) = decay.terms(parameters.spec(id).encoding, rate: rate, clock)
        let (kernels, parallel) = (context.kernels, context.parallel)
        switch self {
        case .plain:
            let step = DescentStep(rate: Float(rate), clip: Float(clip), l2: l2, keep: keep)
            return state.step(id, of: &parameters, gradients) { w, g, _, _ in kernels.descend(weights: w, gradients: g, step, parallel: parallel) }
        case .momentum(let momentum, let nesterov):
            let step = DescentStep(
                rate: Float(rate), momentum: Float(momentum.value(at: clock)), nesterov: nesterov, clip: Float(clip), l2: l2, keep: keep)
            return state.step(id, of: &parameters, gradients) { w, g, v, _ in
                kernels.momentum(weights: w, gradients: g, velocity: v, step, parallel: parallel)
            }
        case .adam(let beta1, let beta2, let epsilon):
            let correction1 = BiasCorrection.advance(&state.numbers[0], beta1, clock)
            let correction2 = BiasCorrection.advance(&state.numbers[1], beta2, clock).squareRoot()
            // η·m̂/(√v̂ + ε) = (η·c₂/c₁)·m/(√v + ε·c₂)
            let step = AdamStep(
                rate: Float(rate * correction2 / correction1), beta1: Float(beta1.value(at: clock)), beta2: Float(beta2.value(at: clock)),
                epsilon: Float(epsilon.value(at: clock) * correction2), clip: Float(clip), l2: l2, keep: keep)
            return state.step(id, of: &parameters, gradients) { w, g, m, v in
                kernels.adam(weights: w, gradients: g, m: m, v: v, step, parallel: parallel)
            }
        }
    }
}

/// 1 − ∏βᵢ over the steps so far: the weight that a moving average m ← βm + (1−β)g that began at 0 gives to all gradients together, by which
/// it is divided to be an average. Under a schedule the product is the exact one, ∏βᵢ and not βᵗ.
///
/// c ← c + (1−β)(1−c) is kept rather than the product: it does not cancel where β is 1 − 10⁻⁷ and c as small.
enum BiasCorrection {
    /// Takes `correction` one step on and returns what the step divides by.
    static func advance(_ correction: inout Double, _ beta: Schedule, _ clock: TrainingClock) -> Double {
        let value = beta.value(at: clock)
        correction += (1 - value) * (1 - correction)
        // For a constant the closed form has one rounding, the product one a step.
        if case .constant(let beta) = beta { return 1 - pow(beta, Double(clock.step + 1)) }
        return correction
    }

    /// The same for an average written m ← m + γ(g−m).
    static func advance(_ correction: inout Double, gamma: Double) -> Double {
        correction += gamma * (1 - correction)
        return correction
    }
}
