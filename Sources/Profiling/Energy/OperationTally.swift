/// Kinds of arithmetic that cost energy, with the width of their operands.
public enum OperationKind: String, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
    /// Sign times sign, summed: an XNOR of 1 bit and its share of a population count.
    case binaryMAC = "binary-mac"
    /// An 8-bit number times a sign, summed in an integer.
    case byteSignMAC = "byte-sign-mac"
    /// A 32-bit real times a sign, summed.
    case realSignMAC = "real-sign-mac"
    /// A 32-bit real times a real, summed.
    case realMAC = "real-mac"
    /// Of 32-bit reals.
    case realAdd = "real-add"
    case realMultiply = "real-multiply"
    /// Of integers of 32 bits.
    case integerAdd = "integer-add"
    case integerMultiply = "integer-multiply"
    /// With a threshold, of numbers of 32 bits.
    case comparison
    /// AND, OR, XNOR of two signs.
    case logic

    /// Widths of the operands, for tables.
    public var widths: String {
        switch self {
        case .binaryMAC: "1×1"
        case .byteSignMAC: "8×1"
        case .realSignMAC: "32×1"
        case .realMAC: "32×32"
        case .realAdd, .realMultiply, .integerAdd, .integerMultiply, .comparison: "32"
        case .logic: "1"
        }
    }
}

/// How often each kind of arithmetic is done for one item.
public struct OperationTally: Sendable, Hashable, Codable {
    /// Kinds that are never done are absent.
    public private(set) var counts: [OperationKind: Int] = [:]

    public init() {}

    public init(_ counts: [OperationKind: Int]) { self.counts = counts.filter { $0.value != 0 } }

    public init(from decoder: any Decoder) throws { self.init(try decoder.singleValueContainer().decode([OperationKind: Int].self)) }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(counts)
    }

    public subscript(_ kind: OperationKind) -> Int {
        get { counts[kind] ?? 0 }
        set { counts[kind] = newValue == 0 ? nil : newValue }
    }

    public static func + (a: OperationTally, b: OperationTally) -> OperationTally {
        OperationTally(a.counts.merging(b.counts, uniquingKeysWith: +))
    }

    /// All but the sums of products.
    public var elementwise: Int { counts.reduce(0) { $0 + (Self.products.contains($1.key) ? 0 : $1.value) } }

    static let products: Set<OperationKind> = [.binaryMAC, .byteSignMAC, .realSignMAC, .realMAC]
}
