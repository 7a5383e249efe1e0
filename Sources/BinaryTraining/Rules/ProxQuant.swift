public import BinaryNN
public import BitCore

/// ProxQuant (Bai, Wang, Liberty, ICLR 2019, arXiv 1810.00861): passes see the real weights θ, the gradient is taken there, and after each
/// step of `descent` a proximal operator pulls θ towards quantised values, the harder the later: with c = η·λ and λ growing by the epoch,
///
/// - binary: θ ← s + sgn(θ−s)·max(|θ−s| − c, 0), s = sign θ, sign(0) = +1; then clipped to [−1, 1]. This is the operator of
///   c·Σ min(|θ−1|, |θ+1|).
/// - ternary: θ ← (θ + c·T(θ))/(1 + c), T(θ) one of three levels: beyond 0.7·mean |θ| the mean of that side, else 0.
///
/// From epoch `freezeEpoch` on the weights are quantised outright and stand still, while other parameters go on training. Before that the
/// kernel is real: what a network computes with the signs of θ says a trainer that is given a binary twin (`Trainer.shipped`).
public struct ProxQuant: UpdateRule {
    public enum Levels: String, Sendable, CaseIterable {
        case binary, ternary
    }

    public var levels: Levels
    public var learningRate: Schedule
    public var descent: Descent
    /// λ. The published homotopy is 10⁻⁴ times the number of whole epochs done.
    public var strength: Schedule
    /// Counted from 0: the first epoch of frozen weights. Published: 200 of 300.
    public var freezeEpoch: Int

    public init(
        levels: Levels = .binary, learningRate: Schedule = 1e-2, descent: Descent = .adam, strength: Schedule = .ramp(perEpoch: 1e-4),
        freezeEpoch: Int = 200
    ) {
        self.levels = levels
        self.learningRate = learningRate
        self.descent = descent
        self.strength = strength
        self.freezeEpoch = freezeEpoch
    }

    public var name: String { "proxquant" }
    public var encodings: Set<ParameterEncoding> { [.real] }
    public var slotNames: [String] { descent.slotNames }
    public var numberNames: [String] { descent.numberNames }
    public var schedules: [String: Schedule] { ["learningRate": learningRate, "strength": strength] }
    public var shipsSigns: Bool { levels == .binary }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        let (kernels, parallel) = (context.kernels, context.parallel)
        let freeze = freezeEpoch * clock.stepsPerEpoch
        if clock.step > freeze { return UpdateOutcome(flips: 0) }
        if clock.step == freeze {
            parameters.withMutableReals(id) { w in
                switch levels {
                case .binary: kernels.pullToSigns(w, pull: .infinity, parallel: parallel)
                case .ternary: kernels.toLevels(w, kernels.ternaryLevels(of: UnsafeBufferPointer(w), parallel: parallel), parallel: parallel)
                }
            }
            return UpdateOutcome(flips: 0)
        }
        let rate = learningRate.value(at: clock)
        let outcome = descent.step(id, of: &parameters, gradients, &state, rate: rate, clip: 0, .none, clock, context)
        let pull = Float(max(rate * strength.value(at: clock), 0))
        parameters.withMutableReals(id) { w in
            switch levels {
            case .binary: kernels.pullToSigns(w, pull: pull, clip: 1, parallel: parallel)
            case .ternary:
                kernels.pullToLevels(w, pull: pull, kernels.ternaryLevels(of: UnsafeBufferPointer(w), parallel: parallel), parallel: parallel)
            }
        }
        return outcome
    }
}
