/// How constraints are weighed.
public enum ConstraintStrengths: Hashable, Sendable {
    /// Just above the range of the objective, so that no violation pays for itself.
    case fromBounds
    /// One for all.
    case uniform(Double)
    /// One a constraint.
    case each([Double])
}

/// Why a model has no QUBO.
public enum QuadratisationError: Error, Hashable, Sendable {
    /// No assignment meets the constraint.
    case infeasible(constraint: Int, label: String?)
    /// The slack of an inequality would need more bits than 31: its coefficients are no small multiples of a common number.
    case slackTooWide(constraint: Int, label: String?, bits: Int)
    case strengths(String)
    case model(ProblemError)
}

extension QuadratisationError: CustomStringConvertible {
    public var description: String {
        func name(_ constraint: Int, _ label: String?) -> String { "constraint \(constraint)" + (label.map { " (\($0))" } ?? "") }
        return switch self {
        case .infeasible(let constraint, let label): "no assignment meets \(name(constraint, label)); relax it"
        case .slackTooWide(let constraint, let label, let bits):
            "\(name(constraint, label)) takes \(bits) bits of slack, 31 are possible; give it coefficients that are small integers"
        case .strengths(let reason): "\(reason); give one strength of 0 or more for each constraint"
        case .model(let error): "\(error)"
        }
    }
}

extension BinaryPolynomial {
    /// The polynomial as a QUBO with auxiliary bits.
    /// - Parameter termLimit: as in `converted(to:termLimit:)`, for polynomials of spins.
    public func quadratised(termLimit: Int = 20_000_000) throws(QuadratisationError) -> Quadratisation {
        let model: ConstrainedModel
        do { model = try ConstrainedModel(objective: self) } catch { throw .model(error) }
        return try model.quadratised(termLimit: termLimit)
    }
}

