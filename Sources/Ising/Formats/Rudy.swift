// `n m`, then m lines `i j w`, nodes from 1: a graph, the cut of which is the sum of the weights of the edges whose ends lie on different
// sides. With sides as spins the cut is Σ w·(1 − sᵢsⱼ)/2 = (W − Σ w·sᵢsⱼ)/2, W the sum of all weights.

extension Problem {
    init(rudy lines: inout ProblemLines, sense: Sense) throws(ProblemFileError) {
        let sign: Double = sense == .max ? 1 : -1
        let name = lines.name
        var total = 0.0
        var builder = try lines.readEntries(vartype: .spin) { (builder, i, j, weight) throws(ProblemError) in
            total += weight
            try builder.add(coupling: i, j, sign * weight)
        }
        let terms = try naming(name) { () throws(ProblemError) in try builder.terms() }
        // Maximised: cut = (W − E)/2. Minimised: the couplings are −w, and cut = (W + E)/2.
        self.init(
            .ising(IsingModel(terms: terms)), scale: -sign / 2, shift: total / 2, summed: builder.summed, folded: builder.folded)
    }

    func rudyBytes(name: String) throws(ProblemFileError) -> [UInt8] {
        // cut = Σ w/2 − Σ (w/2)·sᵢsⱼ, so the weights are −2 times the objective's couplings, and its offset is minus their sum.
        let terms = try naming(name) { () throws(ProblemError) in try objectiveTerms(as: .spin, sense: .max).scaled(by: -2, plus: 0) }
        guard terms.linear.allSatisfy({ $0 == 0 }) else { throw ProblemFileError(name, .cannotHold(format: .rudy, what: "linear terms")) }
        // Where sums round, the total of the weights depends on their order.
        let slack = terms.unit == nil ? 1e-12 * terms.weights.reduce(0) { $0 + $1.magnitude } : 0
        guard (terms.offset + terms.weights.reduce(0, +)).magnitude <= slack else {
            throw ProblemFileError(name, .cannotHold(format: .rudy, what: "an objective that is not a cut but a cut plus a constant"))
        }
        var text = ProblemText()
        text.line("\(terms.variables)", "\(terms.interactions)")
        for edge in 0..<terms.interactions { text.entry(Int(terms.first[edge]) + 1, Int(terms.second[edge]) + 1, terms.weights[edge]) }
        return text.bytes
    }
}

extension ProblemLines {
    /// Reads `n m` and the m entries `i j w` that follow, variables from 1; comments start with `#`. The file must end there.
    mutating func readEntries(
        vartype: Vartype, add: (inout ModelBuilder, Int, Int, Double) throws(ProblemError) -> Void
    ) throws(ProblemFileError) -> ModelBuilder {
        guard nextContent() else { throw ProblemFileError(name, .noHeader(expected: "the number of variables and the number of entries")) }
        let builder = try readBlock(vartype: vartype, add: add)
        if nextContent() { throw fault("goes on after the entries that the header announces; correct the header or remove the line") }
        return builder
    }

    /// As `readEntries`, with the current line as the header; stops behind the last entry.
    mutating func readBlock(
        vartype: Vartype, add: (inout ModelBuilder, Int, Int, Double) throws(ProblemError) -> Void
    ) throws(ProblemFileError) -> ModelBuilder {
        try expectFields(2, "the number of variables and the number of entries")
        let variables = try variableCount(0)
        let entries = try count(1, "number of entries")
        var builder = try naming(name) { () throws(ProblemError) in try ModelBuilder(variables: variables, vartype: vartype) }
        for entry in 0..<entries {
            guard nextContent() else { throw ProblemFileError(name, .ended(expected: "\(entries) entries", found: entry)) }
            try expectFields(3, "two variables and a coefficient")
            let (i, j) = (try variable(0, base: 1, count: variables), try variable(1, base: 1, count: variables))
            let weight = try number(2)
            do { try add(&builder, i, j, weight) } catch { throw fault("\(error)") }
        }
        return builder
    }
}
