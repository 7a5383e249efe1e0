extension Problem {
    init(qplib bytes: [UInt8], name: String) throws(ProblemFileError) {
        let file = try QPLIBFile(bytes, name: name)
        guard file.constraints == 0 else { throw ProblemFileError(name, .hasConstraints(file.constraints)) }
        let sign: Double = file.sense == .min ? 1 : -1
        var builder = try naming(name) { () throws(ProblemError) in
            var builder = try ModelBuilder(variables: file.variables, vartype: .binary)
            try builder.add(offset: sign * file.offset)
            for (index, value) in file.linear.enumerated() { try builder.add(linear: index, sign * value) }
            for (i, j, value) in file.quadratic {
                if i == j { try builder.add(linear: Int(i), sign * value / 2) } else { try builder.add(coupling: Int(i), Int(j), sign * value / 2) }
            }
            return builder
        }
        let terms = try naming(name) { () throws(ProblemError) in try builder.terms() }
        self.init(.qubo(QUBO(terms: terms)), scale: sign, summed: builder.summed)
    }

    func qplibBytes(name: String) throws(ProblemFileError) -> [UInt8] {
        let terms = try naming(name) { () throws(ProblemError) in try objectiveTerms(as: .binary, sense: sense) }
        var text = ProblemText()
        text.line("spinflip")
        text.line(terms.interactions > 0 ? "QBN" : "LBN")
        text.line(sense == .min ? "minimize" : "maximize")
        text.line("\(terms.variables)", "# variables")
        if terms.interactions > 0 {
            text.line("\(terms.interactions)", "# entries of Q")
            for edge in 0..<terms.interactions { text.entry(Int(terms.second[edge]) + 1, Int(terms.first[edge]) + 1, 2 * terms.weights[edge]) }
        }
        text.vector(terms.linear, default: 0, "linear coefficient")
        text.line(ProblemText.decimal(terms.offset), "# constant of the objective")
        text.line("1.79769313486232E+308", "# infinity")
        text.vector([], default: 0, "starting value")
        text.vector([], default: 0, "multiplier of a variable")
        text.line("0", "# names of variables")
        text.line("0", "# names of constraints")
        return text.bytes
    }
}

extension ProblemText {
    /// A default, the number of values that are not it, and these with their places, counted from 1.
    mutating func vector(_ values: [Double], default usual: Double, _ what: String) {
        let exceptions = values.indices.filter { values[$0] != usual }
        line(Self.decimal(usual), "# default \(what)")
        line("\(exceptions.count)", "# others")
        for index in exceptions { line("\(index + 1)", Self.decimal(values[index])) }
    }
}
