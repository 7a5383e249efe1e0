extension SpinProblem {
    /// A bound that no weights go below: what contradictory samples cost whatever the network does, less all rewards and all linear terms that there
    /// could be. It is reached where nothing but the loss counts and the network fits the samples.
    public var lowerBound: Double {
        var bound = 0.0
        switch objective.loss {
        case .hamming: bound = Double(samples.errorFloor)
        case .hinge(let margin):
            // For two labels of one row, c and d times wanted, c·max(0, m − x) + d·max(0, m + x) is 2m·min(c, d) at least.
            for row in 0..<samples.rows {
                let counts = samples.positives[row * samples.outputs..<(row + 1) * samples.outputs].filter { $0 > 0 }.sorted()
                for (place, count) in counts.enumerated() { bound += Double(2 * margin * count * (counts.count - 1 - place)) }
            }
        }
        if let margin = objective.margin {
            let times = margin.measure == .sum ? Double(samples.count) : 1
            for neuron in rewarded { bound -= marginWeight(of: neuron) * Double(facts(of: neuron).margin(facts(of: neuron).bound)) * times }
        }
        return objective.linear.reduce(bound) { $0 - abs($1) }
    }
}
