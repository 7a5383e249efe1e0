/// The coefficients of a quadratic function of n variables in which no variable stands squared:
///
///     f(v) = offset + Σᵢ linear[i]·vᵢ + Σₑ weights[e]·v[first[e]]·v[second[e]]
///
/// What the variables are, spins or bits, is said by the model around it. Couplings lie in one list, sorted by first and then by second
/// variable, `first[e] < second[e]`, each pair once. Couplings of weight 0 are kept: they are part of the structure that was given.
/// All coefficients are finite, and so is the sum of their magnitudes: no energy overflows.
public struct QuadraticTerms: Hashable, Sendable {
    public let offset: Double
    public let linear: [Double]
    public let first: [Int32]
    public let second: [Int32]
    public let weights: [Double]
    /// The same couplings from the view of each variable.
    public let adjacency: Adjacency
    /// The largest power of two, 1 or less, of which every coefficient is an integer multiple; nil when a sum of coefficients could be
    /// rounded. Where there is a unit, sums of coefficients are exact in Double in any order.
    public let unit: Double?

    public var variables: Int { linear.count }
    public var interactions: Int { weights.count }
    /// Whether all coefficients are integers, and small enough for every energy to be exact.
    public var isIntegral: Bool { unit == 1 }

    /// The most variables a model may have: indices are 32 bits wide.
    public static let variableLimit = Int(Int32.max)
    public static let interactionLimit = Int(Int32.max)

    /// - Precondition: the pairs are sorted, different, and in range.
    init(offset: Double, linear: [Double], first: [Int32], second: [Int32], weights: [Double]) throws(ProblemError) {
        precondition(
            first.count == weights.count && second.count == weights.count,
            "\(weights.count) weights come with \(first.count) first and \(second.count) second variables")
        try Self.checkFinite(offset: offset, linear: linear, first: first, second: second, weights: weights)
        self.offset = offset
        self.linear = linear
        self.first = first
        self.second = second
        self.weights = weights
        adjacency = Adjacency(variables: linear.count, first: first, second: second, weights: weights)
        unit = exactUnit(of: [offset], linear, weights)
    }

    private static func checkFinite(
        offset: Double, linear: [Double], first: [Int32], second: [Int32], weights: [Double]
    ) throws(ProblemError) {
        guard offset.isFinite else { throw .overflow(.offset) }
        var sum = offset.magnitude
        for (index, value) in linear.enumerated() {
            guard value.isFinite else { throw .overflow(.linear(index)) }
            sum += value.magnitude
        }
        for (edge, value) in weights.enumerated() {
            guard value.isFinite else { throw .overflow(.coupling(Int(first[edge]), Int(second[edge]))) }
            sum += value.magnitude
        }
        guard sum.isFinite else { throw .overflow(.energy) }
    }

    /// f at the values that `value` gives, summed from scratch: offset, then linear terms in order, then couplings in order.
    @inline(__always)
    func value(at value: (Int) -> Double) -> Double {
        var sum = offset
        for (index, coefficient) in linear.enumerated() { sum += coefficient * value(index) }
        for edge in 0..<weights.count { sum += weights[edge] * value(Int(first[edge])) * value(Int(second[edge])) }
        return sum
    }
}
