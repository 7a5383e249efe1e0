/// One assignment of n variables, a bit each: bit 1 is spin +1 and x = 1, bit 0 is spin −1 and x = 0. Least significant bit first in 64-bit
/// words; the padding bits of the last word are 0.
public struct PackedSpins: Hashable, Sendable {
    public let count: Int
    public private(set) var words: [UInt64]

    /// All −1.
    public init(count: Int) {
        precondition(count >= 0, "an assignment of \(count) variables")
        self.count = count
        words = [UInt64](repeating: 0, count: (count + 63) / 64)
    }

    /// - Precondition: (count + 63) / 64 words, padding bits 0.
    public init(words: [UInt64], count: Int) {
        precondition(count >= 0 && words.count == (count + 63) / 64, "\(words.count) words for an assignment of \(count) variables")
        precondition(count % 64 == 0 || words[count / 64] >> UInt64(count % 64) == 0, "padding bits of an assignment are 0")
        self.count = count
        self.words = words
    }

    /// - Precondition: every spin is −1 or +1.
    public init(_ spins: some Collection<Int8>) {
        self.init(count: spins.count)
        for (index, spin) in spins.enumerated() {
            precondition(spin == 1 || spin == -1, "a spin is -1 or +1, not \(spin)")
            if spin > 0 { words[index >> 6] |= 1 << UInt64(index & 63) }
        }
    }

    /// True for +1.
    @inlinable public subscript(_ index: Int) -> Bool {
        get { (words[index >> 6] >> UInt64(index & 63)) & 1 == 1 }
        set {
            precondition(index >= 0 && index < count, "variable \(index) of \(count)")
            if newValue { setBit(index) } else { clearBit(index) }
        }
    }

    @usableFromInline mutating func setBit(_ index: Int) { words[index >> 6] |= 1 << UInt64(index & 63) }
    @usableFromInline mutating func clearBit(_ index: Int) { words[index >> 6] &= ~(1 << UInt64(index & 63)) }

    /// −1 and +1, one a variable.
    public var spins: [Int8] { (0..<count).map { self[$0] ? 1 : -1 } }
    /// 0 and 1, one a variable.
    public var bits: [UInt8] { (0..<count).map { self[$0] ? 1 : 0 } }

    /// Variables on which two assignments differ.
    /// - Precondition: as many variables.
    public func distance(to other: PackedSpins) -> Int {
        precondition(count == other.count, "assignments of \(count) and \(other.count) variables")
        return zip(words, other.words).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
    }
}
