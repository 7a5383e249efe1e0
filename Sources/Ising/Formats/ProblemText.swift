/// The text of a problem file while it is written.
struct ProblemText {
    private(set) var bytes: [UInt8] = []

    mutating func line(_ fields: String...) { line(fields) }

    /// A line `i j w`.
    mutating func entry(_ first: Int, _ second: Int, _ weight: Double) {
        line([String(first), String(second), Self.decimal(weight)])
    }

    private mutating func line(_ fields: [String]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: " ")) }
            bytes.append(contentsOf: field.utf8)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// The shortest digits that read back as the same Double, without an exponent: some readers of these formats know none.
    static func decimal(_ value: Double) -> String {
        if let integer = Int(exactly: value) { return String(integer) }
        let text = "\(value.magnitude)"
        let sign = value < 0 ? "-" : ""
        guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]) else { return sign + text }
        let mantissa = text[..<mark].split(separator: ".")
        let whole = String(mantissa[0])
        let fraction = mantissa.count > 1 && mantissa[1] != "0" ? String(mantissa[1]) : ""
        // The mantissa has one digit before its point.
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + whole + fraction }
        let zeros = Swift.max(exponent - fraction.count, 0)
        let digits = whole + fraction + String(repeating: "0", count: zeros)
        let point = digits.index(digits.startIndex, offsetBy: exponent + 1)
        return sign + digits[..<point] + (point < digits.endIndex ? "." + digits[point...] : "")
    }
}
