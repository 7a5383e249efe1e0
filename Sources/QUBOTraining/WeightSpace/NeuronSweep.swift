internal import BitCore

/// All weights from the inputs to one neuron at once, where that neuron feeds nothing but scores of a hinge loss.
///
/// A flip of w_uv turns v round in those rows near its threshold where u pushes it over. What it costs that v turns round in a row, δ(row), does not
/// depend on u. So δ is found once for all rows that are near, and the change that a flip makes is a sum of δ over some of them, for all u together:
/// with the inputs of a row as bits, Δ(u) = Σ δ(row)·[a_u ^ sign_v ^ w_uv]. That is exact, and a fiftieth of the work of so many proposals.
package final class NeuronSweep {
    private let layout: WeightLayout
    /// Signs of inputs and the constant: [row × unitWords].
    private let bits: AlignedBuffer<UInt64>
    private let unitWords: Int
    private let numbers: AlignedBuffer<UInt32>
    private let values: AlignedBuffer<Int16>
    private let sums: AlignedBuffer<Int32>
    private let step: AlignedBuffer<Int16>
    private var candidates: [(weight: Int, most: Double)] = []
    /// Neurons that it serves.
    package let neurons: [Int]
    /// Weights that it does not serve.
    package let others: [Int]

    /// nil where it serves no neuron.
    package init?(_ layout: WeightLayout) {
        guard layout.hinge != nil else { return nil }
        // Changes of a row are kept in 16 bits.
        let most = (0..<layout.rows).reduce(0) { max($0, Int(layout.multiplicities.pointer[$1])) }
        guard most * 4 * layout.stride < 1 << 15 else { return nil }
        let network = layout.problem.network
        var served: [Int] = []
        var others: [Int] = []
        for neuron in 0..<layout.neurons {
            let children = layout.childStarts[neuron]..<layout.childStarts[neuron + 1]
            let feedsScores = children.allSatisfy { layout.hasScoresOnly[Int(layout.targets[Int(layout.childEdges[Int($0)])])] }
            let incoming = network.incoming(neuron + network.firstNeuron)
            let isFirst = incoming.allSatisfy { layout.sources[$0] < layout.firstNeuron && layout.columnOfUnit[Int(layout.sources[$0])] < 0 }
            if !children.isEmpty, feedsScores, isFirst, layout.rewards[neuron] == 0, layout.outputOfNeuron[neuron] < 0 {
                served.append(neuron)
            } else {
                others += incoming
            }
        }
        guard !served.isEmpty else { return nil }
        self.layout = layout
        neurons = served
        self.others = others
        unitWords = (layout.firstNeuron + 63) / 64
        bits = AlignedBuffer(count: layout.rows * unitWords)
        for unit in 0..<layout.firstNeuron {
            let plane = layout.inputs.pointer + unit * layout.words
            for row in 0..<layout.rows where plane[row >> 6] >> UInt64(row & 63) & 1 == 1 {
                bits.pointer[row * unitWords + unit >> 6] |= 1 << UInt64(unit & 63)
            }
        }
        numbers = AlignedBuffer(count: 64 * layout.words)
        values = AlignedBuffer(count: 64 * layout.words)
        sums = AlignedBuffer(count: 64 * unitWords)
        step = AlignedBuffer(count: layout.stride)
    }

    /// What the flips of all weights into a neuron would change, in the order of the edges.
    /// - Precondition: the neuron is one of `neurons`, and the state's layout the one this was made for.
    package func changes(_ neuron: Int, _ state: WeightState) -> [Int] {
        let (total, base) = judge(neuron, state)
        return layout.problem.network.incoming(neuron + layout.firstNeuron).map { change($0, state, total: total, base: base) }
    }

    @inline(__always) private func change(_ weight: Int, _ state: WeightState, total: Int, base: Int) -> Int {
        let toward = base + Int(sums.pointer[Int(layout.sources[weight])])
        return state.isUp(weight) ? total - toward : toward
    }

    /// Leaves Σ ±δ·[a_u] in `sums`, minus where the neuron's sign is +1.
    /// - Returns: Σ δ, and Σ δ over the rows of sign +1.
    private func judge(_ neuron: Int, _ state: WeightState) -> (total: Int, base: Int) {
        let planes = state.neurons[neuron]
        step.pointer.update(repeating: 0, count: layout.stride)
        for place in Int(layout.childStarts[neuron])..<Int(layout.childStarts[neuron + 1]) {
            let edge = Int(layout.childEdges[place])
            step.pointer[Int(layout.outputOfNeuron[Int(layout.targets[edge])])] = state.isUp(edge) ? 2 : -2
        }
        let change = ScoreChange(rows: UnsafePointer(planes.near), source: UnsafePointer(planes.signs), column: nil, step: UnsafePointer(step.pointer))
        let count = state.kernels.hingeRows(
            state.scores, by: change, words: layout.words, isWide: layout.isWide, numbers: numbers.pointer, changes: values.pointer)
        var (total, base) = (0, 0)
        for index in 0..<count {
            let row = Int(numbers.pointer[index])
            let value = values.pointer[index]
            total += Int(value)
            if planes.signs[row >> 6] >> UInt64(row & 63) & 1 == 1 {
                base += Int(value)
                values.pointer[index] = -value
            }
        }
        sums.pointer.update(repeating: 0, count: sums.count)
        state.kernels.columnSums(
            UnsafePointer(bits.pointer), words: unitWords, numbers: UnsafePointer(numbers.pointer), values: UnsafePointer(values.pointer), count: count,
            into: sums.pointer)
        return (total, base)
    }

    /// Metropolis proposals of all weights into a neuron, judged together. Of those that would be accepted one by one, each is judged again after the
    /// ones before it were made.
    /// - Returns: flips made.
    func sweep(_ neuron: Int, _ state: WeightState, temperature: Double, _ generator: inout SeededGenerator) -> Int {
        let (total, base) = judge(neuron, state)
        let most = 23 * temperature
        candidates.removeAll(keepingCapacity: true)
        for weight in layout.problem.network.incoming(neuron + layout.firstNeuron) {
            let change = Double(self.change(weight, state, total: total, base: base))
            guard change < most || change <= 0 else { continue }
            let bound = temperature * WeightWalk.exponential(UInt32(truncatingIfNeeded: generator.next()))
            if change <= bound { candidates.append((weight, bound)) }
        }
        var made = 0
        let start = candidates.isEmpty ? 0 : generator.index(below: candidates.count)
        for index in candidates.indices {
            let candidate = candidates[(start + index) % candidates.count]
            if state.propose(candidate.weight) <= candidate.most {
                state.accept()
                made += 1
            } else {
                state.reject()
            }
        }
        return made
    }
}
