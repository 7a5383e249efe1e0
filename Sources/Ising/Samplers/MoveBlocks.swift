package import BitCore

/// The best flips of a chain, found again after each move by looking only where something changed: spins stand in blocks of 64, of each the best
/// flip is kept, and a flip changes the blocks of its neighbours. On sparse models that is less than a scan of all spins; the moves are the same.
package struct MoveBlocks {
    private let model: IntegerModel
    /// By blocks, first of the spins that are free, then of those that are tabu: the gain, `none` where there is no such spin, and the spin.
    private var gains: [Int32]
    private var spins: [Int32]
    /// A bit for each block that has to be looked at again.
    private var stale: [UInt64]
    private let count: Int

    private static let none = Int32.min

    /// nil where scans are cheaper.
    package init?(_ chain: SpinChain, _ model: IntegerModel) {
        count = (model.variables + 63) / 64
        guard Double(count) > 24 + 3 * model.meanDegree else { return nil }
        self.model = model
        gains = [Int32](repeating: Self.none, count: 2 * count)
        spins = [Int32](repeating: -1, count: 2 * count)
        stale = [UInt64](repeating: 0, count: (count + 63) / 64)
        invalidate()
    }

    /// Everything has changed.
    package mutating func invalidate() {
        for block in 0..<count { stale[block >> 6] |= 1 << UInt64(block & 63) }
    }

    /// A spin became tabu or free.
    package mutating func touch(_ spin: Int) { stale[spin >> 12] |= 1 << UInt64(spin >> 6 & 63) }

    /// A spin was flipped.
    package mutating func flipped(_ spin: Int) {
        touch(spin)
        for place in model.starts[spin]..<model.starts[spin + 1] { touch(Int(model.neighbours[place])) }
    }

    /// As `SpinChain.bestMoves(tabu:start:)`.
    package mutating func bestMoves(_ chain: SpinChain, tabu: [UInt64], start: Int) -> (free: SpinChain.Move?, tabu: SpinChain.Move?) {
        for word in stale.indices {
            var bits = stale[word]
            while bits != 0 {
                let block = 64 * word + bits.trailingZeroBitCount
                bits &= bits - 1
                let moves = chain.bestMoves(word: block, tabu: tabu[block])
                (gains[block], spins[block]) = moves.free.map { (Int32($0.gain), Int32($0.spin)) } ?? (Self.none, -1)
                (gains[count + block], spins[count + block]) = moves.tabu.map { (Int32($0.gain), Int32($0.spin)) } ?? (Self.none, -1)
            }
            stale[word] = 0
        }
        return (best(from: 0, start: start >> 6), best(from: count, start: start >> 6))
    }

    /// The greatest of `count` gains, of equal ones the first from `start` on, circularly.
    private func best(from base: Int, start: Int) -> SpinChain.Move? {
        gains.withUnsafeBufferPointer { gains in
            let gains = UnsafeBufferPointer(rebasing: gains[base..<base + count])
            var most = Self.none
            for gain in gains { most = gain > most ? gain : most }
            guard most != Self.none else { return nil }
            var block = start
            while gains[block] != most { block = block + 1 == count ? 0 : block + 1 }
            return SpinChain.Move(spin: Int(spins[base + block]), gain: Int64(most))
        }
    }
}
