internal import BitCore

/// In which order patterns are chosen, and what that costs.
///
/// A neuron that feeds one other, and is no output, is seen by it as weight times activation alone. So the weight of that edge is made part of the
/// neuron's pattern (it is *absorbed*): patterns and their negatives fall together, and the next neuron has a weight less to enumerate.
/// Neurons of equal tables that feed the same neuron can change places: only ascending choices are made, and counted as often as they have orders.
final class PatternPlan {
    let problem: SpinProblem
    let layout: WeightLayout
    /// By neurons: the edge out of it whose sign is part of its pattern, or −1.
    private(set) var absorbed: [Int]
    /// By neurons: incoming edges whose weight is the neuron's to choose, and parents that bring their sign.
    private(set) var free: [[Int]] = []
    private(set) var fixed: [[Int]] = []
    /// Neurons that something reads: the levels of the search. First those with a table of their own.
    private(set) var levels: [Int] = []
    /// Tables of the neurons that only inputs feed.
    private(set) var tables: [Int: PatternTable] = [:]
    /// Whether a level may change places with the one before it.
    private(set) var isTwin: [Bool] = []
    /// Outputs that nothing reads.
    private(set) var leaves: [Int] = []
    /// By levels: no choice from this level on adds less. One more for the leaves alone.
    private(set) var rest: [Double] = []
    /// Nanoseconds, about.
    private(set) var steps = 0.0

    /// The most weights that a table is made of.
    private static let tableWeights = 24

    /// nil for losses that are no sum over outputs, and where a table would not fit.
    init?(_ problem: SpinProblem, _ layout: WeightLayout) {
        guard problem.objective.loss == .hamming else { return nil }
        self.problem = problem
        self.layout = layout
        let network = problem.network
        let count = layout.neurons
        absorbed = (0..<count).map { neuron in
            let children = layout.childStarts[neuron]..<layout.childStarts[neuron + 1]
            return children.count == 1 && layout.outputOfNeuron[neuron] < 0 ? Int(layout.childEdges[Int(children.lowerBound)]) : -1
        }
        var hasNeuronParents = [Bool](repeating: false, count: count)
        for neuron in 0..<count {
            var (own, others): ([Int], [Int]) = ([], [])
            for edge in network.incoming(neuron + network.firstNeuron) {
                let parent = Int(layout.sources[edge]) - network.firstNeuron
                if parent >= 0 { hasNeuronParents[neuron] = true }
                if parent >= 0, absorbed[parent] == edge { others.append(parent) } else { own.append(edge) }
            }
            free.append(own)
            fixed.append(others)
            guard own.count <= Self.tableWeights else { return nil }
        }
        leaves = (0..<count).filter { layout.childStarts[$0] == layout.childStarts[$0 + 1] }
        let inner = (0..<count).filter { layout.childStarts[$0] < layout.childStarts[$0 + 1] }
        for neuron in inner where !hasNeuronParents[neuron] {
            let patterns = PatternBuilder(self, neuron)
            tables[neuron] = patterns.table { _ in nil }
        }
        // Twins side by side, in the order of the first of them.
        var open = inner.filter { !hasNeuronParents[$0] }
        while let neuron = open.first {
            levels.append(neuron)
            isTwin.append(false)
            open.removeFirst()
            for other in open where isInterchangeable(neuron, other) {
                levels.append(other)
                isTwin.append(true)
            }
            open.removeAll { levels.contains($0) }
        }
        levels += inner.filter { hasNeuronParents[$0] }
        isTwin += [Bool](repeating: false, count: levels.count - isTwin.count)
        rest = [leaves.reduce(0) { $0 + least($1) }]
        for neuron in levels.reversed() { rest.append(rest[rest.count - 1] + (tables[neuron]?.least ?? least(neuron))) }
        rest.reverse()
        estimate()
    }

    private func isInterchangeable(_ a: Int, _ b: Int) -> Bool {
        guard absorbed[a] >= 0, absorbed[b] >= 0, layout.targets[absorbed[a]] == layout.targets[absorbed[b]] else { return false }
        guard let first = tables[a], let second = tables[b] else { return false }
        return first.isInterchangeable(with: second)
    }

    /// The most that a neuron's margins are rewarded by.
    func mostReward(_ neuron: Int) -> Double {
        layout.rewards[neuron] * Double(problem.facts[neuron].margin(problem.facts[neuron].bound)) * Double(layout.isWorst ? 1 : problem.samples.count)
    }

    /// A bound of what is a neuron's alone.
    func least(_ neuron: Int) -> Double {
        let samples = problem.samples
        var bound = 0.0
        let output = Int(layout.outputOfNeuron[neuron])
        if output >= 0 {
            for row in 0..<samples.rows { bound += Double(samples.floor(row, output: output)) }
        }
        bound -= mostReward(neuron)
        if layout.hasLinear { for edge in free[neuron] + (absorbed[neuron] >= 0 ? [absorbed[neuron]] : []) { bound -= abs(layout.linear[edge]) } }
        return bound
    }

