internal import BitCore
internal import Ising

/// Goes through all choices of patterns, one level a neuron, and minimises the outputs that nothing reads for each.
final class PatternSearch {
    private let plan: PatternPlan
    private let search: WeightSearch
    private let layout: WeightLayout
    private let words: Int
    /// The pattern of each neuron that is a level: [neuron × words].
    private let patterns: AlignedBuffer<UInt64>
    /// Counters of a leaf's agreements.
    private let counters: AlignedBuffer<UInt64>
    private var tables: [PatternTable?]
    /// The place chosen at each level, and how often in a row by twins.
    private var chosen: [Int]
    private var runs: [Int]
    private var witnesses: [UInt64]
    /// By leaves: whether sums can be counted in bits, what margins bring at most, and a bound for this leaf and those behind it.
    private let isCounted: [Bool]
    private let rewards: [Double]
    private let rest: [Double]
    private let floors: [Int]
    private var outcome = WeightEnumeration.Outcome()
    private var isOver = false
    private var (work, made) = (0, 0)

    init(_ plan: PatternPlan, _ search: WeightSearch) {
        (self.plan, self.search, layout) = (plan, search, search.layout)
        words = layout.words
        patterns = AlignedBuffer(count: layout.neurons * words)
        counters = AlignedBuffer(count: 64)
        tables = plan.levels.map { plan.tables[$0] }
        chosen = [Int](repeating: 0, count: plan.levels.count)
        runs = [Int](repeating: 1, count: plan.levels.count)
        witnesses = [UInt64](repeating: 0, count: layout.neurons)
        isCounted = plan.leaves.map { PatternBuilder.isCounted(plan, $0) }
        rewards = plan.leaves.map { plan.mostReward($0) }
        rest = plan.leaves.indices.map { first in plan.leaves[first...].reduce(0) { $0 + plan.least($1) } } + [0]
        let samples = plan.problem.samples
        floors = plan.leaves.map { leaf in
            let output = Int(search.layout.outputOfNeuron[leaf])
            return (0..<samples.rows).reduce(0) { $0 + samples.floor($1, output: output) }
        }
    }

    func run() -> WeightEnumeration.Outcome {
        descend(0, energy: 0, count: 1, orders: 1)
        _ = search.monitor.poll(updates: made)
        outcome.isComplete = !isOver
        return outcome
    }

    private func pattern(_ neuron: Int) -> UnsafeMutablePointer<UInt64> { patterns.pointer + neuron * words }

    /// - Parameters:
    ///   - count: weight vectors that the choices so far stand for.
    ///   - orders: in how many orders twins can have them.
    private func descend(_ level: Int, energy: Double, count: Int, orders: Int) {
        guard level < plan.levels.count else { return settle(energy, count * orders) }
        let neuron = plan.levels[level]
        if plan.tables[neuron] == nil {
            tables[level] = PatternBuilder(plan, neuron).table { UnsafePointer(self.pattern($0)) }
            spend(1 << plan.free[neuron].count * (layout.rows + 60))
        }
        guard let table = tables[level] else { return }
        let isTwin = plan.isTwin[level]
        var twins = 1
        if isTwin {
            var first = level
            while plan.isTwin[first] { first -= 1 }
            twins = level - first + 1
        }
        let start = isTwin ? chosen[level - 1] : 0
        for place in start..<table.count {
            if isOver { return }
            let sum = energy + table.energies[place]
            // Tables begin with the best.
            if sum + plan.rest[level + 1] > outcome.energy + WeightEnumeration.tolerance(outcome.energy) { return }
            chosen[level] = place
            runs[level] = isTwin && place == start ? runs[level - 1] + 1 : 1
            for word in 0..<words { pattern(neuron)[word] = table.patterns[place * words + word] }
            witnesses[neuron] = table.witnesses[place]
            // m!/Π r!, one factor t/r for the t-th of the twins and the r-th that is equal to it.
            descend(level + 1, energy: sum, count: count * table.counts[place], orders: isTwin ? orders * twins / runs[level] : orders)
        }
    }

