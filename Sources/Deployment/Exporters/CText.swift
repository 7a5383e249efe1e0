/// C source under construction, as bytes: tables of a large network are megabytes of digits, which string concatenation would be slow at.
struct CText {
    private(set) var bytes: [UInt8] = []

    /// Text in which `@` stands for the prefix of the network's C names and `@@` for it in capitals.
    mutating func add(_ text: String, prefix: String) {
        var previousWasMark = false
        for byte in text.utf8 {
            if byte == UInt8(ascii: "@") {
                if previousWasMark {
                    bytes.removeLast(prefix.utf8.count)
                    bytes += Array(prefix.uppercased().utf8)
                } else {
                    bytes += Array(prefix.utf8)
                }
                previousWasMark.toggle()
            } else {
                previousWasMark = false
                bytes.append(byte)
            }
        }
    }

    mutating func append(_ other: CText) { bytes += other.bytes }

    mutating func add(raw text: String) { bytes += Array(text.utf8) }

    /// `static const uint32_t NAME[] = { … };`, eight hexadecimal words a line.
    mutating func addTable(_ name: String, words: [UInt32]) {
        add(raw: "static const uint32_t \(name)[\(words.count)] = {")
        bytes.reserveCapacity(bytes.count + 12 * words.count)
        let digits = Array("0123456789ABCDEF".utf8)
        for (index, word) in words.enumerated() {
            separate(index, perLine: 8)
            bytes.append(UInt8(ascii: "0"))
            bytes.append(UInt8(ascii: "x"))
            for shift in stride(from: UInt32(28), through: 0, by: -4) { bytes.append(digits[Int(word >> shift & 15)]) }
            bytes.append(UInt8(ascii: "u"))
        }
        add(raw: "\n};\n")
    }

    /// `static const TYPE NAME[] = { … };`, twelve decimal numbers a line.
    mutating func addTable(_ name: String, type: String, numbers: some Collection<Int>) {
        add(raw: "static const \(type) \(name)[\(numbers.count)] = {")
        for (index, number) in numbers.enumerated() {
            separate(index, perLine: 12)
            bytes += Array(String(number).utf8)
        }
        add(raw: "\n};\n")
    }

    /// `static const float NAME[] = { … };`, eight a line.
    mutating func addTable(_ name: String, floats: [Float]) {
        add(raw: "static const float \(name)[\(floats.count)] = {")
        for (index, number) in floats.enumerated() {
            separate(index, perLine: 8)
            bytes += Array(Self.literal(number).utf8)
        }
        add(raw: "\n};\n")
    }

    /// A finite number in C: m·2^e with m whole, in hexadecimal, which no compiler rounds.
    static func literal(_ number: Float) -> String {
        let sign = number.sign == .minus ? "-" : ""
        guard number != 0 else { return sign + "0.0f" }
        // The last bit of a number stands for ulp.
        let unit = Int(number.ulp.exponent)
        let significand = UInt32(Float(sign: .plus, exponent: -unit, significand: number.magnitude))
        let zeros = significand.trailingZeroBitCount
        return "\(sign)0x\(String(significand >> zeros, radix: 16, uppercase: true))p\(unit + zeros)f"
    }

    private mutating func separate(_ index: Int, perLine: Int) {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        bytes += index % perLine == 0 ? Array("\n    ".utf8) : [UInt8(ascii: " ")]
    }

    /// Text from a model, made safe inside a C comment: nothing in it can end the comment, continue a line or form a trigraph.
    static func comment(_ text: String) -> String {
        let safe = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.:+-=()[],".utf8)
        let bytes = text.utf8.prefix(200).map { safe.contains($0) ? $0 : UInt8(ascii: "_") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A C identifier from free text: lower case, other characters as underscores, a letter first, no keyword.
    static func identifier(_ text: String) -> String {
        let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var name = ""
        for byte in text.lowercased().utf8.prefix(60) {
            let character = letters.contains(byte) ? Character(Unicode.Scalar(byte)) : "_"
            if character == "_", name.hasSuffix("_") { continue }
            name.append(character)
        }
        while name.hasSuffix("_") { name.removeLast() }
        guard let first = name.utf8.first, letters.contains(first), !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return name.isEmpty ? "network" : "net_" + name.drop { $0 == "_" }
        }
        // Alone the name is only a prefix and a file name; "int_scores" is a fine identifier.
        return name
    }
}
