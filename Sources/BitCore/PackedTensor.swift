/// An array of signs, one bit each: bit 1 is +1, bit 0 is -1. The innermost extent is packed least significant bit first into 64-bit
/// words; every innermost row starts on a word; the padding bits of its last word are 0. A value, like `Tensor`.
public struct PackedTensor: Sendable {
    public private(set) var shape: Shape
    @usableFromInline var buffer: AlignedBuffer<UInt64>

    /// All bits 0, which reads as all -1.
    public init(minusOnes shape: Shape) {
        self.shape = shape
        buffer = AlignedBuffer(count: shape.rows * Self.words(for: shape.columns))
    }

    /// - Precondition: `rows × wordsPerRow` words, padding bits 0.
    public init(words: some Collection<UInt64>, shape: Shape) {
        self.init(minusOnes: shape)
        precondition(words.count == buffer.count, "\(words.count) words do not fill packed shape \(shape), which needs \(buffer.count)")
        _ = UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count).update(fromContentsOf: words)
        _checkInvariants()
    }

    /// Words that a row of `columns` signs takes.
    @inlinable public static func words(for columns: Int) -> Int { (columns + 63) / 64 }

    @inlinable public var wordsPerRow: Int { Self.words(for: shape.columns) }
    @inlinable public var wordCount: Int { buffer.count }

    /// The sign at a row and column, as true for +1.
    public subscript(_ row: Int, _ column: Int) -> Bool {
        get {
            let (word, bit) = position(row, column)
            return (buffer.pointer[word] >> bit) & 1 == 1
        }
        set {
            let (word, bit) = position(row, column)
            makeUnique()
            if newValue { buffer.pointer[word] |= 1 << bit } else { buffer.pointer[word] &= ~(1 << bit) }
        }
    }

    @inlinable public func withUnsafeWords<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt64>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(buffer) {} }
        return try body(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count))
    }

    /// The writer keeps the invariant: padding bits stay 0.
    @inlinable public mutating func withUnsafeMutableWords<Result, Failure: Error>(
        _ body: (UnsafeMutableBufferPointer<UInt64>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        makeUnique()
        defer { withExtendedLifetime(buffer) {} }
        return try body(UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count))
    }

    public var words: [UInt64] { withUnsafeWords { Array($0) } }

    /// The same rows under another shape with the same innermost extent.
    public func reshaped(to newShape: Shape) -> PackedTensor {
        precondition(
            newShape.rows == shape.rows && newShape.columns == shape.columns, "cannot view packed \(shape) as \(newShape): rows are word-aligned")
        var result = self
        result.shape = newShape
        return result
    }

    /// Debug builds check that padding bits are 0: kernels count on it.
    public func _checkInvariants() {
        assert(paddingIsZero, "padding bits are set in a packed tensor of shape \(shape)")
    }

    /// True when every padding bit is 0.
    public var paddingIsZero: Bool {
        let used = shape.columns % 64
        guard used != 0 else { return true }
        let mask = ~UInt64(0) << UInt64(used)
        return (0..<shape.rows).allSatisfy { buffer.pointer[($0 + 1) * wordsPerRow - 1] & mask == 0 }
    }

    private func position(_ row: Int, _ column: Int) -> (word: Int, bit: UInt64) {
        precondition(
            row >= 0 && row < shape.rows && column >= 0 && column < shape.columns, "sign (\(row), \(column)) of a packed tensor of shape \(shape)")
        return (row * wordsPerRow + column / 64, UInt64(column % 64))
    }

    @usableFromInline mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&buffer) { buffer = AlignedBuffer(copying: buffer) }
    }
}

extension PackedTensor: Equatable {
    public static func == (a: PackedTensor, b: PackedTensor) -> Bool {
        a.shape == b.shape && a.withUnsafeWords { x in b.withUnsafeWords { y in x.elementsEqual(y) } }
    }
}
