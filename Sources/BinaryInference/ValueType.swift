public import BitCore

/// What flows along an edge of an inference graph: how its elements are held, the shape of one item, and the numbers it can hold.
public struct ValueType: Hashable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Unsigned 8-bit numbers, row-major: the input of a network.
        case bytes
        /// Signs, one bit each: 1 is +1, 0 is -1.
        case bits
        /// Signed 32-bit numbers: sums, and scores.
        case integers
        /// Float32: what a network computes that is neither signs nor their sums.
        case reals
    }

    public let kind: Kind
    /// Shape of one item, without the batch.
    public let shape: Shape
    /// Every element lies in here, whatever the input: derived from fan-in, so that overflow is excluded before anything runs. Says nothing
    /// of reals.
    public let range: ClosedRange<Int>

    public init(kind: Kind, shape: Shape, range: ClosedRange<Int>) {
        self.kind = kind
        self.shape = shape
        self.range = range
    }

    static func bytes(_ shape: Shape) -> ValueType { ValueType(kind: .bytes, shape: shape, range: 0...255) }
    static func bits(_ shape: Shape) -> ValueType { ValueType(kind: .bits, shape: shape, range: -1...1) }
    static func integers(_ shape: Shape, _ range: ClosedRange<Int>) -> ValueType { ValueType(kind: .integers, shape: shape, range: range) }

    static func reals(_ shape: Shape) -> ValueType { ValueType(kind: .reals, shape: shape, range: Int.min...Int.max) }

    /// Bits that one element of this kind takes on its way between layers.
    public var elementBits: Int {
        switch kind {
        case .bytes: 8
        case .bits: 1
        case .integers, .reals: 32
        }
    }
}

extension ValueType: CustomStringConvertible {
    public var description: String { "\(kind.rawValue) \(shape)" }
}
