#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#elseif canImport(Musl)
private import Musl
#endif

/// Philox4×32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011): the n-th block of four 32-bit
/// numbers is a function of key and counter alone. So a stream can be split, skipped and stored as two numbers, and draws in one place
/// never disturb those of another.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Hashable, Codable {
    private var key: UInt64
    private var stream: UInt64
    private var counter: UInt64 = 0
    /// Second half of the last block, when it has not been handed out.
    private var spare: UInt64?

    public init(seed: UInt64) {
        key = seed
        stream = 0
    }

    private init(key: UInt64, stream: UInt64) {
        self.key = key
        self.stream = stream
    }

    /// A generator that is independent of this one and of those split off under other labels. Does not change this one.
    public func split(_ label: UInt64) -> SeededGenerator {
        // The child's key is a Philox output under this key with a counter no draw uses (top bit set), so streams do not overlap.
        let block = Self.block(key: key, counter: (label, stream | 1 << 63))
        return SeededGenerator(key: block.0, stream: block.1 >> 1)
    }

    /// A child named by text: `split("augmentation")`.
    public func split(_ label: String) -> SeededGenerator {
        // FNV-1a, 64 bit: fixed for ever, unlike `Hasher`.
        split(label.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }

    @inlinable public mutating func next() -> UInt64 { nextWord() }

    @usableFromInline mutating func nextWord() -> UInt64 {
        if let value = spare {
            spare = nil
            return value
        }
        let block = Self.block(key: key, counter: (counter, stream))
        counter &+= 1
        spare = block.1
        return block.0
    }

    /// Uniform in [0, 1), 24 bits.
    public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// Uniform in [0, `bound`), without bias (Lemire 2019).
    /// - Precondition: the bound is positive.
    public mutating func index(below bound: Int) -> Int {
        precondition(bound > 0, "no index below \(bound)")
        return Int(next(upperBound: UInt64(bound)))
    }

    /// A standard normal number (Box–Muller, cosine half).
    public mutating func normal() -> Float {
        let u = Float.maximum(uniform(), 0x1p-25)
        return Float((-2 * log(Double(u))).squareRoot() * cos(2 * .pi * Double(uniform())))
    }

    /// A random order of `0..<count` (Fisher–Yates).
    public mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, index(below: i + 1)) }
        return order
    }

    /// One Philox4×32-10 block: key and counter in, 128 bits out, all as 32-bit words low first. Package access lets the tests compare
    /// it with the published vectors.
    package static func block(key: UInt64, counter: (UInt64, UInt64)) -> (UInt64, UInt64) {
        var k0 = UInt32(truncatingIfNeeded: key)
        var k1 = UInt32(truncatingIfNeeded: key >> 32)
        var c0 = UInt32(truncatingIfNeeded: counter.0)
        var c1 = UInt32(truncatingIfNeeded: counter.0 >> 32)
        var c2 = UInt32(truncatingIfNeeded: counter.1)
        var c3 = UInt32(truncatingIfNeeded: counter.1 >> 32)
        for _ in 0..<10 {
            let p0 = 0xD251_1F53 as UInt64 &* UInt64(c0)
            let p1 = 0xCD9E_8D57 as UInt64 &* UInt64(c2)
            (c0, c1, c2, c3) = (
                UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1),
                UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: p0)
            )
            k0 = k0 &+ 0x9E37_79B9
            k1 = k1 &+ 0xBB67_AE85
        }
        return (UInt64(c0) | UInt64(c1) << 32, UInt64(c2) | UInt64(c3) << 32)
    }
}
