/// Splits comma-separated text into lines of fields, after RFC 4180: CRLF or LF line ends, fields in double quotes may hold separators,
/// line ends and doubled quotes. Beyond it: a byte order mark is skipped, blank lines are skipped, and spaces around unquoted fields do
/// not count.
struct CSVLines {
    let name: String
    let text: [UInt8]
    let separator: UInt8
    private var position = 0
    private var lineNumber = 0

    /// One line of the file, as far as it has been cut into fields. Reused from line to line.
    struct Line {
        /// Counted from 1; of a line with quoted line ends, the first.
        fileprivate(set) var number = 0
        /// Where in the text the line stands.
        fileprivate(set) var range = 0..<0
        /// Where in the text each field stands, without quotes and surrounding spaces.
        fileprivate(set) var fields: [Range<Int>] = []
        /// Fields that hold doubled quotes, which must be undone.
        fileprivate var doubled: Set<Int> = []
    }

    init(_ text: [UInt8], name: String, separator: UInt8 = UInt8(ascii: ",")) {
        self.name = name
        self.text = text
        self.separator = separator
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// Reads the next line that is not blank; false at the end.
    mutating func next(_ line: inout Line) throws(DatasetError) -> Bool {
        while position < text.count {
            lineNumber += 1
            let start = position
            line.number = lineNumber
            line.fields.removeAll(keepingCapacity: true)
            if !line.doubled.isEmpty { line.doubled.removeAll() }
            try cut(&line, from: start)
            line.range = start..<lineEnd(start, position)
            let isBlank = line.fields.count == 1 && line.fields[0].isEmpty
            if !isBlank { return true }
        }
        return false
    }

    private mutating func cut(_ line: inout Line, from start: Int) throws(DatasetError) {
        let (quote, newline, space, tab, carriageReturn) = (
            UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")
        )
        while true {
            while position < text.count, text[position] == space || (text[position] == tab && separator != tab) { position += 1 }
            if position < text.count, text[position] == quote {
                position += 1
                let fieldStart = position
                while true {
                    guard position < text.count else {
                        throw DatasetError(
                            name, .badLine(number: line.number, text: excerpt(start..<text.count), reason: "a quote is not closed; close it"))
                    }
                    if text[position] == quote {
                        guard position + 1 < text.count, text[position + 1] == quote else { break }
                        line.doubled.insert(line.fields.count)
                        position += 1
                    } else if text[position] == newline {
                        lineNumber += 1
                    }
                    position += 1
                }
                line.fields.append(fieldStart..<position)
                position += 1
                while position < text.count, text[position] == space || text[position] == carriageReturn { position += 1 }
                guard position == text.count || text[position] == separator || text[position] == newline else {
                    throw DatasetError(
                        name,
                        .badLine(
                            number: line.number, text: excerpt(start..<position + 1),
                            reason: "text follows a closing quote; double the quotes inside a quoted field"))
                }
            } else {
                let fieldStart = position
                while position < text.count, text[position] != separator, text[position] != newline { position += 1 }
                var end = position
                while end > fieldStart, text[end - 1] == space || text[end - 1] == carriageReturn || text[end - 1] == tab { end -= 1 }
                line.fields.append(fieldStart..<end)
            }
            guard position < text.count else { return }
            position += 1
            if text[position - 1] == newline { return }
        }
    }

    private func lineEnd(_ start: Int, _ position: Int) -> Int {
        var end = position
        while end > start, text[end - 1] == UInt8(ascii: "\n") || text[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return end
    }

    func string(_ line: Line, _ field: Int) -> String {
        let raw = String(decoding: text[line.fields[field]], as: UTF8.self)
        return line.doubled.contains(field) ? raw.split(separator: "\"\"", omittingEmptySubsequences: false).joined(separator: "\"") : raw
    }

    /// The number in a field; nil when it is not a finite decimal number.
    func number(_ line: Line, _ field: Int) -> Double? {
        let bytes = text[line.fields[field]]
        guard !bytes.isEmpty else { return nil }
        // Most cells are short integers: no string for them.
        if bytes.count <= 9 {
            var value = 0
            var isInteger = true
            for byte in bytes {
                guard byte &- 0x30 < 10 else {
                    isInteger = false
                    break
                }
                value = value &* 10 &+ Int(byte &- 0x30)
            }
            if isInteger { return Double(value) }
        }
        // `Double` also reads "nan", "infinity" and hexadecimal; a table of features does not.
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
                continue
            default: return nil
            }
        }
        guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    /// The error for a line.
    func fault(_ line: Line, _ reason: String) -> DatasetError {
        DatasetError(name, .badLine(number: line.number, text: excerpt(line.range), reason: reason))
    }

    /// What stands in a range, fit for a one-line message.
    private func excerpt(_ range: Range<Int>) -> String {
        let limit = 60
        let shown = String(decoding: text[range.prefix(4 * limit)], as: UTF8.self)
        let printable = String(shown.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
        return printable.count > limit || range.count > 4 * limit ? printable.prefix(limit) + "…" : printable
    }
}
