internal import BitCore

// Version 1 of the JSON form: what a `ProblemDocument` has, and `linear` (one a variable), `first`, `second`, `weights` (one a coupling, variables
// from 0), and `offset`.

extension Problem {
    init(json bytes: [UInt8], name: String) throws(ProblemFileError) {
        let document = try ProblemDocument(bytes, name: name)
        guard document.version == 2 else {
            try self.init(document)
            return
        }
        // A problem of the general form may still be one of this.
        let general = try ConstrainedProblem(json: bytes, name: name)
        guard let problem = general.quadratic else {
            if !general.constraints.isEmpty { throw ProblemFileError(name, .hasConstraints(general.constraints.count)) }
            let degree = try naming(name) { () throws(ProblemError) in try general.model().objective.degree }
            throw ProblemFileError(name, .model(.degree(degree, limit: 2)))
        }
        self = problem
    }

    init(_ document: ProblemDocument) throws(ProblemFileError) {
        let (object, name) = (document.object, document.name)
        guard let linear = object["linear"]?.numbers else { throw document.bad("linear is not an array of numbers") }
        guard object["variables"]?.integer == linear.count else { throw document.bad("variables is not the length of linear, \(linear.count)") }
        guard let first = object["first"]?.integers, let second = object["second"]?.integers, let weights = object["weights"]?.numbers,
            first.count == weights.count, second.count == weights.count
        else { throw document.bad("first, second and weights are not three arrays of one length") }
        guard let offset = object["offset"]?.number else { throw document.bad("offset is not a number") }
        let labels = try document.labels(count: linear.count)
        var builder = try naming(name) { () throws(ProblemError) in
            var builder = try ModelBuilder(variables: linear.count, vartype: document.vartype)
            try builder.add(offset: offset)
            for (index, value) in linear.enumerated() { try builder.add(linear: index, value) }
            for index in weights.indices { try builder.add(coupling: first[index], second[index], weights[index]) }
            return builder
        }
        let terms = try naming(name) { () throws(ProblemError) in try builder.terms() }
        self.init(
            document.vartype == .spin ? .ising(IsingModel(terms: terms)) : .qubo(QUBO(terms: terms)), scale: document.scale,
            shift: document.shift, summed: builder.summed, folded: builder.folded, labels: labels)
    }

    func jsonBytes(name: String) throws(ProblemFileError) -> [UInt8] {
        var object = ProblemDocument.object(
            version: 1, vartype: vartype, variables: terms.variables, scale: scale, shift: shift, labels: labels)
        object["offset"] = .number(terms.offset)
        object["linear"] = .array(terms.linear.map(JSONValue.number))
        object["first"] = .array(terms.first.map { .integer(Int($0)) })
        object["second"] = .array(terms.second.map { .integer(Int($0)) })
        object["weights"] = .array(terms.weights.map(JSONValue.number))
        return try ProblemDocument.bytes(object, name: name)
    }
}
