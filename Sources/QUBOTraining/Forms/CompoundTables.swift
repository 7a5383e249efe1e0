/// What the states of a compound search share. Neurons are counted from 0 here; what there is a row and a neuron lies at neuron · rows +
/// row.
package final class CompoundTables: Sendable {
    let rows: Int
    let neurons: Int
    /// Units that are no neurons.
    let inputs: Int
    /// Of an edge: the unit it leads from, the neuron it leads to, and h.
    let source: [Int]
    let target: [Int]
    let linear: [Double]
    /// Edges into neuron i: starts[i] ..< starts[i + 1].
    let starts: [Int]
    /// Edges out of neuron i: childEdges[childStarts[i] ..< childStarts[i + 1]].
    let childStarts: [Int]
    let childEdges: [Int]
    /// [input × row]
    let values: [Int32]
    /// Whether the neuron's sums have the parity of its fan-in.
    let counts: [Bool]
    /// What an activation of +1 and −1 costs, [neuron × row].
    let lossOn: [Double]
    let lossOff: [Double]
    /// What a unit of the margin earns, [neuron × row]; of worst margins, a neuron.
    let reward: [Double]
    let worstReward: [Double]
    let hasWorst: Bool
    /// λ_T of a row.
    let penalty: [Double]
    /// The least change of the objective that matters, and what a sample more or less costs on average.
    let finest: Double
    let typical: Double

    package init(_ form: QUBOForm) {
        let (problem, network) = (form.problem, form.problem.network)
        let samples = problem.samples
        let (rows, neurons, first) = (samples.rows, network.neurons.count, network.firstNeuron)
        (self.rows, self.neurons, inputs) = (rows, neurons, first)
        source = network.edges.map(\.source)
        target = network.edges.map { $0.target - first }
        linear = problem.objective.linear.isEmpty ? [Double](repeating: 0, count: network.weights) : problem.objective.linear
        starts = network.neurons.map { network.incoming($0).lowerBound } + [network.weights]
        var children = [[Int]](repeating: [], count: neurons)
        for (edge, ends) in network.edges.enumerated() where ends.source >= first { children[ends.source - first].append(edge) }
        var childStarts = [0]
        for list in children { childStarts.append(childStarts[childStarts.count - 1] + list.count) }
        self.childStarts = childStarts
        childEdges = children.flatMap { $0 }
        values = (0..<first).flatMap { unit in
            (0..<rows).map { unit < samples.inputs ? Int32(samples.values[$0 * samples.inputs + unit]) : 1 }
        }
        counts = problem.facts.map(\.counts)
        var lossOn = [Double](repeating: 0, count: neurons * rows)
        var lossOff = lossOn
        for (output, neuron) in network.outputs.enumerated() {
            for row in 0..<rows {
                lossOn[(neuron - first) * rows + row] = Double(samples.errors(row, output: output, isPositive: true))
                lossOff[(neuron - first) * rows + row] = Double(samples.errors(row, output: output, isPositive: false))
            }
        }
        (self.lossOn, self.lossOff) = (lossOn, lossOff)
        var reward = [Double](repeating: 0, count: neurons * rows)
        var worstReward = [Double](repeating: 0, count: neurons)
        hasWorst = problem.objective.margin?.measure == .worst && !problem.rewarded.isEmpty
        for neuron in problem.rewarded {
            let weight = problem.marginWeight(of: neuron)
            if hasWorst {
                worstReward[neuron - first] = weight
            } else {
                for row in 0..<rows { reward[(neuron - first) * rows + row] = weight * Double(samples.weights[row]) }
            }
        }
        (self.reward, self.worstReward) = (reward, worstReward)
        penalty = (0..<rows).map { form.penalty(.activation, row: $0) }
        let changes = [1.0] + reward + worstReward + linear.map { 2 * $0.magnitude }
        typical = Double(samples.count) / Double(rows)
        finest = max(changes.reduce(1) { $1 > 0 ? min($0, $1) : $0 }, 1e-4 * typical)
    }
}