    private func estimate() {
        let rows = Double(layout.rows)
        var choices = 1.0
        var run = 1.0
        for (level, neuron) in levels.enumerated() {
            if let table = tables[neuron] {
                run = isTwin[level] ? run + 1 : 1
                choices *= (Double(table.count) + run - 1) / run
            } else {
                let vectors = Double(sign: .plus, exponent: free[neuron].count, significand: 1)
                steps += choices * vectors * (rows + 60)
                choices *= min(2 * vectors, Double(sign: .plus, exponent: min(layout.rows, 1000), significand: 1))
            }
        }
        for leaf in leaves {
            let vectors = Double(sign: .plus, exponent: free[leaf].count, significand: 1)
            let isCounted = PatternBuilder.isCounted(self, leaf)
            steps += choices * vectors * (isCounted ? Double(layout.words * (10 + 4 * (free[leaf].count + fixed[leaf].count))) : 30 + 2 * rows)
        }
    }
}

/// The patterns of one neuron of a plan.
struct PatternBuilder {
    let plan: PatternPlan
    let neuron: Int

    init(_ plan: PatternPlan, _ neuron: Int) { (self.plan, self.neuron) = (plan, neuron) }

    /// Whether a leaf's sums can be counted in bits.
    static func isCounted(_ plan: PatternPlan, _ leaf: Int) -> Bool {
        plan.free[leaf].allSatisfy { plan.layout.columnOfUnit[Int(plan.layout.sources[$0])] < 0 }
    }

    /// Calls with the weights of the free edges, what is the neuron's own to pay, and its pattern. `pattern` gives those of parents.
    func forEach(_ pattern: (Int) -> UnsafePointer<UInt64>?, _ body: (UInt64, Double, UnsafePointer<UInt64>) -> Bool) {
        let (layout, problem, samples) = (plan.layout, plan.problem, plan.problem.samples)
        let rows = layout.rows
        func column(_ unit: Int) -> [Int32] {
            if unit < samples.inputs { return (0..<rows).map { Int32(samples.values[$0 * samples.inputs + unit]) } }
            guard unit >= layout.firstNeuron, let plane = pattern(unit - layout.firstNeuron) else { return [Int32](repeating: 1, count: rows) }
            return (0..<rows).map { plane[$0 >> 6] >> UInt64($0 & 63) & 1 == 1 ? 1 : -1 }
        }
        let free = plan.free[neuron]
        var base = [Int32](repeating: 0, count: rows)
        for parent in plan.fixed[neuron] {
            let values = column(parent + layout.firstNeuron)
            for row in 0..<rows { base[row] += values[row] }
        }
        var walk = NeuronWalk(
            columns: free.map { column(Int(layout.sources[$0])) }, linear: layout.hasLinear ? free.map { layout.linear[$0] } : [], base: base)
        let reward = layout.rewards[neuron]
        let facts = problem.facts[neuron]
        let output = Int(layout.outputOfNeuron[neuron])
        var words = [UInt64](repeating: 0, count: layout.words)
        walk.run { weights, linear, sums in
            for word in words.indices { words[word] = 0 }
            var own = linear
            for row in 0..<rows where sums[row] >= 0 { words[row >> 6] |= 1 << UInt64(row & 63) }
            if reward != 0 {
                var (sum, least) = (0, Int.max)
                for row in 0..<rows {
                    let margin = facts.margin(Int(sums[row]))
                    sum += margin * samples.weights[row]
                    least = min(least, margin)
                }
                own -= reward * Double(layout.isWorst ? least : sum)
            }
            if output >= 0 {
                var errors = 0
                for row in 0..<rows { errors += samples.errors(row, output: output, isPositive: sums[row] >= 0) }
                own += Double(errors)
            }
            return words.withUnsafeBufferPointer { body(weights, own, $0.baseAddress!) }
        }
    }

    /// All patterns; with both signs where the edge out of the neuron is absorbed.
    func table(_ pattern: (Int) -> UnsafePointer<UInt64>?) -> PatternTable {
        let layout = plan.layout
        var table = PatternTable(words: layout.words)
        let absorbed = plan.absorbed[neuron]
        let h = absorbed >= 0 && layout.hasLinear ? layout.linear[absorbed] : 0
        let out = UInt64(plan.free[neuron].count)
        var negative = [UInt64](repeating: 0, count: layout.words)
        forEach(pattern) { weights, own, words in
            guard absorbed >= 0 else {
                table.insert(words, own, witness: weights)
                return true
            }
            table.insert(words, own + h, witness: weights | 1 << out)
            for word in negative.indices { negative[word] = ~words[word] & layout.valid.pointer[word] }
            negative.withUnsafeBufferPointer { table.insert($0.baseAddress!, own - h, witness: weights) }
            return true
        }
        table.close()
        return table
    }
}

extension SpinSamples {
    /// Wrong values of an output that a row costs whatever the output's sign.
    func floor(_ row: Int, output: Int) -> Int {
        min(errors(row, output: output, isPositive: true), errors(row, output: output, isPositive: false))
    }
}
