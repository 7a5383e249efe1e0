/// A dense array of Float32, row-major, innermost extent contiguous. A value: copies are cheap and written to only when unshared.
public struct Tensor: Sendable {
    public private(set) var shape: Shape
    @usableFromInline var buffer: AlignedBuffer<Float>

    /// Zeros.
    public init(zeros shape: Shape) {
        self.shape = shape
        buffer = AlignedBuffer(count: shape.count)
    }

    /// Undefined elements, for results of which every one is about to be written.
    package init(uninitialized shape: Shape) {
        self.shape = shape
        buffer = AlignedBuffer(uninitializedCount: shape.count)
    }

    /// - Precondition: as many elements as the shape has.
    public init(_ elements: some Collection<Float>, shape: Shape) {
        precondition(elements.count == shape.count, "\(elements.count) elements do not fill shape \(shape)")
        self.init(uninitialized: shape)
        _ = UnsafeMutableBufferPointer(start: buffer.pointer, count: shape.count).update(fromContentsOf: elements)
    }

    @inlinable public var count: Int { buffer.count }

    @inlinable public subscript(_ index: Int) -> Float {
        get {
            precondition(index >= 0 && index < buffer.count, "element \(index) of a tensor of \(buffer.count)")
            return buffer.pointer[index]
        }
        set {
            precondition(index >= 0 && index < buffer.count, "element \(index) of a tensor of \(buffer.count)")
            makeUnique()
            buffer.pointer[index] = newValue
        }
    }

    @inlinable public func withUnsafeElements<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(buffer) {} }
        return try body(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count))
    }

    @inlinable public mutating func withUnsafeMutableElements<Result, Failure: Error>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        makeUnique()
        defer { withExtendedLifetime(buffer) {} }
        return try body(UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count))
    }

    /// The same elements under another shape.
    /// - Precondition: the shapes have the same number of elements.
    public func reshaped(to newShape: Shape) -> Tensor {
        precondition(newShape.count == shape.count, "cannot view \(shape) as \(newShape)")
        var result = self
        result.shape = newShape
        return result
    }

    public var elements: [Float] { withUnsafeElements { Array($0) } }

    /// Whether writing needs no copy.
    package mutating func isUnique() -> Bool { isKnownUniquelyReferenced(&buffer) }

    @usableFromInline mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&buffer) { buffer = AlignedBuffer(copying: buffer) }
    }
}

extension Tensor: Equatable {
    /// Same shape and equal elements (so NaN differs from itself, and 0 equals -0).
    public static func == (a: Tensor, b: Tensor) -> Bool {
        a.shape == b.shape && a.withUnsafeElements { x in b.withUnsafeElements { y in x.elementsEqual(y) } }
    }
}

extension Tensor: CustomStringConvertible {
    public var description: String {
        let shown = elements.prefix(8).map { "\($0)" }.joined(separator: ", ")
        return "Tensor\(shape)(\(shown)\(count > 8 ? ", …" : ""))"
    }
}
