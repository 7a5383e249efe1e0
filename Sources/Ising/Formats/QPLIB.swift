extension QPLIBFile {
    func problem(name: String) throws(ProblemFileError) -> ConstrainedProblem {
        let sign: Double = sense == .min ? 1 : -1
        var builder = try naming(name) { () throws(ProblemError) in
            var builder = try ModelBuilder(variables: variables, vartype: .binary)
            try builder.add(offset: sign * offset)
            for (index, value) in linear.enumerated() { try builder.add(linear: index, sign * value) }
            for (i, j, value) in quadratic {
                if i == j { try builder.add(linear: Int(i), sign * value / 2) } else { try builder.add(coupling: Int(i), Int(j), sign * value / 2) }
            }
            return builder
        }
        let terms = try naming(name) { () throws(ProblemError) in try builder.terms() }
        guard constraints > 0 else { return ConstrainedProblem(Problem(.qubo(QUBO(terms: terms)), scale: sign, summed: builder.summed)) }
        let model = try naming(name) { () throws(ProblemError) in
            try ConstrainedModel(objective: BinaryPolynomial(QUBO(terms: terms)), constraints: linearConstraints())
        }
        return ConstrainedProblem(model, scale: sign)
    }

    /// A constraint with two different bounds becomes two; a bound that is infinite, none.
    private func linearConstraints() throws(ProblemError) -> [LinearConstraint] {
        var terms = [[(Int, Double)]](repeating: [], count: constraints)
        for (constraint, variable, value) in rows { terms[Int(constraint)].append((Int(variable), value)) }
        var result: [LinearConstraint] = []
        for index in 0..<constraints {
            let (low, high, name) = (lower[index], upper[index], names[index])
            if low == high {
                result.append(try LinearConstraint(terms[index], .equal, low, label: name))
                continue
            }
            if low > -.infinity { result.append(try LinearConstraint(terms[index], .atLeast, low, label: name)) }
            if high < .infinity { result.append(try LinearConstraint(terms[index], .atMost, high, label: name)) }
        }
        return result
    }
}

extension Problem {
    init(qplib bytes: [UInt8], name: String) throws(ProblemFileError) {
        let problem = try QPLIBFile(bytes, name: name).problem(name: name)
        guard let quadratic = problem.quadratic else { throw ProblemFileError(name, .hasConstraints(problem.constraints.count)) }
        self = quadratic
    }

    func qplibBytes(name: String) throws(ProblemFileError) -> [UInt8] {
        let terms = try naming(name) { () throws(ProblemError) in try objectiveTerms(as: .binary, sense: sense) }
        return ProblemText.qplib(terms, sense: sense, constraints: [])
    }
}

extension ConstrainedProblem {
    func qplibBytes(_ model: ConstrainedModel, name: String) throws(ProblemFileError) -> [UInt8] {
        guard model.objective.degree <= 2 else {
            throw ProblemFileError(name, .cannotHold(format: .qplib, what: "terms of degree \(model.objective.degree)"))
        }
        let (terms, constraints) = try naming(name) { () throws(ProblemError) in
            let problem = Problem(.qubo(try model.objective.qubo()), scale: scale, shift: shift)
            return (try problem.objectiveTerms(as: .binary, sense: sense), try model.converted(to: .binary).constraints)
        }
        return ProblemText.qplib(terms, sense: sense, constraints: constraints)
    }
}

extension ProblemText {
    /// - Parameter constraints: on bits.
    fileprivate static func qplib(_ terms: QuadraticTerms, sense: Problem.Sense, constraints: [LinearConstraint]) -> [UInt8] {
        let isConstrained = !constraints.isEmpty
        var text = ProblemText()
        text.line("spinflip")
        text.line((terms.interactions > 0 ? "QB" : "LB") + (isConstrained ? "L" : "N"))
        text.line(sense == .min ? "minimize" : "maximize")
        text.line("\(terms.variables)", "# variables")
        if isConstrained { text.line("\(constraints.count)", "# constraints") }
        if terms.interactions > 0 {
            text.line("\(terms.interactions)", "# entries of Q")
            for edge in 0..<terms.interactions { text.entry(Int(terms.second[edge]) + 1, Int(terms.first[edge]) + 1, 2 * terms.weights[edge]) }
        }
        text.vector(terms.linear, default: 0, "linear coefficient")
        text.line(decimal(terms.offset), "# constant of the objective")
        if isConstrained {
            text.line("\(constraints.reduce(0) { $0 + $1.variables.count })", "# entries of constraints")
            for (index, constraint) in constraints.enumerated() {
                for (variable, value) in zip(constraint.variables, constraint.coefficients) { text.entry(index + 1, Int(variable) + 1, value) }
            }
        }
        text.line(infinity, "# infinity")
        if isConstrained {
            text.vector(constraints.map { $0.sense == .atMost ? -.infinity : $0.bound }, default: -.infinity, "lower bound of a constraint")
            text.vector(constraints.map { $0.sense == .atLeast ? .infinity : $0.bound }, default: .infinity, "upper bound of a constraint")
        }
        text.vector([], default: 0, "starting value")
        if isConstrained { text.vector([], default: 0, "multiplier of a constraint") }
        text.vector([], default: 0, "multiplier of a variable")
        text.line("0", "# names of variables")
        // A name is one word.
        let named = constraints.indices.filter { constraints[$0].label.map { !$0.isEmpty && !$0.contains(where: \.isWhitespace) } ?? false }
        text.line("\(named.count)", "# names of constraints")
        for index in named { text.line("\(index + 1)", constraints[index].label ?? "") }
        return text.bytes
    }

    private static let infinity = "1.79769313486232E+308"

    /// A default, the number of values that are not it, and these with their places, counted from 1.
    private mutating func vector(_ values: [Double], default usual: Double, _ what: String) {
        let exceptions = values.indices.filter { values[$0] != usual }
        line(usual.isFinite ? Self.decimal(usual) : (usual < 0 ? "-" : "") + Self.infinity, "# default \(what)")
        line("\(exceptions.count)", "# others")
        for index in exceptions { line("\(index + 1)", Self.decimal(values[index])) }
    }
}
