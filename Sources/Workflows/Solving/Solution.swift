public import Ising

/// What a search found: the report, and the samples behind it.
public struct Solution: Sendable {
    public var report: SolveReport
    /// By what they are worth: feasible ones first, by their energy, then the others by their violations.
    public var samples: [Sample]

    /// One assignment of the problem's own variables.
    public struct Sample: Sendable, Hashable, Encodable {
        public var energy: Double
        public var objective: Double
        public var feasible: Bool
        public var occurrences: Int
        /// Variable i is bit i mod 8, least significant first, of byte i div 8; two hexadecimal digits a byte. Bit 1 is x = 1 and s = +1.
        public var assignment: String
    }

    /// A file of all samples.
    struct Document: Encodable {
        var source: String
        var sampler: String
        var seed: UInt64
        var sense: Problem.Sense
        var vartype: Vartype
        var variables: Int
        var samples: [Sample]
    }
}

extension PackedSpins {
    /// Bytes of eight variables each, least significant bit first, as two hexadecimal digits a byte.
    public var hexadecimal: String {
        var text: [UInt8] = []
        text.reserveCapacity((count + 7) / 8 * 2)
        let digits = Array("0123456789abcdef".utf8)
        for byte in 0..<(count + 7) / 8 {
            let value = Int(words[byte / 8] >> UInt64(byte % 8 * 8) & 0xFF)
            text.append(digits[value >> 4])
            text.append(digits[value & 15])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
