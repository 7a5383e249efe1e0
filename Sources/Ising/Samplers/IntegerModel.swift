/// What samplers search on: a spin model with 32-bit integer coefficients.
///
///     E(s) ≈ offset + scale · (Σᵢ fields[i]·sᵢ + Σ_{i<j} Jᵢⱼ·sᵢ·sⱼ)
///
/// Exactly so (`isExact`) where the coefficients of the source have a common unit and fit; all common factors are taken out, so couplings
/// of ±2 become ±1. Otherwise the coefficients are rounded to fixed point with about 28 bits for the largest row, and energies of what is
/// found are recomputed from the source. Integers make results independent of instruction set and thread count.
public final class IntegerModel: Sendable {
    /// The most that |fields[i]| + Σⱼ |Jᵢⱼ| may be: a flip changes the energy by less than 2³⁰.
    public static let rowLimit: Int32 = 1 << 28

    public let source: IsingModel
    public let fields: [Int32]
    /// Neighbours of variable i are `neighbours[starts[i] ..< starts[i + 1]]`, ascending, beside `weights`; each coupling stands in two rows.
    public let starts: [Int]
    public let neighbours: [Int32]
    public let weights: [Int32]
    public let scale: Double
    public let isExact: Bool
    /// max over i of |fields[i]| + Σⱼ |Jᵢⱼ|.
    public let largestRow: Int32
    public let largestWeight: Int32
    public let largestField: Int32
    public let largestDegree: Int

    public var variables: Int { fields.count }
    public var interactions: Int { neighbours.count / 2 }
    /// Couplings per variable, counted from both ends.
    public var meanDegree: Double { variables == 0 ? 0 : Double(neighbours.count) / Double(variables) }
    /// Couplings over the n·(n−1)/2 that are possible.
    public var density: Double { variables < 2 ? 0 : meanDegree / Double(variables - 1) }

    public init(_ source: IsingModel) {
        let terms = source.terms
        let adjacency = terms.adjacency
        var largestRow = 0.0
        var largestDegree = 0
        for variable in 0..<terms.variables {
            var row = terms.linear[variable].magnitude
            for place in adjacency.row(variable) { row += adjacency.weights[place].magnitude }
            largestRow = Swift.max(largestRow, row)
            largestDegree = Swift.max(largestDegree, adjacency.degree(variable))
        }
        let scale: Double
        if let unit = terms.unit, let factor = Self.commonFactor(terms, unit: unit), largestRow / (unit * factor) <= Double(Self.rowLimit) {
            scale = unit * factor
            isExact = true
        } else {
            // A power of two: nothing is lost by the division. One bit is left for the sum of the roundings of a row.
            let room = Double(Self.rowLimit) / 2 / Double(Swift.max(1, largestDegree / 1_000_000))
            let finest = Swift.max(largestRow / room, .leastNormalMagnitude)
            scale = largestRow > 0 ? Double(sign: .plus, exponent: Int(finest.exponent) + 1, significand: 1) : 1
            isExact = largestRow == 0
        }
        self.source = source
        self.scale = scale
        self.largestDegree = largestDegree
        fields = terms.linear.map { Int32(($0 / scale).rounded()) }
        starts = adjacency.starts
        neighbours = adjacency.neighbours
        weights = adjacency.weights.map { Int32(($0 / scale).rounded()) }
        self.largestRow = Int32((largestRow / scale).rounded(.up)) + (isExact ? 0 : Int32(clamping: largestDegree))
        largestWeight = weights.reduce(0) { Swift.max($0, $1.magnitude) }.asInt32
        largestField = fields.reduce(0) { Swift.max($0, $1.magnitude) }.asInt32
    }

    /// The greatest common divisor of all coefficients in units; nil when there are none or one is too large for an exact Int64.
    private static func commonFactor(_ terms: QuadraticTerms, unit: Double) -> Double? {
        var divisor: UInt64 = 0
        for values in [terms.linear, terms.weights] {
            for value in values where value != 0 {
                guard value.magnitude / unit < 0x1p53 else { return nil }
                var (a, b) = (divisor, UInt64(value.magnitude / unit))
                while b != 0 { (a, b) = (b, a % b) }
                divisor = a
                if divisor == 1 { return 1 }
            }
        }
        return divisor == 0 ? nil : Double(divisor)
    }

    /// The energy of the source that an integer energy stands for; approximate unless `isExact`.
    public func energy(_ integer: Int64) -> Double { source.terms.offset + scale * Double(integer) }

    /// Σ fields·s + Σ J·s·s from scratch.
    public func integerEnergy(of spins: [Int8]) -> Int64 {
        precondition(spins.count == variables, "\(spins.count) spins for a model of \(variables)")
        var twice: Int64 = 0
        for variable in 0..<variables {
            var sum: Int64 = 2 * Int64(fields[variable])
            for place in starts[variable]..<starts[variable + 1] { sum += Int64(weights[place]) * Int64(spins[Int(neighbours[place])]) }
            twice += sum * Int64(spins[variable])
        }
        return twice / 2
    }

    /// Σⱼ Jᵢⱼ·sⱼ + fields[i] for every i: flipping spin i changes the energy by −2·sᵢ times this.
    public func localFields(of spins: [Int8]) -> [Int32] {
        precondition(spins.count == variables, "\(spins.count) spins for a model of \(variables)")
        return (0..<variables).map { variable in
            var sum = fields[variable]
            for place in starts[variable]..<starts[variable + 1] { sum &+= weights[place] &* Int32(spins[Int(neighbours[place])]) }
            return sum
        }
    }
}

extension UInt32 {
    fileprivate var asInt32: Int32 { Int32(clamping: self) }
}
