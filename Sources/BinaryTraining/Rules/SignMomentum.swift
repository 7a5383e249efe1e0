public import BinaryNN
public import BitCore

/// The control of second-order Bop: m ← m + γ(g−m), w ← −sign(m), and where m is 0 the weight keeps its sign. That is Bop with τ = 0, and
/// second-order Bop with τ = 0 for any σ, since r has the sign of m: it has no threshold and no second moment, so what it reaches with the
/// same γ is what those two add nothing to. (In floats r can round to 0 where m is not 0, only where |m| < 10⁻³⁸·(√v + ε).)
///
/// Memory between steps: 1 bit and 4 bytes a weight.
public struct SignMomentum: UpdateRule {
    /// γ, how fast m follows the gradient.
    public var gamma: Schedule

    /// The default is that of `Bop2`, with which it is compared.
    public init(gamma: Schedule = 1e-6) { self.gamma = gamma }

    public var name: String { "sign-m" }
    public var encodings: Set<ParameterEncoding> { [.binary] }
    public var slotNames: [String] { ["m"] }
    public var schedules: [String: Schedule] { ["gamma": gamma] }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        state.flip(id, of: &parameters, gradients) { signs, g, m, _ in
            context.kernels.momentFlips(
                signs, gradients: g, m: m, gamma: Float(gamma.value(at: clock)), threshold: 0, parallel: context.parallel)
        }
    }

    /// m = 0: weights that no gradient has reached.
    public func countBelowThreshold(
        _ id: ParameterID, of parameters: ParameterStore, _ state: RuleState, _ clock: TrainingClock, _ context: ExecutionContext
    ) -> Int? {
        state.slots[0].withUnsafeBufferPointer { context.kernels.count($0, within: 0, parallel: context.parallel) }
    }
}
