internal import BitCore

// One object: `type` is "spinflip problem", `version` 1, `vartype` "spin" or "binary", `variables`, `linear` (one a variable), `first`, `second`,
// `weights` (one a coupling, variables from 0), `offset`, and `objective` with `scale` and `shift`: objective = scale·energy + shift; and
// where the variables have names, `labels`, one a variable: numbers, texts, or arrays of these.

extension Problem {
    private static let type = "spinflip problem"
    /// What the reader of JSON accepts in one document, less the few values around the arrays.
    static let valueLimit = 999_900

    init(json bytes: [UInt8], name: String) throws(ProblemFileError) {
        let value: JSONValue
        do { value = try JSONValue.parse(bytes) } catch { throw ProblemFileError(name, .badJSON(reason: "\(error)")) }
        func bad(_ reason: String) -> ProblemFileError { ProblemFileError(name, .badJSON(reason: reason)) }
        guard let object = value.object, object["type"]?.string == Self.type else { throw bad("its type is not \"\(Self.type)\"") }
        guard object["version"]?.integer == 1 else { throw bad("its version is not 1") }
        guard let vartype = object["vartype"]?.string.flatMap(Vartype.init) else { throw bad("vartype is neither spin nor binary") }
        guard let linear = object["linear"]?.numbers else { throw bad("linear is not an array of numbers") }
        guard object["variables"]?.integer == linear.count else { throw bad("variables is not the length of linear, \(linear.count)") }
        guard let first = object["first"]?.integers, let second = object["second"]?.integers, let weights = object["weights"]?.numbers,
            first.count == weights.count, second.count == weights.count
        else { throw bad("first, second and weights are not three arrays of one length") }
        guard let offset = object["offset"]?.number else { throw bad("offset is not a number") }
        guard let objective = object["objective"]?.object, let scale = objective["scale"]?.number, let shift = objective["shift"]?.number,
            scale != 0
        else { throw bad("objective is not an object of a scale that is not 0 and a shift") }
        var labels: [VariableLabel]?
        if let value = object["labels"] {
            labels = VariableLabel.labels(json: value, count: linear.count)
            guard labels != nil else { throw bad("labels is not an array of \(linear.count) different labels") }
        }
        var builder = try naming(name) { () throws(ProblemError) in
            var builder = try ModelBuilder(variables: linear.count, vartype: vartype)
            try builder.add(offset: offset)
            for (index, value) in linear.enumerated() { try builder.add(linear: index, value) }
            for index in weights.indices { try builder.add(coupling: first[index], second[index], weights[index]) }
            return builder
        }
        let terms = try naming(name) { () throws(ProblemError) in try builder.terms() }
        self.init(
            vartype == .spin ? .ising(IsingModel(terms: terms)) : .qubo(QUBO(terms: terms)), scale: scale, shift: shift,
            summed: builder.summed, folded: builder.folded, labels: labels)
    }

    func jsonBytes(name: String) throws(ProblemFileError) -> [UInt8] {
        let labels = labels.map { JSONValue.array($0.map(\.json)) }
        let values = terms.variables + 3 * terms.interactions + (labels?.valueCount ?? 0)
        guard values <= Self.valueLimit else { throw ProblemFileError(name, .tooLargeForJSON(values: values, limit: Self.valueLimit)) }
        var object: [String: JSONValue] = [
            "type": .string(Self.type), "version": .integer(1), "vartype": .string(vartype.rawValue), "variables": .integer(terms.variables),
            "offset": .number(terms.offset), "linear": .array(terms.linear.map(JSONValue.number)),
            "first": .array(terms.first.map { .integer(Int($0)) }), "second": .array(terms.second.map { .integer(Int($0)) }),
            "weights": .array(terms.weights.map(JSONValue.number)),
            "objective": .object(["scale": .number(scale), "shift": .number(shift)]),
        ]
        if let labels { object["labels"] = labels }
        var bytes: [UInt8] = []
        JSONValue.object(object).append(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}

extension JSONValue {
    /// How many values a document of this one holds.
    var valueCount: Int {
        guard let array else { return 1 }
        return array.reduce(1) { $0 + $1.valueCount }
    }

    fileprivate static func number(_ value: Double) -> JSONValue { Int(exactly: value).map(JSONValue.integer) ?? .real(value) }

    fileprivate var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    fileprivate var numbers: [Double]? {
        guard let array else { return nil }
        let values = array.compactMap(\.number)
        return values.count == array.count ? values : nil
    }
}