    /// All leaves at their best for the chosen patterns.
    private func settle(_ energy: Double, _ count: Int) {
        var (energy, count) = (energy, count)
        for (index, leaf) in plan.leaves.enumerated() {
            var best = isCounted[index] ? countedLeast(index, leaf) : summedLeast(leaf)
            if isCounted[index], rewards[index] > 0 {
                // Most choices cost too many errors for any margin to make up for.
                let bound = energy + best.energy - rewards[index] + rest[index + 1]
                if bound > outcome.energy + WeightEnumeration.tolerance(outcome.energy) { return }
                best = summedLeast(leaf)
            }
            energy += best.energy
            count *= best.count
            witnesses[leaf] = best.weights
        }
        let tolerance = WeightEnumeration.tolerance(energy)
        if energy < outcome.energy - tolerance {
            let weights = witness()
            (outcome.energy, outcome.optima, outcome.weights) = (energy, count, weights)
            search.monitor.offer(weights, energy: energy)
        } else if energy <= outcome.energy + tolerance {
            outcome.optima += count
        }
    }

    private func spend(_ steps: Int) {
        work += steps
        guard work >= 1 << 19 else { return }
        work = 0
        if !search.monitor.poll(updates: made) { isOver = true }
        made = 0
    }

    private func summedLeast(_ leaf: Int) -> (energy: Double, count: Int, weights: UInt64) {
        var best = (energy: Double.infinity, count: 0, weights: UInt64(0))
        let parents: (Int) -> UnsafePointer<UInt64>? = { UnsafePointer(self.pattern($0)) }
        PatternBuilder(plan, leaf).forEach(parents) { weights, own, _ in
            let tolerance = WeightEnumeration.tolerance(own)
            if own < best.energy - tolerance {
                best = (own, 1, weights)
            } else if own <= best.energy + tolerance {
                best.count += 1
            }
            return true
        }
        made += 1 << plan.free[leaf].count
        spend((1 << plan.free[leaf].count) * (30 + 2 * layout.rows))
        return best
    }

    /// A leaf whose sums are counted in bits: K + δ has its highest bit where K ≥ ⌈n/2⌉, so counters begin at δ and the last of them is
    /// the activation.
    private func countedLeast(_ index: Int, _ leaf: Int) -> (energy: Double, count: Int, weights: UInt64) {
        let (free, fixed) = (plan.free[leaf], plan.fixed[leaf])
        let n = free.count + fixed.count
        let bits = Int.bitWidth - n.leadingZeroBitCount
        let shift = 1 << (bits - 1) - (n + 1) / 2
        let output = Int(layout.outputOfNeuron[leaf])
        let wanted = layout.wanted.pointer + output * words
        let sizes = layout.sizes.pointer + output * layout.sizeBits * words
        let counters = counters.pointer
        var best = (energy: Double.infinity, count: 0, weights: UInt64(0))
        for weights in 0..<UInt64(1) << UInt64(free.count) {
            var errors = floors[index]
            for word in 0..<words {
                for bit in 0..<bits { counters[bit] = shift >> bit & 1 == 1 ? ~0 : 0 }
                func add(_ plane: UInt64) {
                    var carry = plane
                    for bit in 0..<bits {
                        let both = counters[bit] & carry
                        counters[bit] ^= carry
                        carry = both
                    }
                }
                for parent in fixed { add(patterns.pointer[parent * words + word]) }
                for (place, edge) in free.enumerated() {
                    let unit = Int(layout.sources[edge])
                    let isInput = unit < layout.firstNeuron
                    let plane = isInput ? layout.inputs.pointer[unit * words + word] : patterns.pointer[(unit - layout.firstNeuron) * words + word]
                    add(weights >> UInt64(place) & 1 == 1 ? plane : ~plane)
                }
                let wrong = (counters[bits - 1] ^ wanted[word]) & layout.valid.pointer[word]
                for k in 0..<layout.sizeBits { errors += (wrong & sizes[k * words + word]).nonzeroBitCount << k }
            }
            var energy = Double(errors)
            if layout.hasLinear {
                for (place, edge) in free.enumerated() { energy += weights >> UInt64(place) & 1 == 1 ? layout.linear[edge] : -layout.linear[edge] }
            }
            let tolerance = WeightEnumeration.tolerance(energy)
            if energy < best.energy - tolerance {
                best = (energy, 1, weights)
            } else if energy <= best.energy + tolerance {
                best.count += 1
            }
        }
        made += 1 << free.count
        spend((1 << free.count) * words * (10 + 4 * n))
        return best
    }

    /// The weights behind the chosen patterns.
    private func witness() -> PackedSpins {
        var result = PackedSpins(count: layout.weights)
        for neuron in 0..<layout.neurons {
            for (place, edge) in plan.free[neuron].enumerated() { result[edge] = witnesses[neuron] >> UInt64(place) & 1 == 1 }
            if plan.absorbed[neuron] >= 0 { result[plan.absorbed[neuron]] = witnesses[neuron] >> UInt64(plan.free[neuron].count) & 1 == 1 }
        }
        return result
    }
}
