extension Enumeration {
    struct States {
        /// The lowest ones, ascending, with the energies of the model (its offset left out).
        var lowest: [(energy: Double, state: UInt64)]
        /// How many states have the least energy; nil when they were not counted.
        var optima: Int?
    }

    /// The `keep` states of lowest energy, ties by their bits.
    /// - Returns: nil when the search was stopped, or when more states than can be listed lie within the rounding of the least
    ///   (`CoarseModel.slack`); `task.monitor.isStopped` tells which.
    func lowest(_ keep: Int) -> States? {
        guard let minima = minima(), let least = minima.min() else { return nil }
        return keep == 1 && coarse.slack == 0 ? one(least, minima) : list(keep, least, minima)
    }

    /// The first state of the first cell that has the least energy.
    private func one(_ least: Int32, _ minima: [Int32]) -> States? {
        guard let cell = minima.firstIndex(of: least) else { return nil }
        var found: UInt64?
        walk(cell: cell) { energy, state in
            if energy == least { found = Swift.min(found ?? .max, state) }
            return true
        }
        return found.map { States(lowest: [(energy(of: $0), $0)], optima: nil) }
    }

    private func list(_ keep: Int, _ least: Int32, _ minima: [Int32]) -> States? {
        let margin = 2 * coarse.slack
        // Every cell has a state at its minimum, so the keep-th lowest state is no higher than the keep-th lowest cell.
        var threshold = Int64(keep <= minima.count ? minima.sorted()[keep - 1] : Int32.max) + margin
        var found: [(energy: Int32, state: UInt64)] = []
        var optima = 0
        for cell in minima.indices where Int64(minima[cell]) <= threshold {
            walk(cell: cell) { energy, state in
                if energy == least { optima += 1 }
                if Int64(energy) <= threshold { found.append((energy, state)) }
                if found.count >= 2 * Self.listLimit { threshold = trim(&found, keep, margin, threshold) }
                return found.count < 2 * Self.listLimit
            }
            threshold = trim(&found, keep, margin, threshold)
            if found.count > Self.listLimit || !task.poll(updates: 0) { return nil }
        }
        var all = found.map { (energy: energy(of: $0.state), state: $0.state) }
        if isSymmetric {
            let mask = ~UInt64(0) >> UInt64(64 - coarse.variables)
            all += all.map { ($0.energy, ~$0.state & mask) }
            optima *= 2
        }
        all.sort { ($0.energy, $0.state) < ($1.energy, $1.state) }
        if coarse.slack > 0, let first = all.first { optima = all.prefix { $0.energy == first.energy }.count }
        return States(lowest: Array(all.prefix(keep)), optima: keep == 1 ? nil : optima)
    }

    /// Drops what cannot be among the lowest.
    private func trim(_ found: inout [(energy: Int32, state: UInt64)], _ keep: Int, _ margin: Int64, _ threshold: Int64) -> Int64 {
        guard found.count > keep else { return threshold }
        found.sort { ($0.energy, $0.state) < ($1.energy, $1.state) }
        let limit = Int64(found[keep - 1].energy) + margin
        if margin == 0 {
            found.removeLast(found.count - keep)
        } else {
            found.removeLast(found.count - (found.firstIndex { Int64($0.energy) > limit } ?? found.count))
        }
        return Swift.min(threshold, limit)
    }

    /// The energy of the model, from scratch.
    private func energy(of state: UInt64) -> Double {
        task.model.energy(of: (0..<coarse.variables).map { state >> UInt64($0) & 1 == 1 ? 1 : -1 })
    }

    func spins(_ state: UInt64) -> PackedSpins { PackedSpins(words: coarse.variables == 0 ? [] : [state], count: coarse.variables) }
}
