internal import Ising

/// What the method of multipliers makes of the constraints g = 0 of activations: y·g + share·λ_T·g² in place of λ_T·g².
package struct QUBOAugmentation {
    package var share: Double
    /// y, [neuron × row].
    package var multipliers: [Double]

    package init(share: Double, multipliers: [Double]) { (self.share, self.multipliers) = (share, multipliers) }
}

/// Collects the terms of a `QUBOForm`.
struct QUBOBuilder {
    private let problem: SpinProblem
    private let layout: QUBOLayout
    private let penalties: QUBOPenalties
    private let bounds: [Double]
    private let augmentation: QUBOAugmentation?
    private var model: ModelBuilder

    init(
        _ problem: SpinProblem, _ layout: QUBOLayout, _ penalties: QUBOPenalties, _ bounds: [Double], _ augmentation: QUBOAugmentation? = nil
    ) throws(ProblemError) {
        (self.problem, self.layout, self.penalties, self.bounds, self.augmentation) = (problem, layout, penalties, bounds, augmentation)
        model = try ModelBuilder(variables: layout.variables, vartype: .binary)
    }

    mutating func qubo() throws(ProblemError) -> QUBO {
        for neuron in problem.network.neurons {
            try addActivations(neuron)
            try addProducts(neuron)
            if layout.hasWorst(neuron) { try addWorstMargin(neuron) }
        }
        try addLoss()
        if problem.objective.margin?.measure == .sum { try addMargins() }
        for (edge, value) in problem.objective.linear.enumerated() where value != 0 {
            try model.add(linear: edge, 2 * value)
            try model.add(offset: -value)
        }
        return QUBO(terms: try model.terms())
    }

    private func penalty(_ kind: QUBOPenalties.Kind, _ row: Int) -> Double {
        (penalties[kind] ?? bounds[row] + 1) * (kind == .activation ? augmentation?.share ?? 1 : 1)
    }

    /// λ_T·T of a neuron in all rows. Couplings between its weights meet in every row and are summed here, so that they are collected once.
    private mutating func addActivations(_ neuron: Int) throws(ProblemError) {
        let edges = problem.network.incoming(neuron)
        let n = edges.count
        var pairs = [Double](repeating: 0, count: n * (n - 1) / 2)
        var sum = ShiftedSum()
        for row in 0..<layout.rows {
            let strength = penalty(.activation, row)
            sum.set(problem, layout, row: row, neuron: neuron)
            let factors = sum.weights
            var place = 0
            for i in 0..<n {
                let factor = 2 * strength * Double(factors[i])
                for j in i + 1..<n {
                    pairs[place] += factor * Double(factors[j])
                    place += 1
                }
            }
            for (edge, factor) in zip(edges, factors) where factor != 0 {
                try model.add(linear: edge, strength * Double(factor * (factor + 2 * sum.constant)))
                for (bit, other) in sum.others { try model.add(coupling: edge, bit, 2 * strength * Double(factor * other)) }
            }
            try addSquare(sum.others, constant: sum.constant, strength: strength)
            let multiplier = augmentation?.multipliers[(neuron - problem.network.firstNeuron) * layout.rows + row] ?? 0
            guard multiplier != 0 else { continue }
            try model.add(offset: multiplier * Double(sum.constant))
            for (edge, factor) in zip(edges, factors) { try model.add(linear: edge, multiplier * Double(factor)) }
            for (bit, factor) in sum.others { try model.add(linear: bit, multiplier * Double(factor)) }
        }
        var place = 0
        for i in 0..<n {
            for j in i + 1..<n {
                if pairs[place] != 0 { try model.add(coupling: edges.lowerBound + i, edges.lowerBound + j, pairs[place]) }
                place += 1
            }
        }
    }

    /// strength · (Σ factor·bit + constant)².
    private mutating func addSquare(_ terms: [(bit: Int, factor: Int)], constant: Int, strength: Double) throws(ProblemError) {
        try model.add(offset: strength * Double(constant * constant))
        for (i, term) in terms.enumerated() {
            try model.add(linear: term.bit, strength * Double(term.factor * (term.factor + 2 * constant)))
            for other in terms[(i + 1)...] { try model.add(coupling: term.bit, other.bit, 2 * strength * Double(term.factor * other.factor)) }
        }
    }

    /// λ_R·R(ω, α, m) for every edge from a neuron.
    private mutating func addProducts(_ neuron: Int) throws(ProblemError) {
        for edge in problem.network.incoming(neuron) {
            let source = problem.network.edges[edge].source
            guard source >= problem.network.firstNeuron else { continue }
            for row in 0..<layout.rows {
                try addRosenberg(
                    edge, layout.activation(row: row, neuron: source), layout.product(row: row, edge: edge), strength: penalty(.product, row))
            }
        }
    }

    /// Of x·y = m.
    private mutating func addRosenberg(_ x: Int, _ y: Int, _ m: Int, strength: Double) throws(ProblemError) {
        try model.add(coupling: x, y, strength)
        try model.add(coupling: x, m, -2 * strength)
        try model.add(coupling: y, m, -2 * strength)
        try model.add(linear: m, 3 * strength)
    }

    private mutating func addLoss() throws(ProblemError) {
        for row in 0..<layout.rows {
            for (output, neuron) in problem.network.outputs.enumerated() {
                let on = problem.samples.errors(row, output: output, isPositive: true)
                let off = problem.samples.errors(row, output: output, isPositive: false)
                try model.add(offset: Double(off))
                try model.add(linear: layout.activation(row: row, neuron: neuron), Double(on - off))
            }
        }
    }

    /// −μ·M with M = Σ_j 2^j·(2α·r_j − r_j) + (1 − α)·(2^(k−1) − 1), a merged row as often as it has samples.
    private mutating func addMargins() throws(ProblemError) {
        for neuron in problem.rewarded {
            let facts = problem.facts(of: neuron)
            for row in 0..<layout.rows {
                let reward = problem.marginWeight(of: neuron) * Double(problem.samples.weights[row])
                let activation = layout.activation(row: row, neuron: neuron)
                try model.add(offset: -reward * Double(facts.marginRange))
                try model.add(linear: activation, reward * Double(facts.marginRange))
                for bit in 0..<facts.bits - 1 {
                    let slack = layout.slack(row: row, neuron: neuron, bit: bit)
                    try model.add(linear: slack, reward * Double(1 << bit))
                    try model.add(coupling: activation, slack, -2 * reward * Double(1 << bit))
                }
            }
        }
    }

    /// −μ·M_v, and that M_v is at most every row's margin.
    private mutating func addWorstMargin(_ neuron: Int) throws(ProblemError) {
        let bits = problem.facts(of: neuron).bits - 1
        for bit in 0..<bits { try model.add(linear: layout.worst(neuron: neuron, bit: bit), -problem.marginWeight(of: neuron) * Double(1 << bit)) }
        var sum = ExcessSum()
        for row in 0..<layout.rows {
            sum.set(problem, layout, row: row, neuron: neuron)
            try addSquare(sum.terms, constant: sum.constant, strength: penalty(.activation, row))
            for bit in 0..<bits {
                try addRosenberg(
                    layout.activation(row: row, neuron: neuron), layout.slack(row: row, neuron: neuron, bit: bit),
                    layout.agreement(row: row, neuron: neuron, bit: bit), strength: penalty(.product, row))
            }
        }
    }
}
