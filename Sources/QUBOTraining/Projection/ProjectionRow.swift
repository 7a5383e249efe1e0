internal import BitCore
public import Ising

/// One row of a projection problem as a QUBO. Bits: ω of the n inputs, then of every sample that pulls α and the slack.
public struct ProjectionRow: Sendable {
    private let problem: ProjectionProblem
    private let row: Int
    private let penalty: Double
    /// Those that pull.
    let samples: [Int]

    /// - Parameter penalty: λ_b in units of 4·|y'_b|.
    /// - Precondition: a row of the problem.
    public init(_ problem: ProjectionProblem, _ row: Int, penalty: Double = 1.25) {
        precondition(row >= 0 && row < problem.outputs, "row \(row) of a projection of \(problem.outputs)")
        (self.problem, self.row, self.penalty) = (problem, row, penalty)
        samples = Self.samples(problem, row)
    }

    static func samples(_ problem: ProjectionProblem, _ row: Int) -> [Int] {
        (0..<problem.samples).filter { problem.pulls[row * problem.samples + $0] != 0 }
    }

    private var fanIn: Int { problem.fanIn }
    private var own: Int { problem.countBits }
    public var variables: Int { fanIn + samples.count * own }

    private func isPlus(_ sample: Int, _ input: Int) -> Bool { problem.inputs[sample, input] }

    /// The QUBO, whose energy is −2·f where all squares are 0.
    /// - Throws: `ProblemError` when coefficients overflow.
    public func model() throws -> QUBO {
        var builder = try ModelBuilder(variables: variables, vartype: .binary)
        for (place, sample) in samples.enumerated() {
            let pull = Double(problem.pulls[row * problem.samples + sample]) * problem.unit
            let lambda = penalty * 4 * pull.magnitude
            let first = fanIn + place * own
            try builder.add(offset: 2 * pull)
            try builder.add(linear: first, -4 * pull)
            // The sum that is squared: Σ factor·bit + constant.
            var constant = Double(problem.countShift)
            var terms: [(bit: Int, factor: Double)] = []
            for input in 0..<fanIn {
                let plus = isPlus(sample, input)
                if !plus { constant += 1 }
                terms.append((input, plus ? 1 : -1))
            }
            terms.append((first, -Double(1 << (own - 1))))
            for bit in 0..<own - 1 { terms.append((first + 1 + bit, -Double(1 << bit))) }
            try builder.add(offset: lambda * constant * constant)
            for (index, term) in terms.enumerated() {
                try builder.add(linear: term.bit, lambda * term.factor * (term.factor + 2 * constant))
                for other in terms[(index + 1)...] { try builder.add(coupling: term.bit, other.bit, 2 * lambda * term.factor * other.factor) }
            }
        }
        return QUBO(terms: try builder.terms())
    }

    /// f of a direction, in units.
    func value(_ words: [UInt64]) -> Int64 {
        samples.reduce(0) { sum, sample in
            let pull = problem.pulls[row * problem.samples + sample]
            return sum + (2 * agreements(sample, words) >= fanIn ? pull : -pull)
        }
    }

    private func agreements(_ sample: Int, _ words: [UInt64]) -> Int {
        problem.inputs.withUnsafeWords { rows in
            words.indices.reduce(fanIn) { $0 - (rows[sample * words.count + $1] ^ words[$1]).nonzeroBitCount }
        }
    }

    /// The direction of an assignment.
    func decode(_ spins: PackedSpins) -> [UInt64] {
        var words = Array(spins.words.prefix(PackedTensor.words(for: fanIn)))
        if fanIn % 64 != 0 { words[words.count - 1] &= (1 << UInt64(fanIn % 64)) - 1 }
        return words
    }

    /// The assignment in which all squares are 0.
    func state(_ words: [UInt64]) -> PackedSpins {
        var spins = PackedSpins(count: variables)
        for input in 0..<fanIn where words[input / 64] >> UInt64(input % 64) & 1 == 1 { spins[input] = true }
        for (place, sample) in samples.enumerated() {
            let count = agreements(sample, words) + problem.countShift
            let first = fanIn + place * own
            if count >> (own - 1) & 1 == 1 { spins[first] = true }
            for bit in 0..<own - 1 where count >> bit & 1 == 1 { spins[first + 1 + bit] = true }
        }
        return spins
    }

    var allPlus: [UInt64] {
        (0..<PackedTensor.words(for: fanIn)).map { CountPlanes.mask($0, samples: fanIn) }
    }
}
