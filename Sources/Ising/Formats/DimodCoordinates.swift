// Lines `i j w`, variables from 0, `i i w` being linear, behind a comment `# vartype=SPIN` or `# vartype=BINARY`. The number of variables is one
// more than the greatest index. The format has no offset; it is written as the comment `# offset=V`, which is read back.

extension Problem {
    init(coo lines: inout ProblemLines, sense: Sense) throws(ProblemFileError) {
        let sign: Double = sense == .min ? 1 : -1
        var offset = 0.0
        var vartype: Vartype?
        var variables = 0
        var entries: [(i: Int32, j: Int32, value: Double)] = []
        while lines.next() {
            if lines.bytes[lines.fields[0].lowerBound] == UInt8(ascii: "#") {
                vartype = try lines.vartypeComment() ?? vartype
                offset = try lines.offsetComment() ?? offset
                continue
            }
            try lines.expectFields(3, "two variables and a coefficient")
            let (i, j) = (
                try lines.variable(0, base: 0, count: lines.variableLimit), try lines.variable(1, base: 0, count: lines.variableLimit)
            )
            variables = Swift.max(variables, i + 1, j + 1)
            entries.append((Int32(i), Int32(j), sign * (try lines.number(2))))
        }
        guard let vartype else {
            throw ProblemFileError(lines.name, .noHeader(expected: "\"# vartype=SPIN\" or \"# vartype=BINARY\""))
        }
        let (count, collected, constant) = (variables, entries, sign * offset)
        var builder = try naming(lines.name) { () throws(ProblemError) in
            var builder = try ModelBuilder(variables: count, vartype: vartype)
            try builder.add(offset: constant)
            for (i, j, value) in collected {
                if i == j { try builder.add(linear: Int(i), value) } else { try builder.add(coupling: Int(i), Int(j), value) }
            }
            return builder
        }
        let terms = try naming(lines.name) { () throws(ProblemError) in try builder.terms() }
        self.init(
            vartype == .spin ? .ising(IsingModel(terms: terms)) : .qubo(QUBO(terms: terms)), scale: sign, summed: builder.summed)
    }

    func cooBytes(name: String) throws(ProblemFileError) -> [UInt8] {
        let terms = try naming(name) { () throws(ProblemError) in try objectiveTerms(as: vartype, sense: .min) }
        var text = ProblemText()
        text.line("#", "vartype=\(vartype == .spin ? "SPIN" : "BINARY")")
        if terms.offset != 0 { text.line("#", "offset=\(ProblemText.decimal(terms.offset))") }
        for index in terms.linear.indices {
            // The last variable is always named: it says how many there are.
            if terms.linear[index] != 0 || index == terms.variables - 1 { text.entry(index, index, terms.linear[index]) }
        }
        for edge in 0..<terms.interactions { text.entry(Int(terms.first[edge]), Int(terms.second[edge]), terms.weights[edge]) }
        return text.bytes
    }
}

extension ProblemLines {
    /// The vartype that a comment line states; nil when it says something else.
    fileprivate func vartypeComment() throws(ProblemFileError) -> Vartype? {
        guard let field = fields.indices.first(where: { text($0).drop { $0 == "#" }.hasPrefix("vartype") }) else { return nil }
        let words = fields[field...].indices.map { text($0) }.joined().split { "=:#".contains($0) }
        switch words.count > 1 ? words[1].uppercased() : "" {
        case "SPIN": return .spin
        case "BINARY": return .binary
        default: throw fault("the vartype is neither SPIN nor BINARY; correct it")
        }
    }
}
