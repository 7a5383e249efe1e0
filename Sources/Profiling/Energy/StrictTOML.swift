internal import Foundation

/// The part of TOML that tables of constants need, read strictly: comments, `[tables]` with dotted names, and `key = value` with a basic string, a
/// finite number, or an array of numbers on one line. Keys are bare (letters, digits, `-`, `_`). Everything else that TOML has, dates, booleans,
/// inline tables, arrays of tables, text over several lines, is refused by line.
struct StrictTOML: Sendable, Hashable {
    enum Value: Sendable, Hashable {
        case text(String)
        case number(Double)
        case numbers([Double])

        var kind: String {
            switch self {
            case .text: "a text"
            case .number: "a number"
            case .numbers: "an array of numbers"
            }
        }
    }

    struct Table: Sendable, Hashable {
        /// Dotted; empty for the keys before the first table.
        var name: String
        var line: Int
        var entries: [String: Value] = [:]
    }

    private(set) var tables: [Table] = [Table(name: "", line: 1)]

    static let maximumBytes = 1 << 20

    init(_ bytes: [UInt8], source: String) throws(EnergyDataError) {
        func fail(_ line: Int, _ what: String) -> EnergyDataError { EnergyDataError(source, .syntax(line: line, what)) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fail(1, "the file is not UTF-8 text") }
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let number = index + 1
            var line = Substring(raw)
            line.skipSpace()
            guard let first = line.first, first != "#" else { continue }
            if first == "[" {
                line.removeFirst()
                guard line.first != "[" else { throw fail(number, "arrays of tables are not read; give each table a name of its own") }
                guard let name = line.dottedName(), line.popFirst() == "]", line.isOver() else {
                    throw fail(number, "a table is named like [operations.logic]")
                }
                guard !tables.contains(where: { $0.name == name }) else { throw fail(number, "the table [\(name)] stands twice") }
                tables.append(Table(name: name, line: number))
                continue
            }
            guard let key = line.bareKey() else { throw fail(number, "a key is letters, digits, - and _") }
            line.skipSpace()
            guard line.popFirst() == "=" else { throw fail(number, "“\(key.prefix(40))” has no = behind it") }
            line.skipSpace()
            let value: Value
            switch line.first {
            case "\"":
                guard let text = line.basicString() else {
                    throw fail(number, "the text of \(key.prefix(40)) is not closed, or escapes more than \\\", \\\\, \\n and \\t")
                }
                value = .text(text)
            case "[":
                line.removeFirst()
                guard let numbers = line.numberArray() else { throw fail(number, "\(key.prefix(40)) is no array of finite numbers on one line") }
                value = .numbers(numbers)
            default:
                guard let one = line.number() else { throw fail(number, "\(key.prefix(40)) is no text in quotes, no finite number and no array of them") }
                value = .number(one)
            }
            guard line.isOver() else { throw fail(number, "something follows the value of \(key.prefix(40))") }
            guard tables[tables.count - 1].entries.updateValue(value, forKey: key) == nil else { throw fail(number, "the key \(key.prefix(40)) stands twice") }
        }
    }
}

extension Substring {
    fileprivate mutating func skipSpace() { self = drop { $0 == " " || $0 == "\t" } }

    /// Nothing but space and a comment is left.
    fileprivate mutating func isOver() -> Bool {
        skipSpace()
        return isEmpty || first == "#"
    }

    fileprivate mutating func bareKey() -> String? {
        let key = prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        self = dropFirst(key.count)
        return key.isEmpty ? nil : String(key)
    }

    fileprivate mutating func dottedName() -> String? {
        guard var name = bareKey() else { return nil }
        while first == "." {
            removeFirst()
            guard let part = bareKey() else { return nil }
            name += "." + part
        }
        return name
    }

    fileprivate mutating func basicString() -> String? {
        removeFirst()
        var text = ""
        while let character = popFirst() {
            switch character {
            case "\"": return text
            case "\\":
                switch popFirst() {
                case "\"": text.append("\"")
                case "\\": text.append("\\")
                case "n": text.append("\n")
                case "t": text.append("\t")
                default: return nil
                }
            default: text.append(character)
            }
        }
        return nil
    }

    /// Digits on both sides of a point; `nan` and `inf`, which TOML knows, are no energies.
    fileprivate mutating func number() -> Double? {
        let word = prefix { $0.isASCII && ($0.isNumber || "+-.eE_".contains($0)) }
        let plain = word.filter { $0 != "_" }
        guard !word.isEmpty, plain.last?.isNumber == true, plain.drop(while: { $0 == "+" || $0 == "-" }).first?.isNumber == true, !plain.contains(".e"),
            !plain.contains(".E"), let value = Double(plain), value.isFinite
        else { return nil }
        self = dropFirst(word.count)
        return value
    }

    fileprivate mutating func numberArray() -> [Double]? {
        var numbers: [Double] = []
        while true {
            skipSpace()
            if first == "]" {
                removeFirst()
                return numbers
            }
            guard let value = number() else { return nil }
            numbers.append(value)
            skipSpace()
            if first == "," { removeFirst() } else if first != "]" { return nil }
        }
    }
}
