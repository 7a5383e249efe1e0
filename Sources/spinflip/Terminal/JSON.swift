internal import Foundation

/// How results are written in JSON mode: one object on one line, keys in order, numbers that JSON cannot hold as text.
enum JSON {
    static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            Output.note("Error: a result cannot be written as JSON: \(error)")
            Output.end(.internalFault)
        }
    }
}
