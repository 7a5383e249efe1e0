internal import BitCore

extension VariableLabel {
    /// A label as dimod writes it in JSON: tuples are arrays.
    init?(json: JSONValue) {
        switch json {
        case .integer(let value): self = .integer(value)
        case .real(let value): self = .real(value)
        case .string(let value): self = .text(value)
        case .array(let values):
            let parts = values.compactMap(VariableLabel.init(json:))
            guard parts.count == values.count else { return nil }
            self = .tuple(parts)
        case .null, .bool, .object: return nil
        }
    }

    var json: JSONValue {
        switch self {
        case .integer(let value): .integer(value)
        case .real(let value): .real(value)
        case .text(let value): .string(value)
        case .tuple(let parts): .array(parts.map(\.json))
        }
    }

    /// The labels of an array, which must all be different; nil when it holds something else.
    static func labels(json: JSONValue?, count: Int) -> [VariableLabel]? {
        guard let array = json?.array, array.count == count else { return nil }
        let labels = array.compactMap(VariableLabel.init(json:))
        return labels.count == count && Set(labels).count == count ? labels : nil
    }
}
