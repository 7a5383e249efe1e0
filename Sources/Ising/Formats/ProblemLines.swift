/// The lines of a problem file, cut into fields at white space. LF and CRLF line ends, blank lines and a byte order mark are taken as they
/// come; UTF-16 with a byte order mark is transcoded.
struct ProblemLines {
    let name: String
    let bytes: [UInt8]
    private(set) var number = 0
    /// The fields of the current line.
    private(set) var fields: [Range<Int>] = []
    private var line = 0..<0
    private var position = 0

    init(_ bytes: [UInt8], name: String) throws(ProblemFileError) {
        self.name = name
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            self.bytes = try Self.transcoded(bytes, name: name)
        } else {
            self.bytes = bytes
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        }
    }

    private static func transcoded(_ bytes: [UInt8], name: String) throws(ProblemFileError) -> [UInt8] {
        let bigEndian = bytes[0] == 0xFE
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        for place in stride(from: 2, to: bytes.count - 1, by: 2) {
            let (high, low) = bigEndian ? (bytes[place], bytes[place + 1]) : (bytes[place + 1], bytes[place])
            units.append(UInt16(high) << 8 | UInt16(low))
        }
        guard bytes.count.isMultiple(of: 2), let text = String(validating: units, as: UTF16.self) else {
            throw ProblemFileError(name, .badUTF16)
        }
        return Array(text.utf8)
    }

    /// Goes to the next line that is not blank; false at the end.
    mutating func next() -> Bool {
        while position < bytes.count {
            number += 1
            fields.removeAll(keepingCapacity: true)
            let start = position
            var fieldStart = start
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
                let byte = bytes[position]
                if byte == 0x20 || byte == 0x09 || byte == 0x0D {
                    if fieldStart < position { fields.append(fieldStart..<position) }
                    fieldStart = position + 1
                }
                position += 1
            }
            if fieldStart < position { fields.append(fieldStart..<position) }
            line = start..<position
            position += 1
            if !fields.isEmpty { return true }
        }
        return false
    }

    /// Goes to the next line that is neither blank nor starts with `#`.
    mutating func nextContent() -> Bool {
        while next() {
            if bytes[fields[0].lowerBound] != UInt8(ascii: "#") { return true }
        }
        return false
    }

    func text(_ field: Int) -> String { String(decoding: bytes[fields[field]], as: UTF8.self) }

    func fault(_ reason: String) -> ProblemFileError {
        var end = Swift.min(line.upperBound, line.lowerBound + 80)
        while end > line.lowerBound, bytes[end - 1] == 0x0D || bytes[end - 1] == 0x20 { end -= 1 }
        let text = Self.printable(String(decoding: bytes[line.lowerBound..<end], as: UTF8.self))
        return ProblemFileError(name, .badLine(number: number, text: text, reason: Self.printable(reason)))
    }

    /// A quoted file must not move a terminal's cursor.
    private static func printable(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }

    func expectFields(_ count: Int, _ what: String) throws(ProblemFileError) {
        guard fields.count == count else { throw fault("has \(fields.count) fields where \(what) is needed; correct the line") }
    }

    /// A count of 0 or more.
    func count(_ field: Int, _ what: String) throws(ProblemFileError) -> Int {
        guard let value = integer(field), value >= 0 else {
            throw fault("the \(what) is \"\(text(field).prefix(40))\", not a whole number of 0 or more; correct it")
        }
        return value
    }

    /// A count of variables. Arrays of that length will be made, so it must stand in some relation to the file's length; isolated
    /// variables, which take no bytes, are allowed for generously.
    func variableCount(_ field: Int) throws(ProblemFileError) -> Int {
        let value = try count(field, "number of variables")
        guard value <= variableLimit else { throw fault("announces \(value) variables, too many for a file of \(bytes.count) bytes; correct the number") }
        return value
    }

    var variableLimit: Int { Swift.min(bytes.count + 65_536, QuadraticTerms.variableLimit) }

    /// A variable that the file counts from `base`; the result counts from 0.
    func variable(_ field: Int, base: Int, count: Int) throws(ProblemFileError) -> Int {
        guard let value = integer(field), value >= base, value - base < count else {
            throw fault("the variable \"\(text(field).prefix(40))\" is not a whole number in \(base)...\(base + count - 1); correct it or the header")
        }
        return value - base
    }

    private func integer(_ field: Int) -> Int? {
        let range = fields[field]
        guard range.count <= 18 else { return nil }
        var value = 0
        for place in range {
            let digit = bytes[place] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int(digit)
        }
        return value
    }

    /// A finite decimal number.
    func number(_ field: Int) throws(ProblemFileError) -> Double {
        let value = try bound(field)
        guard value.isFinite else { throw fault("the coefficient \"\(text(field).prefix(40))\" is not a finite number; correct it") }
        return value
    }

    /// A decimal number; one that exceeds the range of a Double is infinite.
    func bound(_ field: Int) throws(ProblemFileError) -> Double {
        let range = fields[field]
        if range.count <= 15, let value = shortInteger(range) { return value }
        // A Double also reads words like nan and hexadecimal digits, which these formats do not have; D is the exponent of Fortran.
        let isDecimal = bytes[range].allSatisfy { Self.decimalBytes.contains($0) }
        let text = text(field)
        guard isDecimal, range.count <= 400, let value = Double(text) ?? Double(String(text.map { "dD".contains($0) ? "e" : $0 })) else {
            throw fault("the coefficient \"\(text.prefix(40))\" is not a finite number; correct it")
        }
        return value
    }

    private static let decimalBytes = Array("0123456789+-.eEdD".utf8)

    /// Up to 15 digits: exact in a Double, and what nearly all files hold.
    private func shortInteger(_ range: Range<Int>) -> Double? {
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        let digits = isNegative ? range.dropFirst() : range
        guard !digits.isEmpty else { return nil }
        var value = 0
        for place in digits {
            let digit = bytes[place] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int(digit)
        }
        return Double(isNegative ? -value : value)
    }

    /// Runs a step of the builder; what it refuses is the fault of this line.
    func blamingLine(_ step: () throws(ProblemError) -> Void) throws(ProblemFileError) {
        do { try step() } catch { throw fault("\(error)") }
    }
}

/// Turns a model's error into one that names the file.
func naming<Value>(_ name: String, _ step: () throws(ProblemError) -> Value) throws(ProblemFileError) -> Value {
    do { return try step() } catch { throw ProblemFileError(name, .model(error)) }
}
