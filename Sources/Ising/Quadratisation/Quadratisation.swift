/// A polynomial with constraints written as a QUBO: the bits of the source come first, behind them auxiliary ones.
///
/// For every assignment of the source's bits, the least energy over the auxiliaries is
///
///     objective(x) + Σ_c strength_c · penalty_c(x)
///
/// where penalty_c is 0 if x meets constraint c and at least 1 if it does not. Strengths are computed, one a product and one a constraint,
/// from the coefficients that each has to outweigh; there is no global one. Those of the constraints can be changed at any time, and `qubo()`
/// called again.
public struct Quadratisation: Hashable, Sendable {
    /// What an added bit stands for.
    public enum Auxiliary: Hashable, Sendable {
        /// The product of two bits before it, held to it by a penalty.
        case product(Int32, Int32)
        /// The product of the bits of one negative term; no penalty is needed.
        case term([Int32])
        /// A bit of what a constraint leaves unused.
        case slack(constraint: Int, weight: Double)
    }

    /// How a constraint is penalised.
    public enum ConstraintPenalty: Hashable, Sendable {
        /// Every assignment meets the constraint.
        case none
        /// (Σ aᵢxᵢ − target)², integer coefficients, slack among the bits.
        case square(bits: [Int32], coefficients: [Double], target: Double)
        /// Σ_{i<j} xᵢxⱼ: at most one of the bits.
        case pairs([Int32])
        /// Any function of two bits: c + a·x + b·y + d·xy.
        case table(Int32, Int32, constant: Double, first: Double, second: Double, both: Double)
    }

    /// The bits of the source.
    public let variables: Int
    /// The added bits in the order in which they stand behind the source's.
    public let auxiliaries: [Auxiliary]
    /// The strength of the penalty of each auxiliary that is a product; 0 for the others.
    public let productStrengths: [Double]
    /// One a constraint of the source.
    public let constraintPenalties: [ConstraintPenalty]
    /// One a constraint of the source. Raised where a solution violates its constraint, lowered to let a sampler through.
    public var constraintStrengths: [Double] {
        didSet {
            precondition(
                constraintStrengths.count == constraintPenalties.count && constraintStrengths.allSatisfy { $0.isFinite && $0 >= 0 },
                "\(constraintStrengths.count) strengths for \(constraintPenalties.count) constraints, all finite and 0 or more")
        }
    }
    /// The objective after substitution, of degree 2 in all bits.
    let objective: BinaryPolynomial
    /// One a constraint.
    let slacks: [Slack]
    let termLimit: Int

    struct Slack: Hashable, Sendable {
        /// The places of the slack bits among the auxiliaries.
        var range: Range<Int>
        /// The sum of their weights.
        var greatest: Double
        /// How many entries of the penalty's `bits` are the source's.
        var sourceBits: Int
    }

    /// All bits.
    public var bits: Int { variables + auxiliaries.count }

    init(
        variables: Int, auxiliaries: [Auxiliary], productStrengths: [Double], constraintPenalties: [ConstraintPenalty],
        constraintStrengths: [Double], objective: BinaryPolynomial, slacks: [Slack], termLimit: Int
    ) {
        self.variables = variables
        self.auxiliaries = auxiliaries
        self.productStrengths = productStrengths
        self.constraintPenalties = constraintPenalties
        self.constraintStrengths = constraintStrengths
        self.objective = objective
        self.slacks = slacks
        self.termLimit = termLimit
    }

    // MARK: Assignments

    /// The source's bits of an assignment: the auxiliaries are dropped.
    /// - Precondition: one bit for each of `bits`.
    public func decode(_ assignment: [UInt8]) -> [UInt8] {
        precondition(assignment.count == bits, "\(assignment.count) bits for a QUBO of \(bits)")
        return Array(assignment.prefix(variables))
    }

    /// An assignment of all bits that agrees with one of the source's: products are products, slack is what the constraint leaves. Its energy is
    /// the least over the auxiliaries.
    /// - Precondition: one bit for each of `variables`, 0 or 1.
    public func encode(_ source: [UInt8]) -> [UInt8] {
        precondition(source.count == variables, "\(source.count) bits for a problem of \(variables)")
        precondition(source.allSatisfy { $0 <= 1 }, "a bit is 0 or 1")
        var assignment = source
        assignment.reserveCapacity(bits)
        for auxiliary in auxiliaries {
            switch auxiliary {
            case .product(let a, let b): assignment.append(assignment[Int(a)] & assignment[Int(b)])
            case .term(let factors): assignment.append(factors.allSatisfy { assignment[Int($0)] == 1 } ? 1 : 0)
            case .slack: assignment.append(0)
            }
        }
        for (penalty, slack) in zip(constraintPenalties, slacks) {
            guard case .square(let bits, let coefficients, let target) = penalty, !slack.range.isEmpty else { continue }
            var rest = target
            for place in 0..<slack.sourceBits where assignment[Int(bits[place])] == 1 { rest -= coefficients[place] }
            rest = Swift.min(Swift.max(rest, 0), slack.greatest)
            // The last weight tops the powers of two before it up to the greatest slack: it is used when they alone do not suffice.
            for place in slack.range.reversed() {
                guard case .slack(_, let weight) = auxiliaries[place] else { continue }
                let before = place - slack.range.lowerBound
                let isLast = place == slack.range.upperBound - 1
                let take = isLast ? rest > Double(sign: .plus, exponent: before, significand: 1) - 1 : rest >= weight
                if take {
                    assignment[variables + place] = 1
                    rest -= weight
                }
            }
        }
        return assignment
    }

