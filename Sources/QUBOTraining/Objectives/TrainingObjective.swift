/// What is minimised over the weights: E = loss − reward of margins + Σ h_e·w_e.
public struct TrainingObjective: Hashable, Sendable, Codable {
    /// What a sample costs, given the outputs.
    public enum Loss: Hashable, Sendable, Codable {
        /// 1 for every output of the wrong sign: what all three forms know.
        case hamming
        /// Σ over classes k ≠ label of max(0, margin − (z_label − z_k)), with z the outputs' sums: for classification by the largest. Weight form only.
        case hinge(margin: Int)
    }

    public var loss: Loss
    public var margin: MarginReward?
    /// h_e for every weight; empty for none. What the dropout iteration accumulates.
    public var linear: [Double]

    public init(loss: Loss = .hamming, margin: MarginReward? = nil, linear: [Double] = []) {
        (self.loss, self.margin, self.linear) = (loss, margin, linear)
    }
}

/// A reward for sums far from the threshold, so that small changes of the input flip no neuron.
///
/// The margin of a neuron in a sample is M = ⌊z/2⌋ if z ≥ 0, ⌊(−z − 1)/2⌋ if not (Documentation/Design/qubo-training.md: the slack bits of the activation's constraint), when
/// all its parents are ±1; with other integers among them z moves in steps of 1, and M = z or −z − 1.
public struct MarginReward: Hashable, Sendable, Codable {
    public enum Neurons: String, Hashable, Sendable, Codable, CaseIterable { case hidden, output, all }
    /// The sum over samples, or the least of all samples: `max_m` of Thorbjarnarson & Yorke-Smith (arXiv 2009.03825).
    public enum Measure: String, Hashable, Sendable, Codable, CaseIterable { case sum, worst }

    /// μ; nil is lexicographic: so small that all margins together weigh less than one wrong output.
    public var weight: Double?
    public var neurons: Neurons
    public var measure: Measure
    /// Divides a neuron's margin by its largest, so that neurons of many parents do not outweigh others.
    public var isNormalised: Bool

    public init(weight: Double? = nil, neurons: Neurons = .all, measure: Measure = .sum, isNormalised: Bool = true) {
        (self.weight, self.neurons, self.measure, self.isNormalised) = (weight, neurons, measure, isNormalised)
    }
}
