internal import CKernels

/// What the ApproxSign surrogate needs of x for its gradient, dy·2(1 − |x|) where |x| ≤ 1, else 0 (Liu et al. 2018, Bi-Real Net): 1 − |x|, in 255 steps
/// of a byte, as exact as a gradient in bfloat16 can use, or in 32,768 steps of 16 bits, off by hardly more than 2⁻¹⁶ and
/// exact at 0 and ±1. Half of x, or a quarter.
public enum ApproxSignSlopes: Sendable {
    case bytes(AlignedBuffer<UInt8>)
    case words(AlignedBuffer<UInt16>)

    /// A place for `count` slopes, not yet written.
    package init(count: Int, isWide: Bool) {
        self = isWide ? .words(AlignedBuffer(uninitializedCount: count)) : .bytes(AlignedBuffer(uninitializedCount: count))
    }

    public var count: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .words(let words): words.count
        }
    }

    /// Bytes held.
    public var byteCount: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .words(let words): 2 * words.count
        }
    }

    /// Those from one on.
    func from(_ start: Int) -> sf_slopes {
        switch self {
        case .bytes(let bytes): sf_slopes(bytes: bytes.pointer + start, words: nil)
        case .words(let words): sf_slopes(bytes: nil, words: words.pointer + start)
        }
    }
}