    // MARK: Models

    /// The QUBO with the present strengths.
    /// - Throws: `ProblemError.overflow` when a sum of coefficients leaves the range of a Double, `.tooManyTerms` when the squares of the
    ///   constraints exceed the limit.
    public func qubo() throws(ProblemError) -> QUBO {
        var builder = try ModelBuilder(variables: bits, vartype: .binary)
        try addObjective(to: &builder)
        try addPenalties(to: &builder)
        return QUBO(terms: try builder.terms())
    }

    /// As `qubo().terms.report`, with the share of the coefficients that are penalties.
    public func report() throws(ProblemError) -> ModelReport {
        var objective = try ModelBuilder(variables: bits, vartype: .binary)
        try addObjective(to: &objective)
        var penalties = try ModelBuilder(variables: bits, vartype: .binary)
        try addPenalties(to: &penalties)
        let (ofObjective, ofPenalties) = (try objective.terms().magnitude, try penalties.terms().magnitude)
        var report = try qubo().terms.report
        report.penaltyShare = ofObjective + ofPenalties > 0 ? ofPenalties / (ofObjective + ofPenalties) : 0
        return report
    }

    private func addObjective(to builder: inout ModelBuilder) throws(ProblemError) {
        for term in 0..<objective.terms {
            let factors = objective.indices[objective.term(term)]
            let value = objective.coefficients[term]
            switch factors.count {
            case 0: try builder.add(offset: value)
            case 1: try builder.add(linear: Int(factors[factors.startIndex]), value)
            default: try builder.add(coupling: Int(factors[factors.startIndex]), Int(factors[factors.startIndex + 1]), value)
            }
        }
    }

    private func addPenalties(to builder: inout ModelBuilder) throws(ProblemError) {
        var count = 0
        for penalty in constraintPenalties {
            if case .square(let bits, _, _) = penalty { count += bits.count * (bits.count - 1) / 2 }
            if case .pairs(let bits) = penalty { count += bits.count * (bits.count - 1) / 2 }
        }
        guard count <= termLimit else { throw .tooManyTerms(limit: termLimit) }
        for (place, auxiliary) in auxiliaries.enumerated() {
            guard case .product(let a, let b) = auxiliary else { continue }
            // Rosenberg 1975: xy − 2xw − 2yw + 3w is 0 where w = xy, and at least 1 elsewhere.
            let (strength, product) = (productStrengths[place], variables + place)
            try builder.add(coupling: Int(a), Int(b), strength)
            try builder.add(coupling: Int(a), product, -2 * strength)
            try builder.add(coupling: Int(b), product, -2 * strength)
            try builder.add(linear: product, 3 * strength)
        }
        for (penalty, strength) in zip(constraintPenalties, constraintStrengths) where strength > 0 {
            switch penalty {
            case .none: break
            case .square(let bits, let coefficients, let target):
                try builder.add(offset: strength * target * target)
                for i in bits.indices {
                    try builder.add(linear: Int(bits[i]), strength * coefficients[i] * (coefficients[i] - 2 * target))
                    for j in 0..<i { try builder.add(coupling: Int(bits[j]), Int(bits[i]), 2 * strength * coefficients[j] * coefficients[i]) }
                }
            case .pairs(let bits):
                for i in bits.indices {
                    for j in 0..<i { try builder.add(coupling: Int(bits[j]), Int(bits[i]), strength) }
                }
            case .table(let a, let b, let constant, let first, let second, let both):
                try builder.add(offset: strength * constant)
                try builder.add(linear: Int(a), strength * first)
                if b != a {
                    try builder.add(linear: Int(b), strength * second)
                    try builder.add(coupling: Int(a), Int(b), strength * both)
                }
            }
        }
    }
}

extension QuadraticTerms {
    /// The sum of the magnitudes of all coefficients but the offset.
    fileprivate var magnitude: Double { linear.reduce(0) { $0 + $1.magnitude } + weights.reduce(0) { $0 + $1.magnitude } }
}
