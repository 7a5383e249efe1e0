extension JSONValue {
    /// Parses a whole text; only white space may follow the value.
    package static func parse(_ text: some Collection<UInt8>) throws(JSONFault) -> JSONValue {
        // One contiguous copy: slices of a file are indexed from anywhere.
        var parser = JSONParser(bytes: Array(text))
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == parser.bytes.count else { throw parser.fault(.unexpectedByte) }
        return value
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    var position = 0
    var count = 0

    static let depthLimit = 32
    /// A value takes more memory than the two bytes it may have in the text.
    static let countLimit = 1_000_000

    func fault(_ kind: JSONFault.Kind) -> JSONFault {
        JSONFault(kind: kind == .unexpectedByte && position >= bytes.count ? .unexpectedEnd : kind, offset: position)
    }

    /// The next byte, or 0 at the end: no token starts with 0.
    var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func skipSpace() {
        while current == 0x20 || current == 0x0A || current == 0x0D || current == 0x09 { position += 1 }
    }

    mutating func expect(_ byte: UInt8) throws(JSONFault) {
        guard position < bytes.count, bytes[position] == byte else { throw fault(.unexpectedByte) }
        position += 1
    }

    mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        guard depth < Self.depthLimit else { throw fault(.tooDeep) }
        count += 1
        guard count <= Self.countLimit else { throw fault(.tooMany) }
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        for index in 0..<text.utf8CodeUnitCount { try expect(text.utf8Start[index]) }
        return value
    }

    mutating func object(depth: Int) throws(JSONFault) -> JSONValue {
        try expect(UInt8(ascii: "{"))
        var members: [String: JSONValue] = [:]
        skipSpace()
        if current == UInt8(ascii: "}") {
            position += 1
            return .object(members)
        }
        while true {
            skipSpace()
            let start = position
            let key = try string()
            skipSpace()
            try expect(UInt8(ascii: ":"))
            let member = try value(depth: depth + 1)
            guard members.updateValue(member, forKey: key) == nil else { throw JSONFault(kind: .duplicateKey, offset: start) }
            skipSpace()
            if current == UInt8(ascii: "}") {
                position += 1
                return .object(members)
            }
            try expect(UInt8(ascii: ","))
        }
    }

    mutating func array(depth: Int) throws(JSONFault) -> JSONValue {
        try expect(UInt8(ascii: "["))
        var elements: [JSONValue] = []
        skipSpace()
        if current == UInt8(ascii: "]") {
            position += 1
            return .array(elements)
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if current == UInt8(ascii: "]") {
                position += 1
                return .array(elements)
            }
            try expect(UInt8(ascii: ","))
        }
    }

    mutating func string() throws(JSONFault) -> String {
        let start = position
        try expect(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let result = String(validating: text, as: UTF8.self) else { throw JSONFault(kind: .badUTF8, offset: start) }
                return result
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20:
                position -= 1
                throw fault(.unexpectedByte)
            default: text.append(byte)
            }
        }
        throw fault(.unexpectedEnd)
    }

    mutating func escape(into text: inout [UInt8]) throws(JSONFault) {
        let byte = current
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexDigits()
            if (0xD800..<0xDC00).contains(code) {
                guard current == UInt8(ascii: "\\") else { throw fault(.badEscape) }
                position += 1
                guard current == UInt8(ascii: "u") else { throw fault(.badEscape) }
                position += 1
                let low = try hexDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw fault(.badEscape) }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw fault(.badEscape) }
            text += Array(String(Character(scalar)).utf8)
        default:
            position -= 1
            throw fault(.badEscape)
        }
    }

    mutating func hexDigits() throws(JSONFault) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(current)).hexDigitValue else { throw fault(.badEscape) }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    mutating func number() throws(JSONFault) -> JSONValue {
        let start = position
        var isInteger = true
        if current == UInt8(ascii: "-") { position += 1 }
        let leading = position
        guard digits() > 0 else { throw fault(.unexpectedByte) }
        guard position == leading + 1 || bytes[leading] != UInt8(ascii: "0") else { throw JSONFault(kind: .badNumber, offset: start) }
        if current == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            guard digits() > 0 else { throw fault(.badNumber) }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw fault(.badNumber) }
        }
        // No number that means something is longer than this.
        guard position - start <= 400 else { throw JSONFault(kind: .badNumber, offset: start) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw JSONFault(kind: .badNumber, offset: start) }
        return .real(value)
    }

    mutating func digits() -> Int {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
        return position - start
    }
}
