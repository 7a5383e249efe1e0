internal import BitCore

/// A short one-flip tabu search: the first solution of an exact method, good enough that the rest of the work is its proof.
enum QuickTabu {
    /// - Parameter poll: gets the number of flips looked at since the last call; false ends the search, with all −1 where nothing is known yet.
    static func solve(_ terms: QuadraticTerms, seed: UInt64, poll: (Int) -> Bool) -> PackedSpins {
        let count = terms.variables
        let adjacency = terms.adjacency
        var generator = SeededGenerator(seed: seed)
        var best = PackedSpins(count: count)
        var bestEnergy = Double.infinity
        // A few thousand moves where they are cheap, few where the model is large.
        let moves = Swift.min(20 * count, 50 + 4_000_000 / Swift.max(1, count))
        for _ in 0..<5 {
            var spins = (0..<count).map { _ in generator.next() & 1 == 0 ? 1.0 : -1.0 }
            var field = terms.linear
            var looked = 0
            for variable in 0..<count {
                if adjacency.starts[variable] - looked > 1 << 18 {
                    looked = adjacency.starts[variable]
                    guard poll(0) else { return best }
                }
                for place in adjacency.row(variable) { field[variable] += adjacency.weights[place] * spins[Int(adjacency.neighbours[place])] }
            }
            var energy = zip(spins, zip(field, terms.linear)).reduce(0) { $0 + $1.0 * ($1.1.0 + $1.1.1) / 2 }
            var free = [Int](repeating: 0, count: count)
            func keep() {
                guard energy < bestEnergy else { return }
                bestEnergy = energy
                for variable in 0..<count { best[variable] = spins[variable] > 0 }
            }
            keep()
            for move in 1...Swift.max(1, moves) where count > 0 {
                guard poll(count) else { return best }
                var (chosen, gain) = (-1, Double.infinity)
                for variable in 0..<count {
                    let change = -2 * spins[variable] * field[variable]
                    // Tabu moves count where they lead below everything seen.
                    if change < gain, free[variable] < move || energy + change < bestEnergy { (chosen, gain) = (variable, change) }
                }
                guard chosen >= 0 else { continue }
                energy += gain
                spins[chosen] = -spins[chosen]
                for place in adjacency.row(chosen) {
                    field[Int(adjacency.neighbours[place])] += 2 * adjacency.weights[place] * spins[chosen]
                }
                free[chosen] = move + Swift.min(count / 4, 20) + generator.index(below: 10)
                keep()
            }
        }
        return best
    }
}
