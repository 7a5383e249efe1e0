public import BinaryNN
public import BinaryTraining
public import BitCore

/// QP-SBGD (Krahn et al., BMVC 2024, arXiv 2310.15128) on latent weights: passes see the signs of W; in every step a layer's output gradients are projected
/// onto a binary direction D ∈ {±1}, and W ← W + ηD (or W − ηD: `LayerProjection.Variant`). The latent weights are not clipped, as in the published code,
/// unless asked for. No state.
public struct QPSBGD: UpdateRule {
    public var learningRate: Schedule
    public var projection: LayerProjection
    /// Bound of the latent weights; 0 for none.
    public var clip: Schedule

    public init(learningRate: Schedule = 1e-2, projection: LayerProjection = LayerProjection(), clip: Schedule = 0.0) {
        (self.learningRate, self.projection, self.clip) = (learningRate, projection, clip)
    }

    public var name: String { "qpsbgd" }
    public var encodings: Set<ParameterEncoding> { [.latentBinary] }
    public var slotNames: [String] { [] }
    public var schedules: [String: Schedule] { ["learningRate": learningRate] }
    public var signals: SignalSite? { projection.signals }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        var (direction, outcome) = projection.step(id, parameters.spec(id), gradients, context)
        guard let direction else { return outcome }
        // Descent along −D.
        let step = DescentStep(rate: -Float(learningRate.value(at: clock)), clip: Float(clip.value(at: clock)))
        let moved = context.kernels.unpackSigns(direction, parallel: context.parallel).withUnsafeElements { d in
            parameters.withMutableReals(id) { w in context.kernels.descend(weights: w, gradients: d, step, parallel: context.parallel) }
        }
        outcome.isFinite = moved.isFinite
        return outcome
    }
}

/// QP-SBGD with iterates that never leave the binary set: the kernel is bits and nothing else, and
///
///     W ← Q[(1 − η)·W + η·D],   W, D ∈ {±1},
///
/// where Q rounds every entry to ±1 at random so that its mean is kept: an entry that agrees with D stays, one that does not flips with probability η.
/// The published text names a projected form but not its update; this one is ours. If the gradients at W project onto W itself, W is a fixed point; and if
/// all of a neighbourhood projects onto W, it is reached from there after t steps but with probability h·(1 − η)^t, h the entries that differ
/// (Documentation/Design/projection.md has the theorem and its proof). One bit a weight, no state.
public struct ProjectedQPSBGD: UpdateRule {
    /// η: from 0 to 1.
    public var rate: Schedule
    public var projection: LayerProjection

    public init(rate: Schedule = 1e-2, projection: LayerProjection = LayerProjection()) {
        (self.rate, self.projection) = (rate, projection)
    }

    public var name: String { "qpsbgd-projected" }
    public var encodings: Set<ParameterEncoding> { [.binary] }
    public var slotNames: [String] { [] }
    public var schedules: [String: Schedule] { ["rate": rate] }
    public var signals: SignalSite? { projection.signals }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        var (direction, outcome) = projection.step(id, parameters.spec(id), gradients, context)
        guard let direction else { return outcome }
        var generator = context.randomness.split("rounding").split(UInt64(id.index))
        outcome.flips = parameters.withMutableWords(id) { words in
            direction.withUnsafeWords { Self.round(words, towards: $0, rate: rate.value(at: clock), &generator) }
        }
        return outcome
    }

    /// Flips every bit that differs from the direction with probability `rate`; returns how many.
    static func round(
        _ words: UnsafeMutableBufferPointer<UInt64>, towards direction: UnsafeBufferPointer<UInt64>, rate: Double, _ generator: inout SeededGenerator
    ) -> Int {
        // A 32-bit draw a bit, two of a word: below the rate means flip. A rate of 1 always flips.
        let limit = UInt64(Swift.max(0, Swift.min(1, rate)) * 0x1p32)
        var flips = 0
        for place in words.indices {
            var (differing, turned) = (words[place] ^ direction[place], 0 as UInt64)
            while differing != 0 {
                let draw = generator.next()
                for half in [draw & 0xFFFF_FFFF, draw >> 32] where differing != 0 {
                    let bit = differing & (~differing &+ 1)
                    if half < limit { turned |= bit }
                    differing ^= bit
                }
            }
            words[place] ^= turned
            flips += turned.nonzeroBitCount
        }
        return flips
    }
}
