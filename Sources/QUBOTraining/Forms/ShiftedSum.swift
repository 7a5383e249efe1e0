/// A neuron's constraint in a row, before it is squared: an affine function of bits that is 0 where they are those of the forward pass.
///
/// The sum is shifted so that it fits k bits without sign: Y = K + δ with K agreements among n parents and δ = 2^(k−1) − ⌈n/2⌉, or, where
/// parents are other integers than ±1, Y = z + 2^(k−1). Then the highest bit of Y is the activation, and the slack r is the others:
///
///     Y − 2^(k−1)·α_v − Σ_j 2^j·r_{v,j} = 0
///
/// The agreement of an edge from an input is ω or 1 − ω; of one from neuron u it is XNOR(ω, α_u) = 1 − ω − α_u + 2m with m = ω·α_u.
/// Elsewhere z takes x·(2ω − 1) from an input, and twice the agreement less 1 from a neuron.
struct ShiftedSum {
    var constant = 0
    /// One an incoming edge.
    var weights: [Int] = []
    /// Other bits, each once.
    var others: [(bit: Int, factor: Int)] = []

    /// Takes the constraint of a neuron in a row.
    mutating func set(_ problem: SpinProblem, _ layout: QUBOLayout, row: Int, neuron: Int) {
        let network = problem.network
        let facts = problem.facts(of: neuron)
        let half = 1 << (facts.bits - 1)
        let edges = network.incoming(neuron)
        let scale = facts.counts ? 1 : 2
        constant = facts.counts ? half - (edges.count + 1) / 2 : half
        weights.removeAll(keepingCapacity: true)
        others.removeAll(keepingCapacity: true)
        for edge in edges {
            let source = network.edges[edge].source
            if source < network.firstNeuron {
                let value = source < network.inputs ? Int(problem.samples.values[row * network.inputs + source]) : 1
                // ω or 1 − ω; or x·(2ω − 1).
                weights.append(scale * value)
                constant += facts.counts ? (value < 0 ? 1 : 0) : -value
            } else {
                weights.append(-scale)
                constant += 1
                others.append((layout.activation(row: row, neuron: source), -scale))
                others.append((layout.product(row: row, edge: edge), 2 * scale))
            }
        }
        others.append((layout.activation(row: row, neuron: neuron), -half))
        for bit in 0..<facts.bits - 1 { others.append((layout.slack(row: row, neuron: neuron, bit: bit), -(1 << bit))) }
    }

    /// The left side at an assignment.
    func value(_ edges: Range<Int>, _ isOne: (Int) -> Bool) -> Int {
        var sum = constant
        for (edge, factor) in zip(edges, weights) where isOne(edge) { sum += factor }
        for (bit, factor) in others where isOne(bit) { sum += factor }
        return sum
    }
}

/// A neuron's margin in a row less its worst, as an affine function of bits, for neurons whose worst margin is rewarded:
///
///     M_v^s − M_v − Σ_j 2^j·t_j   with   M_v^s = Σ_j 2^j·XNOR(α, r_j) = Σ_j 2^j·(2b_j − r_j) + (1 − α)·(2^(k−1) − 1),   b_j = α·r_j,   M_v = Σ_j 2^j·q_j
struct ExcessSum {
    var constant = 0
    var terms: [(bit: Int, factor: Int)] = []

    mutating func set(_ problem: SpinProblem, _ layout: QUBOLayout, row: Int, neuron: Int) {
        let facts = problem.facts(of: neuron)
        constant = facts.marginRange
        terms.removeAll(keepingCapacity: true)
        terms.append((layout.activation(row: row, neuron: neuron), -facts.marginRange))
        for bit in 0..<facts.bits - 1 {
            terms.append((layout.agreement(row: row, neuron: neuron, bit: bit), 2 << bit))
            terms.append((layout.slack(row: row, neuron: neuron, bit: bit), -(1 << bit)))
            terms.append((layout.worst(neuron: neuron, bit: bit), -(1 << bit)))
            terms.append((layout.excess(row: row, neuron: neuron, bit: bit), -(1 << bit)))
        }
    }

    func value(_ isOne: (Int) -> Bool) -> Int { terms.reduce(constant) { $0 + (isOne($1.bit) ? $1.factor : 0) } }
}
