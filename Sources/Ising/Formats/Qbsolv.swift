// `p qubo 0 maxNodes nNodes nCouplers`, then nNodes lines `i i q` and nCouplers lines `i j q`, variables from 0, each coupling standing once.
// Comments start with `c`. The format has no offset; it is written as the comment `c offset=V`, which is read back.

extension Problem {
    init(qbsolv lines: inout ProblemLines, sense: Sense) throws(ProblemFileError) {
        let sign: Double = sense == .min ? 1 : -1
        var offset = 0.0
        var header: (variables: Int, nodes: Int, couplers: Int)?
        var (nodes, couplers) = (0, 0)
        var builder: ModelBuilder?
        while lines.next() {
            if lines.text(0).hasPrefix("c") {
                offset = try lines.offsetComment() ?? offset
                continue
            }
            guard let counts = header else {
                try lines.expectFields(6, "\"p qubo 0 maxNodes nNodes nCouplers\"")
                guard lines.text(0) == "p", lines.text(1) == "qubo" else {
                    throw lines.fault("is not \"p qubo 0 maxNodes nNodes nCouplers\"; start the file with this line")
                }
                let counts = (try lines.variableCount(3), try lines.count(4, "number of nodes"), try lines.count(5, "number of couplers"))
                header = counts
                builder = try naming(lines.name) { () throws(ProblemError) in try ModelBuilder(variables: counts.0, vartype: .binary) }
                continue
            }
            try lines.expectFields(3, "two variables and a coefficient")
            let (i, j) = (try lines.variable(0, base: 0, count: counts.variables), try lines.variable(1, base: 0, count: counts.variables))
            let value = sign * (try lines.number(2))
            try lines.blamingLine { () throws(ProblemError) in
                if i == j { try builder?.add(linear: i, value) } else { try builder?.add(coupling: i, j, value) }
            }
            if i == j { nodes += 1 } else { couplers += 1 }
            guard nodes <= counts.nodes, couplers <= counts.couplers else {
                throw lines.fault(
                    "is one more than the \(counts.nodes) nodes and \(counts.couplers) couplers that the header announces; correct the header")
            }
        }
        guard let header, var builder else {
            throw ProblemFileError(lines.name, .noHeader(expected: "\"p qubo 0 maxNodes nNodes nCouplers\""))
        }
        guard nodes == header.nodes, couplers == header.couplers else {
            throw ProblemFileError(
                lines.name, .ended(expected: "\(header.nodes) nodes and \(header.couplers) couplers", found: nodes + couplers))
        }
        let terms = try naming(lines.name) { () throws(ProblemError) in
            try builder.add(offset: sign * offset)
            return try builder.terms()
        }
        self.init(.qubo(QUBO(terms: terms)), scale: sign, summed: builder.summed)
    }

    func qbsolvBytes(name: String) throws(ProblemFileError) -> [UInt8] {
        let terms = try naming(name) { () throws(ProblemError) in try objectiveTerms(as: .binary, sense: .min) }
        let diagonal = terms.linear.indices.filter { terms.linear[$0] != 0 }
        var text = ProblemText()
        if terms.offset != 0 { text.line("c", "offset=\(ProblemText.decimal(terms.offset))") }
        text.line("p", "qubo", "0", "\(terms.variables)", "\(diagonal.count)", "\(terms.interactions)")
        for index in diagonal { text.entry(index, index, terms.linear[index]) }
        for edge in 0..<terms.interactions { text.entry(Int(terms.first[edge]), Int(terms.second[edge]), terms.weights[edge]) }
        return text.bytes
    }
}

extension ProblemLines {
    /// The value of a comment line `c offset=V` or `# offset=V`; nil when the comment says something else.
    func offsetComment() throws(ProblemFileError) -> Double? {
        guard fields.count == 2, text(1).hasPrefix("offset=") else { return nil }
        guard let value = Double(text(1).dropFirst(7)), value.isFinite else { throw fault("the offset is not a finite number; correct it") }
        return value
    }
}
