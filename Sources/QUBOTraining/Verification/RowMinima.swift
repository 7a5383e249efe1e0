internal import Ising

/// The coefficients of a QUBO in which bits of different rows do not meet: shared bits first, then a block a row. Finds, for an assignment
/// of the shared bits, the least energy of every block by going through its states in Gray code.
struct RowMinima {
    private let model: QUBO
    private let shared: Int
    private let bits: Int
    private let rows: Int
    /// [row × bit]
    private let linear: [Double]
    /// [row × bit × bit], both ways.
    private let couplings: [Double]
    /// Of each row, (shared bit, bit, coefficient).
    private let outer: [[(shared: Int, bit: Int, value: Double)]]
    private let sharedCouplings: [(Int, Int, Double)]
    private var field: [Double]

    /// - Precondition: no coupling between rows; at most 63 bits are shared, and as many in a block.
    init(_ model: QUBO, shared: Int, bitsPerRow: Int) {
        let terms = model.terms
        (self.model, self.shared, bits) = (model, shared, bitsPerRow)
        rows = (terms.variables - shared) / bitsPerRow
        var couplings = [Double](repeating: 0, count: rows * bitsPerRow * bitsPerRow)
        var outer = [[(shared: Int, bit: Int, value: Double)]](repeating: [], count: rows)
        var sharedCouplings: [(Int, Int, Double)] = []
        for place in 0..<terms.interactions {
            let (first, second, value) = (Int(terms.first[place]), Int(terms.second[place]), terms.weights[place])
            guard second >= shared else {
                sharedCouplings.append((first, second, value))
                continue
            }
            let (row, bit) = (second - shared).quotientAndRemainder(dividingBy: bitsPerRow)
            guard first >= shared else {
                outer[row].append((first, bit, value))
                continue
            }
            let (otherRow, other) = (first - shared).quotientAndRemainder(dividingBy: bitsPerRow)
            precondition(row == otherRow, "a coupling between rows \(otherRow) and \(row)")
            couplings[(row * bitsPerRow + bit) * bitsPerRow + other] = value
            couplings[(row * bitsPerRow + other) * bitsPerRow + bit] = value
        }
        (self.couplings, self.outer, self.sharedCouplings) = (couplings, outer, sharedCouplings)
        linear = Array(terms.linear[shared...])
        field = [Double](repeating: 0, count: bitsPerRow)
    }

    /// The least energy over all blocks, and the state of each block that has it.
    mutating func least(_ assignment: UInt64) -> (energy: Double, states: [UInt64]) {
        var energy = model.terms.offset
        for bit in 0..<shared where assignment >> UInt64(bit) & 1 == 1 { energy += model.terms.linear[bit] }
        for (first, second, value) in sharedCouplings where assignment >> UInt64(first) & assignment >> UInt64(second) & 1 == 1 { energy += value }
        var states: [UInt64] = []
        states.reserveCapacity(rows)
        for row in 0..<rows {
            let (value, state) = least(row, assignment)
            energy += value
            states.append(state)
        }
        return (energy, states)
    }

    private mutating func least(_ row: Int, _ assignment: UInt64) -> (Double, UInt64) {
        for bit in 0..<bits { field[bit] = linear[row * bits + bit] }
        for (shared, bit, value) in outer[row] where assignment >> UInt64(shared) & 1 == 1 { field[bit] += value }
        let (bits, couplings) = (bits, couplings)
        return field.withUnsafeMutableBufferPointer { field in
            couplings.withUnsafeBufferPointer { couplings in
                let couplings = couplings.baseAddress! + row * bits * bits
                // All bits 0 to begin with; field[i] is what setting bit i adds.
                var (state, energy) = (0 as UInt64, 0.0)
                var best = (energy: 0.0, state: 0 as UInt64)
                for step in 1..<(1 as UInt64) << UInt64(bits) {
                    let flipped = step.trailingZeroBitCount
                    let mask = (1 as UInt64) << UInt64(flipped)
                    let rises = state & mask == 0
                    state ^= mask
                    energy += rises ? field[flipped] : -field[flipped]
                    let line = couplings + flipped * bits
                    if rises { for i in 0..<bits { field[i] += line[i] } } else { for i in 0..<bits { field[i] -= line[i] } }
                    if energy < best.energy { best = (energy, state) }
                }
                return (best.energy, best.state)
            }
        }
    }

    /// All bits together.
    func state(_ assignment: UInt64, _ states: [UInt64]) -> PackedSpins {
        var result = PackedSpins(count: shared + rows * bits)
        for bit in 0..<shared where assignment >> UInt64(bit) & 1 == 1 { result[bit] = true }
        for (row, state) in states.enumerated() {
            for bit in 0..<bits where state >> UInt64(bit) & 1 == 1 { result[shared + row * bits + bit] = true }
        }
        return result
    }
}
