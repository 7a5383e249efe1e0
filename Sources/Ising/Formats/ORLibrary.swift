// The number of problems, then for each `n m` and m lines `i j q`, as in the sparse format of Biq Mac but to be maximised.

extension Problem {
    /// Reads the first problem of a file that must hold just one.
    init(bqp lines: inout ProblemLines, sense: Sense) throws(ProblemFileError) {
        guard lines.nextContent() else { throw ProblemFileError(lines.name, .noHeader(expected: "the number of problems")) }
        try lines.expectFields(1, "the number of problems")
        let problems = try lines.count(0, "number of problems")
        guard problems == 1 else { throw lines.fault("the file holds \(problems) problems where one is needed; split it") }
        let sign: Double = sense == .min ? 1 : -1
        let builder = try lines.readEntries(vartype: .binary) { (builder, i, j, entry) throws(ProblemError) in
            try builder.addSymmetric(i, j, sign * entry)
        }
        try self.init(symmetric: builder, sense: sense, name: lines.name)
    }

    func bqpBytes(name: String) throws(ProblemFileError) -> [UInt8] {
        try symmetricText(.bqp, sense: .max, header: ["1"], name: name)
    }
}
