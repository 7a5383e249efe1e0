/// A function of n spins or bits of any degree, to be minimised:
///
///     f(v) = Σ_t coefficients[t] · Π_{i ∈ term t} vᵢ
///
/// Because s² = 1 and x² = x, no variable stands in a term twice. Terms lie one behind the other: the variables of term t are
/// `indices[starts[t] ..< starts[t + 1]]`, in ascending order. Terms are sorted by degree and then by their variables, so the constant, if there
/// is one, is the first; each product stands once and with a coefficient that is not 0. All coefficients are finite, and so is the sum of their
/// magnitudes.
public struct BinaryPolynomial: Hashable, Sendable {
    public let vartype: Vartype
    public let variables: Int
    public let starts: [Int]
    public let indices: [Int32]
    public let coefficients: [Double]
    /// The largest power of two, 1 or less, of which every coefficient is an integer multiple; nil when a sum of coefficients could be rounded.
    public let unit: Double?

    public var terms: Int { coefficients.count }
    /// Whether all coefficients are integers, and small enough for every energy to be exact.
    public var isIntegral: Bool { unit == 1 }
    /// The most variables in one term; 0 for a constant.
    public var degree: Int { terms == 0 ? 0 : termDegree(terms - 1) }

    public func term(_ term: Int) -> Range<Int> { starts[term]..<starts[term + 1] }
    public func termDegree(_ term: Int) -> Int { starts[term + 1] - starts[term] }

    /// The coefficient of the empty product.
    public var offset: Double { terms > 0 && termDegree(0) == 0 ? coefficients[0] : 0 }

    public static let termLimit = Int(Int32.max)

    /// - Precondition: the terms are sorted, different, and of ascending variables in range; no coefficient is 0.
    init(
        vartype: Vartype, variables: Int, starts: [Int], indices: [Int32], coefficients: [Double]
    ) throws(ProblemError) {
        precondition(
            starts.count == coefficients.count + 1 && starts.last == indices.count,
            "\(coefficients.count) coefficients come with \(starts.count) starts of \(indices.count) variables")
        var sum = 0.0
        for (term, value) in coefficients.enumerated() {
            guard value.isFinite else { throw .overflow(.term(indices[starts[term]..<starts[term + 1]].map(Int.init))) }
            sum += value.magnitude
        }
        guard sum.isFinite else { throw .overflow(.energy) }
        self.vartype = vartype
        self.variables = variables
        self.starts = starts
        self.indices = indices
        self.coefficients = coefficients
        unit = exactUnit(of: coefficients)
    }

    /// - Parameter terms: (coefficient, variables) in any order; those of the same product are summed, s² = 1 and x² = x are applied.
    public init(variables: Int, vartype: Vartype, terms: [(Double, [Int])]) throws(ProblemError) {
        var builder = try PolynomialBuilder(variables: variables, vartype: vartype)
        for (coefficient, product) in terms { try builder.add(coefficient, product) }
        self = try builder.polynomial()
    }

    /// f at an assignment given as bits, bit 1 being spin +1: summed from scratch in the order of the terms, exact where `unit` exists.
    /// - Precondition: one bit a variable, each 0 or 1.
    public func energy(of bits: [UInt8]) -> Double {
        precondition(bits.count == variables, "\(bits.count) bits for a polynomial of \(variables) variables")
        precondition(bits.allSatisfy { $0 <= 1 }, "a bit is 0 or 1")
        return value { bits[$0] == 1 }
    }

    /// f at an assignment given as spins, spin +1 being bit 1.
    /// - Precondition: one spin a variable, each −1 or +1.
    public func energy(of spins: [Int8]) -> Double {
        precondition(spins.count == variables, "\(spins.count) spins for a polynomial of \(variables) variables")
        precondition(spins.allSatisfy { $0 == 1 || $0 == -1 }, "a spin is -1 or +1")
        return value { spins[$0] == 1 }
    }

    @inline(__always)
    private func value(isOne: (Int) -> Bool) -> Double {
        var sum = 0.0
        for term in 0..<terms {
            switch vartype {
            case .binary:
                if indices[self.term(term)].allSatisfy({ isOne(Int($0)) }) { sum += coefficients[term] }
            case .spin:
                var isNegative = false
                for index in indices[self.term(term)] where !isOne(Int(index)) { isNegative.toggle() }
                sum += isNegative ? -coefficients[term] : coefficients[term]
            }
        }
        return sum
    }

    /// A range that holds every value: what the terms contribute if each could choose its sign (spins) or whether to be there (bits) alone.
    public var bounds: ClosedRange<Double> {
        var (low, high) = (offset, offset)
        for term in 0..<terms where termDegree(term) > 0 {
            let value = coefficients[term]
            switch vartype {
            case .spin: (low, high) = (low - value.magnitude, high + value.magnitude)
            case .binary: (low, high) = (low + Swift.min(value, 0), high + Swift.max(value, 0))
            }
        }
        return low...high
    }
}
