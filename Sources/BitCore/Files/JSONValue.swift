/// A JSON document (RFC 8259), for file headers. Strict, and safe on untrusted text: no key twice, no depth beyond 32, no more than a
/// million values, integers exact or not integers, every number finite. Objects keep no order; they are written with sorted keys, so the text is a function of the value.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case real(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    package var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    package var object: [String: JSONValue]? { if case .object(let value) = self { value } else { nil } }

    /// The integers of an array of nothing but integers.
    package var integers: [Int]? {
        guard let array else { return nil }
        let values = array.compactMap(\.integer)
        return values.count == array.count ? values : nil
    }

    /// The strings of an array of nothing but strings.
    package var strings: [String]? {
        guard let array else { return nil }
        let values = array.compactMap(\.string)
        return values.count == array.count ? values : nil
    }
}

/// What is wrong with a JSON text, and the byte where it shows.
public struct JSONFault: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, Sendable {
        case unexpectedEnd = "it ends too early"
        case unexpectedByte = "an unexpected character"
        case badUTF8 = "text that is not UTF-8"
        case badEscape = "a bad escape in a string"
        case badNumber = "a bad number"
        case duplicateKey = "a key that is there twice"
        case tooDeep = "nesting deeper than 32"
        case tooMany = "more than a million values"
    }

    public let kind: Kind
    public let offset: Int

    public init(kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    public var description: String { "\(kind.rawValue) at byte \(offset)" }
}
