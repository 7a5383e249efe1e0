/// Arithmetic of one layer for one item, by kind: what energy models and summaries multiply with their tables.
public struct OperationCounts: Sendable, Hashable, Codable {
    /// Multiply-accumulates of sign with sign: an XNOR and a population count.
    public var binaryMACs = 0
    /// Multiply-accumulates of an 8-bit number with a sign: an addition or subtraction.
    public var byteBinaryMACs = 0
    /// Multiply-accumulates of a real with a sign.
    public var realBinaryMACs = 0
    /// Multiply-accumulates of reals.
    public var realMACs = 0
    /// Element-wise real additions and multiplications (a folded batch norm counts one of each).
    public var realOperations = 0
    /// Integer comparisons with a threshold.
    public var comparisons = 0
    /// Logic on single bits: shortcuts that are an XNOR or an OR.
    public var bitOperations = 0

    public init() {}

    public static func + (a: OperationCounts, b: OperationCounts) -> OperationCounts {
        var sum = a
        sum.binaryMACs += b.binaryMACs
        sum.byteBinaryMACs += b.byteBinaryMACs
        sum.realBinaryMACs += b.realBinaryMACs
        sum.realMACs += b.realMACs
        sum.realOperations += b.realOperations
        sum.comparisons += b.comparisons
        sum.bitOperations += b.bitOperations
        return sum
    }

    public var totalMACs: Int { binaryMACs + byteBinaryMACs + realBinaryMACs + realMACs }
}
