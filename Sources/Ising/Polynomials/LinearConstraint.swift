/// A condition on the variables of a model, spins or bits as the model has them:
///
///     Σᵢ aᵢ·vᵢ  ≤, = or ≥  bound
public struct LinearConstraint: Hashable, Sendable {
    public enum Sense: String, Hashable, Sendable, Codable, CaseIterable {
        case atMost = "<="
        case equal = "=="
        case atLeast = ">="
    }

    /// In ascending order, each once.
    public let variables: [Int32]
    /// One a variable, none 0.
    public let coefficients: [Double]
    public let sense: Sense
    public let bound: Double
    public let label: String?
    /// The largest power of two, 1 or less, of which coefficients and bound are integer multiples; nil when a sum could be rounded.
    public let unit: Double?

    /// - Parameter terms: (variable, coefficient) in any order; those of the same variable are summed.
    /// - Throws: `ProblemError` for a number that is not finite, or a negative variable.
    public init(_ terms: [(Int, Double)], _ sense: Sense, _ bound: Double, label: String? = nil) throws(ProblemError) {
        guard bound.isFinite else { throw .notFinite(.constraint) }
        var variables: [Int32] = []
        var coefficients: [Double] = []
        for (variable, value) in terms.enumerated().sorted(by: { ($0.1.0, $0.0) < ($1.1.0, $1.0) }).map(\.element) {
            guard let index = Int32(exactly: variable), index >= 0 else {
                throw .variableOutOfRange(variable, variables: QuadraticTerms.variableLimit)
            }
            guard value.isFinite else { throw .notFinite(.constraint) }
            if variables.last == index {
                coefficients[coefficients.count - 1] += value
            } else {
                variables.append(index)
                coefficients.append(value)
            }
        }
        guard coefficients.reduce(bound.magnitude, { $0 + $1.magnitude }).isFinite else { throw .overflow(.constraint) }
        let kept = coefficients.indices.filter { coefficients[$0] != 0 }
        self.variables = kept.map { variables[$0] }
        self.coefficients = kept.map { coefficients[$0] }
        self.sense = sense
        self.bound = bound
        self.label = label
        unit = exactUnit(of: coefficients, [bound])
    }

    /// What rounding alone can make of a violation of 0: nothing where there is a unit.
    public var tolerance: Double {
        unit == nil ? 0x1p-40 * coefficients.reduce(bound.magnitude) { $0 + $1.magnitude } : 0
    }

    /// Σ aᵢ·vᵢ with the bits' own values or, for spins, −1 and +1.
    /// - Precondition: every variable of the constraint has a bit.
    public func activity(of bits: [UInt8], vartype: Vartype) -> Double {
        var sum = 0.0
        for (variable, coefficient) in zip(variables, coefficients) {
            switch (vartype, bits[Int(variable)]) {
            case (_, 1): sum += coefficient
            case (.spin, _): sum -= coefficient
            case (.binary, _): break
            }
        }
        return sum
    }

    /// How far an activity is beyond the bound; 0 where the condition holds.
    public func violation(activity: Double) -> Double {
        let excess =
            switch sense {
            case .atMost: activity - bound
            case .atLeast: bound - activity
            case .equal: (activity - bound).magnitude
            }
        return excess > tolerance ? excess : 0
    }

    /// The least and the greatest activity of any assignment.
    public func activities(vartype: Vartype) -> ClosedRange<Double> {
        var (low, high) = (0.0, 0.0)
        for value in coefficients {
            switch vartype {
            case .spin: (low, high) = (low - value.magnitude, high + value.magnitude)
            case .binary: (low, high) = (low + Swift.min(value, 0), high + Swift.max(value, 0))
            }
        }
        return low...high
    }

    /// The same condition on the other kind of variables: Σ a·s = Σ 2a·x − Σ a.
    public func converted(from source: Vartype, to target: Vartype) throws(ProblemError) -> LinearConstraint {
        guard source != target else { return self }
        let sum = coefficients.reduce(0, +)
        let factor = target == .binary ? 2.0 : 0.5
        let terms = zip(variables, coefficients).map { (Int($0), factor * $1) }
        return try LinearConstraint(terms, sense, target == .binary ? bound + sum : bound - sum / 2, label: label)
    }
}

extension LinearConstraint: CustomStringConvertible {
    public var description: String {
        let sum = zip(variables, coefficients).map { "\($1)*v\($0)" }.joined(separator: " + ")
        return (label.map { $0 + ": " } ?? "") + (sum.isEmpty ? "0" : sum) + " \(sense.rawValue) \(bound)"
    }
}
