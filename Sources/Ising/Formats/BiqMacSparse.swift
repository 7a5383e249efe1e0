// `n m`, then m lines `i j q`, variables from 1: the diagonal and one triangle of a symmetric matrix Q, the objective being xᵀQx. So an entry
// off the diagonal counts twice. The QUBO files of MQLib are the same but to be maximised, in whatever order their entries come.

extension Problem {
    init(sparse lines: inout ProblemLines, sense: Sense) throws(ProblemFileError) {
        let sign: Double = sense == .min ? 1 : -1
        let builder = try lines.readEntries(vartype: .binary) { (builder, i, j, entry) throws(ProblemError) in
            try builder.addSymmetric(i, j, sign * entry)
        }
        try self.init(symmetric: builder, sense: sense, name: lines.name)
    }

    func sparseBytes(name: String) throws(ProblemFileError) -> [UInt8] {
        try symmetricText(.sparse, sense: .min, header: [], name: name)
    }

    init(symmetric builder: ModelBuilder, sense: Sense, name: String) throws(ProblemFileError) {
        var builder = builder
        let terms = try naming(name) { () throws(ProblemError) in try builder.terms() }
        self.init(.qubo(QUBO(terms: terms)), scale: sense == .min ? 1 : -1, summed: builder.summed, folded: builder.folded)
    }

    /// The matrix of the objective in the given sense, behind the lines of a header.
    func symmetricText(_ format: ProblemFormat, sense: Sense, header: [String], name: String) throws(ProblemFileError) -> [UInt8] {
        let terms = try naming(name) { () throws(ProblemError) in try objectiveTerms(as: .binary, sense: sense) }
        guard terms.offset == 0 else { throw ProblemFileError(name, .cannotHold(format: format, what: "an offset")) }
        var text = ProblemText()
        for line in header { text.line(line) }
        let diagonal = terms.linear.indices.filter { terms.linear[$0] != 0 }
        text.line("\(terms.variables)", "\(diagonal.count + terms.interactions)")
        for index in diagonal { text.entry(index + 1, index + 1, terms.linear[index]) }
        for edge in 0..<terms.interactions { text.entry(Int(terms.first[edge]) + 1, Int(terms.second[edge]) + 1, terms.weights[edge] / 2) }
        return text.bytes
    }
}

extension ModelBuilder {
    /// An entry of a symmetric matrix of which one triangle is given.
    mutating func addSymmetric(_ i: Int, _ j: Int, _ entry: Double) throws(ProblemError) {
        if i == j { try add(linear: i, entry) } else { try add(coupling: i, j, 2 * entry) }
    }
}
