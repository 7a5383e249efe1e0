public import BinaryNN
public import BitCore

/// The optimiser of B⊕LD, Boolean logic deep learning (Nguyen et al., NeurIPS 2024, arXiv 2405.16339), on signs held as bits. The vote of
/// the batch for a weight is q = −g, and m ← βm + ηq with β the share of the parameter's weights that the last step left as they were (1
/// before the first). Where |m| ≥ 1 and m asks for the other sign, the sign flips and m becomes 0.
///
/// The gradient is a mean over the batch where the paper sums votes, so η here takes the batch size in; there is no published value for
/// this form, and the default is this project's, chosen on the digits (batch 64). Memory between steps: 1 bit and 4 bytes a weight.
public struct BooleanAccumulator: UpdateRule {
    /// η.
    public var rate: Schedule

    public init(rate: Schedule = 100.0) { self.rate = rate }

    public var name: String { "bold" }
    public var encodings: Set<ParameterEncoding> { [.binary] }
    public var slotNames: [String] { ["m"] }
    /// The share of weights that the last step flipped, 1 − β.
    public var numberNames: [String] { ["flipped"] }
    public var schedules: [String: Schedule] { ["rate": rate] }

    public func update(
        _ id: ParameterID, of parameters: inout ParameterStore, _ gradients: Gradients, _ state: inout RuleState, _ clock: TrainingClock,
        _ context: ExecutionContext
    ) -> UpdateOutcome {
        let beta = Float(1 - state.numbers[0])
        let outcome = state.flip(id, of: &parameters, gradients) { signs, g, m, _ in
            context.kernels.bold(
                signs, gradients: g, m: m, beta: beta, rate: Float(rate.value(at: clock)), parallel: context.parallel)
        }
        state.numbers[0] = Double(outcome.flips ?? 0) / Double(max(parameters.spec(id).count, 1))
        return outcome
    }

    /// |m| < 1: weights that would not flip whatever their sign.
    public func countBelowThreshold(
        _ id: ParameterID, of parameters: ParameterStore, _ state: RuleState, _ clock: TrainingClock, _ context: ExecutionContext
    ) -> Int? {
        state.slots[0].withUnsafeBufferPointer { context.kernels.count($0, within: Float(1).nextDown, parallel: context.parallel) }
    }
}
