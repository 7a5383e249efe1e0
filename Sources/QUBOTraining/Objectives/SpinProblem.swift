/// A network, what it is trained on, and what is minimised: the one description that every form is made from.
public struct SpinProblem: Hashable, Sendable {
    public let network: SpinNetwork
    public let samples: SpinSamples
    public var objective: TrainingObjective
    /// For each neuron, in order.
    public let facts: [NeuronFacts]

    /// What a neuron's sums can be.
    public struct NeuronFacts: Hashable, Sendable {
        /// The most that |z| can be on the samples.
        public let bound: Int
        /// All parents are ±1 in all samples: z has the parity of the fan-in, and sums are counted in agreements K = (z + n)/2.
        public let counts: Bool
        /// k: bits that hold the shifted sum, whose highest is the activation.
        public let bits: Int
        /// The largest margin that the bits can say, 2^(k−1) − 1: what margins are divided by.
        public var marginRange: Int { 1 << (bits - 1) - 1 }

        /// `MarginReward`: the margin at a sum.
        public func margin(_ z: Int) -> Int { counts ? (z >= 0 ? z : -z - 1) >> 1 : z >= 0 ? z : -z - 1 }
    }

    /// - Throws: `SpinProblemError` when samples do not fit the network, the linear terms are not one a weight or not finite, or the loss wants classes
    ///   and the targets are none.
    public init(_ network: SpinNetwork, _ samples: SpinSamples, _ objective: TrainingObjective = TrainingObjective()) throws(SpinProblemError) {
        guard samples.inputs == network.inputs else { throw .inputs(samples: samples.inputs, network: network.inputs) }
        guard samples.outputs == network.outputs.count else { throw .outputs(samples: samples.outputs, network: network.outputs.count) }
        guard objective.linear.isEmpty || objective.linear.count == network.weights else {
            throw .linear(count: objective.linear.count, weights: network.weights)
        }
        if let bad = objective.linear.firstIndex(where: { !$0.isFinite }) { throw .notFinite("the linear term of weight \(bad)") }
        if let weight = objective.margin?.weight, !weight.isFinite || weight < 0 { throw .notFinite("the weight of the margin, \(weight),") }
        if case .hinge(let margin) = objective.loss {
            guard margin >= 0 else { throw .hinge(margin) }
            let areClasses =
                samples.outputs > 1
                && (0..<samples.rows).allSatisfy { row in
                    samples.positives[row * samples.outputs..<(row + 1) * samples.outputs].reduce(0, +) == samples.weights[row]
                }
            guard areClasses else { throw .noClasses }
        }
        self.network = network
        self.samples = samples
        self.objective = objective
        let signs = (0..<samples.inputs).map(samples.isSign)
        facts = network.neurons.map { neuron in
            let sources = network.edges[network.incoming(neuron)].map(\.source)
            let data = sources.filter { $0 < network.inputs }
            let counts = data.allSatisfy { signs[$0] }
            let others = sources.count - data.count
            let bound =
                counts
                ? sources.count
                : (0..<samples.rows).reduce(0) { most, row in
                    max(most, data.reduce(others) { $0 + abs(Int(samples.values[row * samples.inputs + $1])) })
                }
            // Counting: K + δ < 2^k with k = ⌊log2 n⌋ + 1. Else −2^(k−1) ≤ z < 2^(k−1).
            let bits = counts ? Int.bitWidth - sources.count.leadingZeroBitCount : Int.bitWidth - bound.leadingZeroBitCount + 1
            return NeuronFacts(bound: bound, counts: counts, bits: bits)
        }
    }

    public func facts(of neuron: Int) -> NeuronFacts { facts[neuron - network.firstNeuron] }

    /// Neurons whose margin is rewarded.
    public var rewarded: [Int] {
        guard let margin = objective.margin else { return [] }
        return network.neurons.filter { neuron in
            facts(of: neuron).marginRange > 0
                && (margin.neurons == .all || network.isHidden(neuron) == (margin.neurons == .hidden))
        }
    }

    /// What one unit of a neuron's margin in one sample (or of its worst margin) takes off the objective.
    public func marginWeight(of neuron: Int) -> Double {
        guard let margin = objective.margin else { return 0 }
        let share = margin.isNormalised ? 1 / Double(facts(of: neuron).marginRange) : 1
        return (margin.weight ?? lexicographicWeight) * share
    }

    /// The largest μ at which all rewards together weigh less than one wrong output: 1/(1 + all there is to gain).
    public var lexicographicWeight: Double {
        guard let margin = objective.margin else { return 0 }
        let most = rewarded.reduce(0.0) { $0 + (margin.isNormalised ? 1 : Double(facts(of: $1).marginRange)) }
        return 1 / (1 + most * (margin.measure == .sum ? Double(samples.count) : 1))
    }
}

/// Why samples, network and objective do not make a problem. Every message is one sentence that says what to do.
public enum SpinProblemError: Error, Hashable, Sendable, CustomStringConvertible {
    case inputs(samples: Int, network: Int)
    case outputs(samples: Int, network: Int)
    case linear(count: Int, weights: Int)
    case notFinite(String)
    case hinge(Int)
    case noClasses

    public var description: String {
        switch self {
        case .inputs(let samples, let network): "samples have \(samples) inputs but the network takes \(network); change the first layer to \(samples)"
        case .outputs(let samples, let network): "samples have \(samples) targets but the network has \(network) outputs; change the last layer to \(samples)"
        case .linear(let count, let weights): "there are \(count) linear terms for \(weights) weights; give one a weight, or none"
        case .notFinite(let what): "\(what) has to be a finite number, and a margin's not negative; correct it"
        case .hinge(let margin): "a hinge at \(margin) punishes nothing that is wrong; use a margin of 0 or more"
        case .noClasses: "the hinge loss compares classes, but the targets do not name exactly one of several outputs a sample; use the hamming loss"
        }
    }
}
