internal import BitCore

/// What stays as it is while weights flip: the samples as planes, and who feeds whom. Shared by all searches of a problem.
///
/// A plane is a bit a row. Rows are those of the samples; for a hinge loss, which wants one class a row, merged samples of several classes have a
/// row each. Rows are padded to words of 64.
package final class WeightLayout: @unchecked Sendable {
    // Sendable: written by `init` alone.
    package let problem: SpinProblem
    package let rows: Int
    package let words: Int
    /// Whether sums need 32 bits.
    package let isWide: Bool
    /// What a hinge asks for; nil for the hamming loss.
    let hinge: Int?
    /// Classes, rounded up to registers.
    let stride: Int

    /// Bit 1 in all rows.
    let valid: AlignedBuffer<UInt64>
    /// Signs of inputs and of the constant: [unit × words].
    let inputs: AlignedBuffer<UInt64>
    /// Inputs that are not ±1 in all samples: their place in `columns`, else −1.
    let columnOfUnit: [Int]
    /// [place × 64 × words].
    let columns: AlignedBuffer<Int8>
    /// Samples that a row stands for, and the same number as planes.
    let multiplicities: AlignedBuffer<Int32>
    let multiplicityPlanes: AlignedBuffer<UInt64>
    let multiplicityBits: Int
    /// [output × words] and [output × sizeBits × words]: `Kernels.errorChange`.
    let wanted: AlignedBuffer<UInt64>
    let sizes: AlignedBuffer<UInt64>
    let sizeBits: Int
    let labels: AlignedBuffer<UInt16>

    let firstNeuron: Int
    /// h, empty for none.
    let linear: [Double]
    let hasLinear: Bool
    /// By weights: the unit that it comes from and the number of the neuron (from 0) that it leads to.
    let sources: [Int32]
    let targets: [Int32]
    /// Edges from neuron i to neurons are `childEdges[childStarts[i] ..< childStarts[i + 1]]`.
    let childStarts: [Int32]
    let childEdges: [Int32]
    /// Which output a neuron is, or −1.
    let outputOfNeuron: [Int32]
    /// What a unit of the neuron's margin takes off the objective; 0 where it is not rewarded.
    let rewards: [Double]
    let isWorst: Bool
    /// Neurons whose sums have to be seen to know what a change does.
    let readsSums: [Bool]
    /// Outputs that nothing reads but the hinge: they have scores and no sums.
    let hasScoresOnly: [Bool]

    package init(_ problem: SpinProblem) {
        let (network, samples, objective) = (problem.network, problem.samples, problem.objective)
        self.problem = problem
        // Row of the samples, label, how many.
        var split: [(row: Int, label: Int, count: Int)] = []
        if case .hinge(let margin) = objective.loss {
            hinge = margin
            for row in 0..<samples.rows {
                for label in 0..<samples.outputs where samples.positives[row * samples.outputs + label] > 0 {
                    split.append((row, label, samples.positives[row * samples.outputs + label]))
                }
            }
        } else {
            hinge = nil
            split = (0..<samples.rows).map { ($0, 0, samples.weights[$0]) }
        }
        let rows = split.count
        let words = (rows + 63) / 64
        (self.rows, self.words) = (rows, words)
        stride = (samples.outputs + 15) / 16 * 16

        func set(_ plane: UnsafeMutablePointer<UInt64>, _ row: Int) { plane[row >> 6] |= 1 << UInt64(row & 63) }
        valid = AlignedBuffer(count: words)
        inputs = AlignedBuffer(count: network.firstNeuron * words)
        multiplicities = AlignedBuffer(count: 64 * words)
        labels = AlignedBuffer(count: 64 * words)
        for (row, entry) in split.enumerated() {
            set(valid.pointer, row)
            multiplicities.pointer[row] = Int32(entry.count)
            labels.pointer[row] = UInt16(truncatingIfNeeded: entry.label)
        }
        let most = split.reduce(0) { max($0, $1.count) }
        multiplicityBits = Int.bitWidth - most.leadingZeroBitCount
        multiplicityPlanes = AlignedBuffer(count: multiplicityBits * words)
        for (row, entry) in split.enumerated() {
            for k in 0..<multiplicityBits where entry.count >> k & 1 == 1 { set(multiplicityPlanes.pointer + k * words, row) }
        }

        var columnOfUnit = [Int](repeating: -1, count: network.units)
        var integers: [Int] = []
        for input in 0..<network.inputs where !samples.isSign(input: input) {
            columnOfUnit[input] = integers.count
            integers.append(input)
        }
        self.columnOfUnit = columnOfUnit
        columns = AlignedBuffer(count: integers.count * 64 * words)
        for (row, entry) in split.enumerated() {
            let values = samples.row(entry.row)
            for input in 0..<network.inputs where values[values.startIndex + input] > 0 { set(inputs.pointer + input * words, row) }
            if network.hasBias { set(inputs.pointer + network.inputs * words, row) }
            for (place, input) in integers.enumerated() { columns.pointer[place * 64 * words + row] = values[values.startIndex + input] }
        }

        // How much more often +1 is wanted than −1, for the hamming loss.
        let imbalances = (0..<samples.rows * samples.outputs).map { 2 * samples.positives[$0] - samples.weights[$0 / samples.outputs] }
        sizeBits = hinge == nil ? max(1, Int.bitWidth - (imbalances.map(\.magnitude).max() ?? 0).leadingZeroBitCount) : 1
        wanted = AlignedBuffer(count: samples.outputs * words)
        sizes = AlignedBuffer(count: samples.outputs * sizeBits * words)
        if hinge == nil {
            for row in 0..<rows {
                for output in 0..<samples.outputs {
                    let imbalance = imbalances[row * samples.outputs + output]
                    if imbalance > 0 { set(wanted.pointer + output * words, row) }
                    for k in 0..<sizeBits where imbalance.magnitude >> UInt(k) & 1 == 1 {
                        set(sizes.pointer + (output * sizeBits + k) * words, row)
                    }
                }
            }
        }

        let first = network.firstNeuron
        firstNeuron = first
        linear = objective.linear
        hasLinear = !objective.linear.isEmpty
        let neurons = network.neurons.count
        sources = network.edges.map { Int32($0.source) }
        targets = network.edges.map { Int32($0.target - first) }
        var counts = [Int32](repeating: 0, count: neurons + 1)
        for edge in network.edges where edge.source >= first { counts[edge.source - first + 1] += 1 }
        for neuron in 0..<neurons { counts[neuron + 1] += counts[neuron] }
        var next = counts
        var childEdges = [Int32](repeating: 0, count: Int(counts[neurons]))
        for (index, edge) in network.edges.enumerated() where edge.source >= first {
            childEdges[Int(next[edge.source - first])] = Int32(index)
            next[edge.source - first] += 1
        }
        childStarts = counts
        self.childEdges = childEdges
        var outputOfNeuron = [Int32](repeating: -1, count: neurons)
        for (output, unit) in network.outputs.enumerated() { outputOfNeuron[unit - first] = Int32(output) }
        self.outputOfNeuron = outputOfNeuron

        var rewards = [Double](repeating: 0, count: neurons)
        for unit in problem.rewarded { rewards[unit - first] = problem.marginWeight(of: unit) }
        self.rewards = rewards
        let isWorst = objective.margin?.measure == .worst
        self.isWorst = isWorst
        let facts = problem.facts
        readsSums = (0..<neurons).map { rewards[$0] != 0 && (isWorst || !facts[$0].counts) }
        let isHinge = hinge != nil
        hasScoresOnly = (0..<neurons).map { isHinge && outputOfNeuron[$0] >= 0 && counts[$0] == counts[$0 + 1] && rewards[$0] == 0 }

        // Sums of 16 bits go beyond their bound by 4 at most, as padding lanes do; scores are the margin and two sums.
        let bound = facts.map(\.bound).max() ?? 0
        let sum = samples.count.multipliedReportingOverflow(by: 512)
        isWide = bound > 32_000 || (isHinge && (bound > 16_000 || (hinge ?? 0) + 2 * bound > 32_000 || sum.overflow || sum.partialValue >= 1 << 31))
    }

    package var neurons: Int { outputOfNeuron.count }
    package var weights: Int { sources.count }

    /// The smallest change of the objective that there can be, apart from 0.
    var unit: Double {
        var unit = 1.0
        for reward in rewards where reward > 0 { unit = min(unit, reward) }
        for h in problem.objective.linear where h != 0 { unit = min(unit, 2 * abs(h)) }
        return unit
    }
}
