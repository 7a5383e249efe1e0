/// What is wrong with a model that was to be made. Every message is one sentence that says what to do.
public enum ProblemError: Error, Hashable, Sendable {
    /// A part of a model.
    public enum Place: Hashable, Sendable {
        case offset
        case linear(Int)
        case coupling(Int, Int)
        /// A monomial of these variables.
        case term([Int])
        /// A coefficient or the bound of a constraint.
        case constraint
        /// The sum of the magnitudes of all coefficients, which bounds every energy.
        case energy
    }

    case variableCount(Int, limit: Int)
    case variableOutOfRange(Int, variables: Int)
    case tooManyInteractions(limit: Int)
    case tooManyTerms(limit: Int)
    /// A polynomial of this degree where one of at most `limit` is needed.
    case degree(Int, limit: Int)
    case notFinite(Place)
    /// Finite numbers whose sum or multiple is not.
    case overflow(Place)
}

extension ProblemError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .variableCount(let count, let limit): "a model has 0 to \(limit) variables, not \(count); correct the count"
        case .variableOutOfRange(let index, let variables):
            variables == 0
                ? "variable \(index) does not exist, the model has none; give the model variables"
                : "variable \(index) does not exist; use one in 0...\(variables - 1)"
        case .tooManyInteractions(let limit): "a model has at most \(limit) interactions; split it"
        case .tooManyTerms(let limit): "it would have more than \(limit) terms; raise the limit or keep the degree of its monomials low"
        case .degree(let degree, let limit): "the polynomial has degree \(degree), not \(limit) or less; quadratise it"
        case .notFinite(let place): "\(place) is not a finite number; correct it"
        case .overflow(let place): "\(place) exceeds the range of a Double; scale the coefficients down"
        }
    }
}

extension ProblemError.Place: CustomStringConvertible {
    public var description: String {
        switch self {
        case .offset: "the offset"
        case .linear(let index): "the linear coefficient of variable \(index)"
        case .coupling(let first, let second): "the coupling of variables \(first) and \(second)"
        case .term(let variables): "the coefficient of the product of variables \(variables.prefix(8).map(String.init).joined(separator: ", "))"
        case .constraint: "a number of the constraint"
        case .energy: "the sum of all magnitudes"
        }
    }
}
