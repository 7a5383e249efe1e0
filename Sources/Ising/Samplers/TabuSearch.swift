internal import BitCore

/// One-flip tabu search (Glover 1989) on a chain: the best flip that is not tabu is made, whether it improves or not, and its spin is tabu for
/// a while. A tabu flip is made all the same when it leads below the best of the search.
struct TabuSearch {
    let chain: SpinChain
    let monitor: SearchMonitor
    private var generator: SeededGenerator
    private let least: Int
    private let spread: Int
    private var iteration = 0
    private var tabu: [UInt64]
    /// The iteration from which a spin is free again.
    private var until: [Int]
    /// Spins that became tabu, by iteration modulo the ring, in lists by the iteration at which that ends.
    private var heads: [Int32]
    private var next: [Int32]
    private var entries: [Int32]
    /// nil where every move looks at every spin, thirty-two or sixteen at a time.
    private var blocks: MoveBlocks?
    private var sincePoll = 0
    /// Moves between two looks at the clock.
    private let pollInterval: Int

    /// Spins are tabu for `tenure` to `tenure` + 10 moves, in small models for fewer.
    init(_ chain: SpinChain, tenure: Int?, monitor: SearchMonitor, generator: SeededGenerator) {
        let count = chain.count
        self.chain = chain
        self.monitor = monitor
        self.generator = generator
        // Cuts of published graphs after the same time: n / 100 is far too short for all of them, and sparse ones want more than dense ones.
        let usual = count / (monitor.model.meanDegree < 16 ? 10 : 30)
        least = Swift.min(tenure ?? Swift.max(usual, Swift.min(10, count / 4)), count / 2)
        spread = Swift.min(10, count / 4)
        tabu = [UInt64](repeating: 0, count: (count + 63) / 64)
        until = [Int](repeating: 0, count: count)
        heads = [Int32](repeating: -1, count: least + spread + 2)
        next = heads
        entries = heads
        blocks = MoveBlocks(chain, monitor.model)
        let work = blocks == nil ? count : 64 + count / 16
        pollInterval = Swift.max(1, Swift.min(2048, (1 << 19) / Swift.max(work, 1)))
    }

    /// Counts a move, and looks at the limits now and then.
    /// - Returns: whether to go on.
    mutating func paced() -> Bool {
        sincePoll += 1
        return sincePoll < pollInterval || poll()
    }

    mutating func poll() -> Bool {
        let made = sincePoll * chain.count
        sincePoll = 0
        return monitor.poll(updates: made)
    }

    private mutating func free() {
        let slot = iteration % heads.count
        var entry = heads[slot]
        while entry >= 0 {
            let spin = Int(entries[Int(entry)])
            if until[spin] == iteration {
                tabu[spin >> 6] &= ~(1 << UInt64(spin & 63))
                blocks?.touch(spin)
            }
            entry = next[Int(entry)]
        }
        heads[slot] = -1
    }

    private mutating func hold(_ spin: Int) {
        let tenure = least + (spread > 0 ? generator.index(below: spread + 1) : 0)
        guard tenure > 0 else { return }
        until[spin] = iteration + tenure
        tabu[spin >> 6] |= 1 << UInt64(spin & 63)
        // An entry is read at most `heads.count` − 1 iterations after it was written, so its place is free again then.
        let (entry, slot) = (iteration % heads.count, until[spin] % heads.count)
        entries[entry] = Int32(spin)
        next[entry] = heads[slot]
        heads[slot] = Int32(entry)
    }

    /// Searches from the spins of the chain until `patience` moves have not improved the best, or a limit is reached.
    /// - Returns: the best spins met and their energy.
    mutating func improve(patience: Int) -> (words: [UInt64], energy: Int64) {
        var best = (words: chain.words, energy: chain.energy)
        for word in tabu.indices { tabu[word] = 0 }
        for slot in heads.indices { heads[slot] = -1 }
        blocks?.invalidate()
        // Spins are copied when a run of improvements ends, not at each of them.
        var isAhead = false
        var idle = 0
        let words = tabu.count
        while idle < patience {
            iteration += 1
            free()
            let start = words > 1 ? 64 * Int(generator.next() % UInt64(words)) : 0
            let moves = blocks?.bestMoves(chain, tabu: tabu, start: start) ?? chain.bestMoves(tabu: tabu, start: start)
            var move = moves.free
            if let held = moves.tabu, held.gain > move?.gain ?? .min, move == nil || chain.energy - 2 * held.gain < best.energy { move = held }
            guard let move else { break }
            if isAhead, move.gain <= 0 {
                best.words = chain.words
                isAhead = false
                offer(best)
            }
            chain.flip(move.spin)
            blocks?.flipped(move.spin)
            hold(move.spin)
            if chain.energy < best.energy {
                best.energy = chain.energy
                isAhead = true
                idle = 0
            } else {
                idle += 1
            }
            if !paced() { break }
        }
        if isAhead { best.words = chain.words }
        offer(best)
        return best
    }

    private func offer(_ found: (words: [UInt64], energy: Int64)) {
        monitor.offer(found.energy) { PackedSpins(words: found.words, count: chain.count) }
    }
}
