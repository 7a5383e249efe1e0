/// A quadratic function of n spins, to be minimised:
///
///     E(s) = Σᵢ hᵢ·sᵢ + Σ_{i<j} Jᵢⱼ·sᵢ·sⱼ + offset,   sᵢ ∈ {−1, +1}
///
/// There is no hidden minus: a negative coupling favours equal spins.
public struct IsingModel: Hashable, Sendable {
    public let terms: QuadraticTerms

    public init(terms: QuadraticTerms) {
        self.terms = terms
    }

    /// - Parameters:
    ///   - fields: h, one a spin.
    ///   - couplings: (i, j, J) in any order; those of the same pair are summed, and (i, i, J) adds J to the offset.
    public init(fields: [Double], couplings: [(Int, Int, Double)] = [], offset: Double = 0) throws(ProblemError) {
        terms = try QuadraticTerms(vartype: .spin, linear: fields, couplings: couplings, offset: offset)
    }

    public var variables: Int { terms.variables }

    /// E(s), summed from scratch in Double; exact where `terms.unit` exists.
    /// - Precondition: one spin a variable, each −1 or +1.
    public func energy(of spins: [Int8]) -> Double {
        precondition(spins.count == variables, "\(spins.count) spins for a model of \(variables)")
        precondition(spins.allSatisfy { $0 == 1 || $0 == -1 }, "a spin is -1 or +1")
        return terms.value { Double(spins[$0]) }
    }
}

extension QuadraticTerms {
    init(vartype: Vartype, linear: [Double], couplings: [(Int, Int, Double)], offset: Double) throws(ProblemError) {
        var builder = try ModelBuilder(variables: linear.count, vartype: vartype)
        try builder.add(offset: offset)
        for (index, value) in linear.enumerated() { try builder.add(linear: index, value) }
        for (first, second, value) in couplings { try builder.add(coupling: first, second, value) }
        self = try builder.terms()
    }
}
