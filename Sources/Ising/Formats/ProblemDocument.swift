internal import BitCore

/// What all versions of the JSON form of a problem have in common: `type` is "spinflip problem", `version`, `vartype` "spin" or "binary",
/// `variables`, `objective` with `scale` and `shift`: objective = scale·energy + shift; and where the variables have names, `labels`, one a
/// variable: numbers, texts, or arrays of these.
struct ProblemDocument {
    private static let type = "spinflip problem"
    /// What the reader of JSON accepts in one document.
    static let valueLimit = 1_000_000

    let name: String
    let object: [String: JSONValue]
    let version: Int
    let vartype: Vartype
    let scale: Double
    let shift: Double

    init(_ bytes: [UInt8], name: String) throws(ProblemFileError) {
        self.name = name
        let value: JSONValue
        do { value = try JSONValue.parse(bytes) } catch { throw ProblemFileError(name, .badJSON(reason: "\(error)")) }
        func bad(_ reason: String) -> ProblemFileError { ProblemFileError(name, .badJSON(reason: reason)) }
        guard let object = value.object, object["type"]?.string == Self.type else { throw bad("its type is not \"\(Self.type)\"") }
        guard let version = object["version"]?.integer, version == 1 || version == 2 else { throw bad("its version is neither 1 nor 2") }
        guard let vartype = object["vartype"]?.string.flatMap(Vartype.init) else { throw bad("vartype is neither spin nor binary") }
        guard let objective = object["objective"]?.object, let scale = objective["scale"]?.number, let shift = objective["shift"]?.number,
            scale != 0
        else { throw bad("objective is not an object of a scale that is not 0 and a shift") }
        (self.object, self.version, self.vartype, self.scale, self.shift) = (object, version, vartype, scale, shift)
    }

    func bad(_ reason: String) -> ProblemFileError { ProblemFileError(name, .badJSON(reason: reason)) }

    func labels(count: Int) throws(ProblemFileError) -> [VariableLabel]? {
        guard let value = object["labels"] else { return nil }
        guard let labels = VariableLabel.labels(json: value, count: count) else {
            throw bad("labels is not an array of \(count) different labels")
        }
        return labels
    }

    /// The members that every version has.
    static func object(
        version: Int, vartype: Vartype, variables: Int, scale: Double, shift: Double, labels: [VariableLabel]?
    ) -> [String: JSONValue] {
        var object: [String: JSONValue] = [
            "type": .string(Self.type), "version": .integer(version), "vartype": .string(vartype.rawValue), "variables": .integer(variables),
            "objective": .object(["scale": .number(scale), "shift": .number(shift)]),
        ]
        if let labels { object["labels"] = .array(labels.map(\.json)) }
        return object
    }

    static func bytes(_ object: [String: JSONValue], name: String) throws(ProblemFileError) -> [UInt8] {
        let values = JSONValue.object(object).valueCount
        guard values <= valueLimit else { throw ProblemFileError(name, .tooLargeForJSON(values: values, limit: valueLimit)) }
        var bytes: [UInt8] = []
        JSONValue.object(object).append(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}

extension JSONValue {
    /// How many values a document of this one holds.
    var valueCount: Int {
        if let array { return array.reduce(1) { $0 + $1.valueCount } }
        return (object ?? [:]).values.reduce(1) { $0 + $1.valueCount }
    }

    static func number(_ value: Double) -> JSONValue { Int(exactly: value).map(JSONValue.integer) ?? .real(value) }

    var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    var numbers: [Double]? {
        guard let array else { return nil }
        let values = array.compactMap(\.number)
        return values.count == array.count ? values : nil
    }
}
