/// Weights and activations of a QUBO whose other bits are always at their optimum given these: m = ω·α, and slack that comes as near to the
/// neuron's sum as the activation lets it. The energy is then a sum over rows and neurons. With M the margin of the sum
/// (`NeuronFacts.margin`):
///
///     a = sign(z):   loss(a) − reward·M
///     a ≠ sign(z):   loss(a) + y·g + ρ·g²,   g = M + 1: by how much the sum would have to change
///
/// With ρ = λ_T and y = 0 this is the QUBO's energy, as long as a unit of margin earns no more than λ_T. The search lowers ρ and uses the
/// multipliers y.
package struct CompoundState {
    let tables: CompoundTables
    /// ±1.
    package private(set) var weights: [Int32]
    /// ±1, [neuron × row].
    package private(set) var activations: [Int32]
    /// z given the activations of the parents, [neuron × row].
    private(set) var sums: [Int32]
    /// y, [neuron × row].
    private var multipliers: [Double]
    /// ρ over λ_T.
    private var share = 1.0
    /// Whether activations are those of the forward pass at all times; else the better of keeping and flipping them.
    private var isForward = true
    private var worst: [Int32]
    package private(set) var energy = 0.0

    // What the last move changed.
    private var edge = 0
    private var energyBefore = 0.0
    private var oldSums: [(place: Int, value: Int32)] = []
    private var flipped: [Int] = []
    private var oldWorst: [(neuron: Int, value: Int32)] = []
    /// Neurons whose sum the present row's move has changed, a bit each.
    private var open: [UInt64]
    private var isTouched: [Bool]

    package init(_ tables: CompoundTables, weights: [Int32]) {
        self.tables = tables
        self.weights = weights
        let count = tables.neurons * tables.rows
        activations = [Int32](repeating: 1, count: count)
        sums = [Int32](repeating: 0, count: count)
        multipliers = [Double](repeating: 0, count: count)
        worst = [Int32](repeating: 0, count: tables.neurons)
        open = [UInt64](repeating: 0, count: (tables.neurons + 63) / 64)
        isTouched = [Bool](repeating: false, count: tables.neurons)
        propagate()
    }

    /// Begins a round: sets how much of the penalties counts, and computes the energy anew.
    package mutating func begin(share: Double, isForward: Bool) {
        (self.share, self.isForward) = (share, isForward)
        if isForward { propagate() } else { recount() }
    }

    /// The forward pass.
    private mutating func propagate() {
        let tables = tables
        for neuron in 0..<tables.neurons {
            for row in 0..<tables.rows {
                var z: Int32 = 0
                for edge in tables.starts[neuron]..<tables.starts[neuron + 1] { z += weights[edge] * value(of: tables.source[edge], row) }
                sums[neuron * tables.rows + row] = z
                activations[neuron * tables.rows + row] = z >= 0 ? 1 : -1
            }
        }
        recount()
    }

    private mutating func recount() {
        let tables = tables
        energy = 0
        for neuron in 0..<tables.neurons {
            for place in neuron * tables.rows..<(neuron + 1) * tables.rows { energy += cost(neuron, place, sums[place], activations[place]) }
            if tables.hasWorst {
                worst[neuron] = leastMargin(neuron)
                energy -= tables.worstReward[neuron] * Double(worst[neuron])
            }
        }
        for (edge, h) in tables.linear.enumerated() { energy += h * Double(weights[edge]) }
    }

    @inline(__always)
    private func value(of unit: Int, _ row: Int) -> Int32 {
        unit < tables.inputs ? tables.values[unit * tables.rows + row] : activations[(unit - tables.inputs) * tables.rows + row]
    }

    @inline(__always)
    private func margin(_ neuron: Int, _ z: Int32) -> Int32 {
        let distance = z >= 0 ? z : -z - 1
        return tables.counts[neuron] ? distance >> 1 : distance
    }

    @inline(__always)
    private func cost(_ neuron: Int, _ place: Int, _ z: Int32, _ a: Int32) -> Double {
        let loss = a > 0 ? tables.lossOn[place] : tables.lossOff[place]
        let margin = Double(margin(neuron, z))
        if (z >= 0) == (a > 0) { return loss - tables.reward[place] * margin }
        let gap = margin + 1
        return loss + gap * (multipliers[place] + share * tables.penalty[place - neuron * tables.rows] * gap)
    }

    private func leastMargin(_ neuron: Int) -> Int32 {
        var least = Int32.max
        for place in neuron * tables.rows..<(neuron + 1) * tables.rows {
            let isViolated = (sums[place] >= 0) != (activations[place] > 0)
            least = min(least, isViolated ? 0 : margin(neuron, sums[place]))
        }
        return least
    }

    /// Flips a weight and sets what depends on it: row by row, the activation of its neuron and those behind it, in topological order.
    /// `undo` takes it back.
    /// - Returns: by how much the energy rises.
    package mutating func flip(_ edge: Int) -> Double {
        self.edge = edge
        oldSums.removeAll(keepingCapacity: true)
        flipped.removeAll(keepingCapacity: true)
        oldWorst.removeAll(keepingCapacity: true)
        let old = weights[edge]
        weights[edge] = -old
        var delta = -2 * tables.linear[edge] * Double(old)
        let (source, neuron, rows) = (tables.source[edge], tables.target[edge], tables.rows)
        for row in 0..<rows {
            let step = -2 * old * value(of: source, row)
            guard step != 0 else { continue }
            let place = neuron * rows + row
            delta += move(neuron, place, by: step)
            let settled = settle(neuron, row)
            if settled.isFlipped { delta += settled.delta + settleOpen(row) }
        }
        delta += updateWorst()
        energyBefore = energy
        energy += delta
        return delta
    }

    /// Takes the last flip back.
    package mutating func undo() {
        for place in flipped { activations[place] = -activations[place] }
        for old in oldSums.reversed() { sums[old.place] = old.value }
        for old in oldWorst { worst[old.neuron] = old.value }
        weights[edge] = -weights[edge]
        energy = energyBefore
    }

    /// Sets every activation to the better of its two values given the others, row by row, once; of no effect in forward rounds.
    package mutating func relax() {
        guard !isForward else { return }
        oldSums.removeAll(keepingCapacity: true)
        flipped.removeAll(keepingCapacity: true)
        oldWorst.removeAll(keepingCapacity: true)
        var delta = 0.0
        for row in 0..<tables.rows {
            for neuron in 0..<tables.neurons {
                let settled = settle(neuron, row)
                if settled.isFlipped { delta += settled.delta + settleOpen(row) }
            }
        }
        energy += delta + updateWorst()
    }

    /// Raises the multipliers of what is violated, y += 2ρ·g, and recounts.
    package mutating func raiseMultipliers() {
        for neuron in 0..<tables.neurons {
            for row in 0..<tables.rows {
                let place = neuron * tables.rows + row
                guard (sums[place] >= 0) != (activations[place] > 0) else { continue }
                multipliers[place] += 2 * share * tables.penalty[row] * Double(margin(neuron, sums[place]) + 1)
            }
        }
        recount()
    }

    /// Activations that are not the sign of their sum.
    package var violations: Int { (0..<sums.count).count { (sums[$0] >= 0) != (activations[$0] > 0) } }

    /// Changes a sum.
    @inline(__always)
    private mutating func move(_ neuron: Int, _ place: Int, by step: Int32) -> Double {
        let (old, a) = (sums[place], activations[place])
        oldSums.append((place, old))
        sums[place] = old + step
        if tables.hasWorst { isTouched[neuron] = true }
        return cost(neuron, place, old + step, a) - cost(neuron, place, old, a)
    }

    /// Flips an activation if that is better, or as good and the sign of its sum; the sums behind it follow, and their neurons are marked
    /// as open.
    private mutating func settle(_ neuron: Int, _ row: Int) -> (delta: Double, isFlipped: Bool) {
        let tables = tables
        let place = neuron * tables.rows + row
        let (z, a) = (sums[place], activations[place])
        let isRight = (z >= 0) == (a > 0)
        if isForward, isRight { return (0, false) }
        var delta = cost(neuron, place, z, -a) - cost(neuron, place, z, a)
        let children = tables.childStarts[neuron]..<tables.childStarts[neuron + 1]
        if !isForward {
            for child in children {
                let edge = tables.childEdges[child]
                let other = tables.target[edge]
                let there = other * tables.rows + row
                let (sum, sign) = (sums[there], activations[there])
                delta += cost(other, there, sum - 2 * weights[edge] * a, sign) - cost(other, there, sum, sign)
            }
            guard isRight ? delta < -1e-12 : delta <= 1e-12 else { return (0, false) }
            delta = cost(neuron, place, z, -a) - cost(neuron, place, z, a)
        }
        flipped.append(place)
        activations[place] = -a
        if tables.hasWorst { isTouched[neuron] = true }
        for child in children {
            let edge = tables.childEdges[child]
            let other = tables.target[edge]
            delta += move(other, other * tables.rows + row, by: -2 * weights[edge] * a)
            open[other >> 6] |= 1 << UInt64(other & 63)
        }
        return (delta, true)
    }

    /// Settles what is open, lower neurons first: children always come later.
    private mutating func settleOpen(_ row: Int) -> Double {
        var delta = 0.0
        var word = 0
        while word < open.count {
            guard open[word] != 0 else {
                word += 1
                continue
            }
            let neuron = word << 6 + open[word].trailingZeroBitCount
            open[word] &= open[word] - 1
            delta += settle(neuron, row).delta
        }
        return delta
    }

    private mutating func updateWorst() -> Double {
        guard tables.hasWorst else { return 0 }
        var delta = 0.0
        for neuron in 0..<tables.neurons where isTouched[neuron] {
            isTouched[neuron] = false
            let least = leastMargin(neuron)
            guard least != worst[neuron] else { continue }
            delta -= tables.worstReward[neuron] * Double(least - worst[neuron])
            oldWorst.append((neuron, worst[neuron]))
            worst[neuron] = least
        }
        return delta
    }
}
