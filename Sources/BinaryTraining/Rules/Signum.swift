public import BinaryNN
public import BitCore

/// Signum (Bernstein et al., ICML 2018, arXiv 1802.04434), signSGD with momentum, on reals and latent weights: m ← βm + (1−β)g,
/// w ← w − η·sgn(m), sgn(0) = 0. Latent weights are clipped to [−clip, clip].
///
/// Several workers agree by majority (Bernstein et al., ICLR 2019, arXiv 1810.05291): each sends one bit a weight (`vote`), the majority of
/// the bits is taken (`Kernels.majority`), and all apply the same step (`apply`). A bit has no 0: there a momentum of 0 counts as +1.
public struct Signum: UpdateRule {
    public var learningRate: Schedule
    /// β.
    public var momentum: Schedule
    /// Bound of latent weights; reals are not clipped.
    public var clip: Schedule
    public var decay: WeightDecay

    public init(learningRate: Schedule = 1e-4, momentum: Schedule = 0.9, clip: Schedule = 1.0, decay: WeightDecay = .none) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.clip = clip
        self.decay = decay
    }

    public var name: String { "signum" }
    public var encodings: Set<ParameterEncoding> { [.real, .latentBinary] }
    public var slotNames: [String] { ["m"] }
    public var schedules: [String: Schedule] {
        ["learningRate": learningRate, "momentum": momentum].merging(decay.schedules) { own, _ in own }
    }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        let (rate, encoding) = (learningRate.value(at: clock), parameters.spec(id).encoding)
        let (l2, keep) = decay.terms(encoding, rate: rate, clock)
        let step = SignStep(
            rate: Float(rate), beta: Float(momentum.value(at: clock)), clip: encoding == .latentBinary ? Float(clip.value(at: clock)) : 0, l2: l2,
            keep: keep)
        return state.step(id, of: &parameters, gradients) { w, g, m, _ in
            context.kernels.signum(weights: w, gradients: g, m: m, step, parallel: context.parallel)
        }
    }

    /// One worker's half of a step: takes its momentum on and returns the signs it votes for.
    public func vote(
        _ id: ParameterID, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock, _ context: ExecutionContext
    ) -> PackedTensor {
        let beta = Float(momentum.value(at: clock))
        return gradients.with(id) { g in
            state.withSlots { m, _ in
                context.kernels.scale(m, by: beta, parallel: context.parallel)
                context.kernels.axpy(1 - beta, g, into: m, parallel: context.parallel)
                return context.kernels.packSigns(UnsafeBufferPointer(m), shape: gradients.specs[id.index].shape, parallel: context.parallel)
            }
        }
    }

    /// The other half, the same for all workers: w ← w − η·vote.
    public func apply(
        _ vote: PackedTensor, to id: ParameterID, of parameters: inout ParameterStore, _ clock: TrainingClock, _ context: ExecutionContext
    ) -> UpdateOutcome {
        let (rate, spec) = (learningRate.value(at: clock), parameters.spec(id))
        precondition(vote.shape == spec.shape, "a vote of shape \(vote.shape) for \(spec.name) of shape \(spec.shape)")
        let (l2, keep) = decay.terms(spec.encoding, rate: rate, clock)
        // l2 belongs to the gradient, of which the vote has only the sign: it acts beside it here.
        let step = DescentStep(
            rate: Float(rate), clip: spec.encoding == .latentBinary ? Float(clip.value(at: clock)) : 0, l2: l2, keep: keep)
        let signs = context.kernels.unpackSigns(vote, parallel: context.parallel)
        return parameters.withMutableReals(id) { w in
            signs.withUnsafeElements { context.kernels.descend(weights: w, gradients: $0, step, parallel: context.parallel) }
        }
    }
}
