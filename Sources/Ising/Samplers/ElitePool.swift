internal import BitCore

/// Good spins that differ from one another, and walks between them (Glover, Laguna, Martí 2000; for QUBO: Wang, Lü, Glover, Hao 2012).
struct ElitePool {
    struct Member {
        var words: [UInt64]
        var energy: Int64
        /// Grows by one with every member, so that pairs that were linked before are known.
        var age: Int
    }

    let capacity: Int
    let count: Int
    /// Without fields, all spins turned give the same energy: distances are to the nearer of the two.
    let isSymmetric: Bool
    private(set) var members: [Member] = []
    private var made = 0
    /// Spins refused in a row.
    private(set) var refusals = 0

    init(capacity: Int, count: Int, isSymmetric: Bool) {
        (self.capacity, self.count, self.isSymmetric) = (capacity, count, isSymmetric)
    }

    private func rawDistance(_ a: [UInt64], _ b: [UInt64]) -> Int { zip(a, b).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount } }

    func distance(_ a: [UInt64], _ b: [UInt64]) -> Int {
        let distance = rawDistance(a, b)
        return isSymmetric ? Swift.min(distance, count - distance) : distance
    }

    /// Takes spins in place of the worst member, or of one that they resemble, when they are better.
    /// - Returns: whether they were taken.
    mutating func insert(_ words: [UInt64], _ energy: Int64) -> Bool {
        refusals += 1
        let near = Swift.max(1, count / 100)
        let resembling = members.indices.filter { distance(members[$0].words, words) < near }
        if let twin = resembling.min(by: { members[$0].energy < members[$1].energy }) {
            guard energy < members[twin].energy else { return false }
            members.remove(at: twin)
        } else if members.count >= capacity {
            guard let worst = members.indices.max(by: { members[$0].energy < members[$1].energy }), energy < members[worst].energy else { return false }
            members.remove(at: worst)
        }
        refusals = 0
        made += 1
        members.append(Member(words: words, energy: energy, age: made))
        return true
    }

    /// Forgets all members.
    mutating func clear() {
        members = []
        refusals = 0
    }

    /// Two members mixed at random: what they agree on stays. nil while there are fewer than four members.
    func mixture(_ generator: inout SeededGenerator) -> [UInt64]? {
        guard members.count >= 4 else { return nil }
        let a = generator.index(below: members.count)
        let b = (a + 1 + generator.index(below: members.count - 1)) % members.count
        var words = members[a].words
        for spin in differences(words, members[b].words) where generator.next() & 1 == 1 { words[spin >> 6] ^= 1 << UInt64(spin & 63) }
        return words
    }

    /// The spins by which `to`, or its mirror image where that is nearer, differs from `from`.
    func differences(_ from: [UInt64], _ to: [UInt64]) -> [Int] {
        let mirrored = isSymmetric && rawDistance(from, to) > count / 2
        var result: [Int] = []
        for word in from.indices {
            var bits = mirrored ? ~(from[word] ^ to[word]) : from[word] ^ to[word]
            while bits != 0 {
                let spin = 64 * word + bits.trailingZeroBitCount
                if spin < count { result.append(spin) }
                bits &= bits - 1
            }
        }
        return result
    }

    /// Walks the chain from one member towards another, each time by the best of the remaining flips, and leaves it at the best spins of the
    /// middle third of the way: near the ends a search would fall back to where it came from.
    /// - Parameter poll: asked after each flip whether to go on.
    func relink(_ chain: SpinChain, from: Member, to: Member, poll: () -> Bool) {
        chain.set(from.words)
        let remaining = differences(from.words, to.words)
        // What both agree on is held where it is.
        var held = [UInt64](repeating: .max, count: from.words.count)
        for spin in remaining { held[spin >> 6] ^= 1 << UInt64(spin & 63) }
        let length = remaining.count
        var best: (energy: Int64, words: [UInt64])?
        for step in 1...Swift.max(1, 2 * length / 3) {
            guard let move = chain.bestMoves(tabu: held, start: 0).free else { break }
            chain.flip(move.spin)
            held[move.spin >> 6] |= 1 << UInt64(move.spin & 63)
            if step > length / 3, chain.energy < best?.energy ?? .max { best = (chain.energy, chain.words) }
            guard poll() else { break }
        }
        if let best { chain.set(best.words) }
    }
}
