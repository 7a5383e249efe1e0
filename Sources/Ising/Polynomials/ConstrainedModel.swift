/// An objective to be minimised and conditions that a solution must meet.
public struct ConstrainedModel: Hashable, Sendable {
    public let objective: BinaryPolynomial
    public let constraints: [LinearConstraint]

    /// - Throws: `ProblemError.variableOutOfRange` for a constraint on a variable that the objective does not have.
    public init(objective: BinaryPolynomial, constraints: [LinearConstraint] = []) throws(ProblemError) {
        for constraint in constraints {
            if let last = constraint.variables.last, Int(last) >= objective.variables {
                throw .variableOutOfRange(Int(last), variables: objective.variables)
            }
        }
        self.objective = objective
        self.constraints = constraints
    }

    public var variables: Int { objective.variables }
    public var vartype: Vartype { objective.vartype }

    /// What an assignment is worth.
    public struct Evaluation: Hashable, Sendable {
        /// The objective.
        public var energy: Double
        /// How far each constraint is from holding, 0 where it does.
        public var violations: [Double]
        public var isFeasible: Bool { violations.allSatisfy { $0 == 0 } }
        /// How many constraints do not hold.
        public var violated: Int { violations.count { $0 > 0 } }

        public init(energy: Double, violations: [Double]) {
            self.energy = energy
            self.violations = violations
        }
    }

    /// Objective and violations of an assignment given as bits, bit 1 being spin +1; computed from scratch.
    /// - Precondition: one bit a variable, each 0 or 1.
    public func evaluate(_ bits: [UInt8]) -> Evaluation {
        let energy = objective.energy(of: bits)
        let violations = constraints.map { $0.violation(activity: $0.activity(of: bits, vartype: vartype)) }
        return Evaluation(energy: energy, violations: violations)
    }

    /// The same model over the other kind of variables.
    public func converted(to vartype: Vartype, termLimit: Int = 20_000_000) throws(ProblemError) -> ConstrainedModel {
        guard vartype != self.vartype else { return self }
        var constraints: [LinearConstraint] = []
        for constraint in self.constraints { constraints.append(try constraint.converted(from: self.vartype, to: vartype)) }
        return try ConstrainedModel(objective: objective.converted(to: vartype, termLimit: termLimit), constraints: constraints)
    }
}
