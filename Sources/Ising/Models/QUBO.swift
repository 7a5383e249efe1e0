/// A quadratic function of n bits, to be minimised:
///
///     E(x) = Σ_{i≤j} Qᵢⱼ·xᵢ·xⱼ + offset,   xᵢ ∈ {0, 1}
///
/// Because x² = x, the diagonal of Q is the linear part, `terms.linear`.
public struct QUBO: Hashable, Sendable {
    public let terms: QuadraticTerms

    public init(terms: QuadraticTerms) {
        self.terms = terms
    }

    /// - Parameters:
    ///   - diagonal: Qᵢᵢ, one a bit.
    ///   - couplings: (i, j, Q) in any order, each standing once for the product xᵢ·xⱼ; those of the same pair are summed, and
    ///     (i, i, Q) adds Q to the diagonal.
    public init(diagonal: [Double], couplings: [(Int, Int, Double)] = [], offset: Double = 0) throws(ProblemError) {
        terms = try QuadraticTerms(vartype: .binary, linear: diagonal, couplings: couplings, offset: offset)
    }

    public var variables: Int { terms.variables }

    /// E(x), summed from scratch in Double; exact where `terms.unit` exists.
    /// - Precondition: one bit a variable, each 0 or 1.
    public func energy(of bits: [UInt8]) -> Double {
        precondition(bits.count == variables, "\(bits.count) bits for a model of \(variables)")
        precondition(bits.allSatisfy { $0 <= 1 }, "a bit is 0 or 1")
        return terms.value { Double(bits[$0]) }
    }
}