extension ConstrainedModel {
    /// The model as a QUBO with auxiliary bits; constraints become penalties.
    ///
    /// An equation is squared. Of an inequality the slack is squared too, in bits of weights 1, 2, 4 … and a last one so that they sum to exactly
    /// the greatest slack. Constraints on two bits and "at most one of these bits" need neither slack nor squares.
    ///
    /// - Parameters:
    ///   - strengths: what a violation by the least step costs; `.fromBounds` by default. In a squared constraint a violation of v steps costs v² as
    ///     much.
    ///   - termLimit: the most terms that conversions and squares may make.
    public func quadratised(
        strengths: ConstraintStrengths = .fromBounds, termLimit: Int = 20_000_000
    ) throws(QuadratisationError) -> Quadratisation {
        do {
            let model = try converted(to: .binary, termLimit: termLimit)
            let substitution = try ProductSubstitution(model.objective)
            var auxiliaries = substitution.auxiliaries
            var penalties: [Quadratisation.ConstraintPenalty] = []
            var slacks: [Quadratisation.Slack] = []
            for (index, constraint) in model.constraints.enumerated() {
                let start = auxiliaries.count
                let compiled = try constraint.compiled(index: index, firstSlack: variables + start)
                for weight in compiled.slackWeights { auxiliaries.append(.slack(constraint: index, weight: weight)) }
                penalties.append(compiled.penalty)
                slacks.append(.init(range: start..<auxiliaries.count, greatest: compiled.slackWeights.reduce(0, +), sourceBits: compiled.sourceBits))
            }
            return Quadratisation(
                variables: variables, auxiliaries: auxiliaries,
                productStrengths: substitution.strengths + [Double](repeating: 0, count: auxiliaries.count - substitution.strengths.count),
                constraintPenalties: penalties, constraintStrengths: try model.strengths(strengths),
                objective: try substitution.polynomial().widened(to: variables + auxiliaries.count), slacks: slacks, termLimit: termLimit)
        } catch let error as QuadratisationError {
            throw error
        } catch let error as ProblemError {
            throw .model(error)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    private func strengths(_ strengths: ConstraintStrengths) throws(QuadratisationError) -> [Double] {
        let values: [Double]
        switch strengths {
        case .fromBounds:
            // Every violation costs at least one strength, and must cost more than the whole range. Where the objective has a unit, its values are
            // multiples of it.
            let bounds = objective.bounds
            let range = bounds.upperBound - bounds.lowerBound
            let strength = range == 0 ? 1 : objective.unit.map { range + $0 } ?? range * (1 + 0x1p-20)
            values = Array(repeating: strength, count: constraints.count)
        case .uniform(let value): values = Array(repeating: value, count: constraints.count)
        case .each(let list): values = list
        }
        guard values.count == constraints.count else { throw .strengths("\(values.count) strengths for \(constraints.count) constraints") }
        guard values.allSatisfy({ $0.isFinite && $0 >= 0 }) else { throw .strengths("a strength is negative or not finite") }
        return values
    }
}

extension BinaryPolynomial {
    fileprivate func widened(to variables: Int) throws(ProblemError) -> BinaryPolynomial {
        try BinaryPolynomial(vartype: vartype, variables: variables, starts: starts, indices: indices, coefficients: coefficients)
    }
}

extension LinearConstraint {
    fileprivate struct Compiled {
        var penalty: Quadratisation.ConstraintPenalty
        var slackWeights: [Double] = []
        var sourceBits = 0
    }

    /// The penalty of a constraint on bits.
    fileprivate func compiled(index: Int, firstSlack: Int) throws(QuadratisationError) -> Compiled {
        if variables.count <= 2 { return try table(index: index) }
        let range = activities(vartype: .binary)
        switch sense {
        case .equal:
            guard range.lowerBound - tolerance <= bound, bound <= range.upperBound + tolerance else {
                throw .infeasible(constraint: index, label: label)
            }
        case .atMost:
            guard range.lowerBound <= bound + tolerance else { throw .infeasible(constraint: index, label: label) }
            if range.upperBound <= bound + tolerance { return Compiled(penalty: .none) }
        case .atLeast:
            guard range.upperBound >= bound - tolerance else { throw .infeasible(constraint: index, label: label) }
            if range.lowerBound >= bound - tolerance { return Compiled(penalty: .none) }
        }
        guard let whole = wholeNumbers() else {
            guard sense == .equal else { throw .slackTooWide(constraint: index, label: label, bits: 53) }
            // Without a unit the least violation is unknown; the equation is scaled so that its smallest coefficient is a step.
            let step = coefficients.reduce(Double.infinity) { Swift.min($0, $1.magnitude) }
            let penalty = Quadratisation.ConstraintPenalty.square(bits: variables, coefficients: coefficients.map { $0 / step }, target: bound / step)
            return Compiled(penalty: penalty, sourceBits: variables.count)
        }
        guard let target = whole.target else { throw .infeasible(constraint: index, label: label) }
        if sense == .equal {
            return Compiled(penalty: .square(bits: variables, coefficients: whole.coefficients, target: target), sourceBits: variables.count)
        }
        if target == 1, whole.coefficients.allSatisfy({ $0 == 1 }) { return Compiled(penalty: .pairs(variables)) }
        let greatest = target - whole.coefficients.reduce(0) { $0 + Swift.min($1, 0) }
        let bits = greatest == 0 ? 0 : Int(greatest.exponent) + 1
        guard bits <= 31 else { throw .slackTooWide(constraint: index, label: label, bits: bits) }
        var weights = (0..<Swift.max(bits - 1, 0)).map { Double(sign: .plus, exponent: $0, significand: 1) }
        if bits > 0 { weights.append(greatest - weights.reduce(0, +)) }
        return Compiled(
            penalty: .square(
                bits: variables + weights.indices.map { Int32(firstSlack + $0) }, coefficients: whole.coefficients + weights, target: target),
            slackWeights: weights, sourceBits: variables.count)
    }

    /// The constraint in integers without a common divisor, as Σ ≤ target or Σ = target; nil without a unit, binary or decimal. An equation whose
    /// target is no multiple of the divisor has none.
    private func wholeNumbers() -> (coefficients: [Double], target: Double?)? {
        guard let (numbers, bound) = integers() else { return nil }
        let sign: Double = sense == .atLeast ? -1 : 1
        var divisor: Int64 = 0
        for number in numbers {
            var (a, b) = (divisor, Int64(number.magnitude))
            while b != 0 { (a, b) = (b, a % b) }
            divisor = a
        }
        let isMultiple = Int64(bound).isMultiple(of: divisor)
        let target = (sign * bound / Double(divisor)).rounded(.down)
        return (numbers.map { sign * $0 / Double(divisor) }, sense == .equal && !isMultiple ? nil : target)
    }

    /// Coefficients and bound as integers of the same proportions. Numbers like 0.1 are multiples of a tiny power of two at best, but of a power of ten
    /// they are too, but for rounding.
    private func integers() -> ([Double], Double)? {
        if let unit, coefficients.allSatisfy({ $0.magnitude <= 0x1p31 * unit }) { return (coefficients.map { $0 / unit }, bound / unit) }
        var scale = 1.0
        for _ in 0..<9 {
            scale *= 10
            let scaled = coefficients.map { $0 * scale } + [bound * scale]
            let whole = scaled.map { $0.rounded() }
            guard whole.allSatisfy({ $0.magnitude < 0x1p52 }) else { break }
            if zip(scaled, whole).allSatisfy({ ($0 - $1).magnitude <= 0x1p-44 * $1.magnitude }), !whole.dropLast().contains(0) {
                return (Array(whole.dropLast()), whole[whole.count - 1])
            }
        }
        return unit.map { unit in (coefficients.map { $0 / unit }, bound / unit) }
    }

    /// Two bits have four assignments; a penalty of 0 for those that meet the constraint and 1 for the others is quadratic.
    private func table(index: Int) throws(QuadratisationError) -> Compiled {
        let (a, b) = (coefficients.first ?? 0, coefficients.count > 1 ? coefficients[1] : 0)
        let costs = [0, a, b, a + b].map { violation(activity: $0) > 0 ? 1.0 : 0 }
        let possible = variables.isEmpty ? costs[..<1] : variables.count == 1 ? costs[..<2] : costs[...]
        if possible.allSatisfy({ $0 == 0 }) { return Compiled(penalty: .none) }
        guard possible.contains(0) else { throw .infeasible(constraint: index, label: label) }
        let first = variables[0]
        let penalty = Quadratisation.ConstraintPenalty.table(
            first, variables.last ?? first, constant: costs[0], first: costs[1] - costs[0], second: costs[2] - costs[0],
            both: costs[3] - costs[1] - costs[2] + costs[0])
        return Compiled(penalty: penalty)
    }
}
