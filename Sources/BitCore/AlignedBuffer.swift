/// Heap storage for `count` elements, aligned to 64 bytes (a cache line and a 512-bit register).
///
/// Kernels read whole registers; a buffer that starts on a line never splits one. Value semantics are the owner's job: `Tensor` and
/// `PackedTensor` copy before they write unless they hold the only reference.
public final class AlignedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
    // Sendable: shared references are only read; every writer first proves that its reference is the only one.
    public let pointer: UnsafeMutablePointer<Element>
    public let count: Int
    /// The block that large contents lie in; it outlives the buffer.
    private let block: BlockPool.Block?

    /// Zeros.
    public convenience init(count: Int) {
        self.init(uninitializedCount: count)
        UnsafeMutableRawPointer(pointer).initializeMemory(as: UInt8.self, repeating: 0, count: count * MemoryLayout<Element>.stride)
    }

    public convenience init(copying other: AlignedBuffer) {
        self.init(uninitializedCount: other.count)
        UnsafeMutableRawPointer(pointer).copyMemory(from: other.pointer, byteCount: count * MemoryLayout<Element>.stride)
    }

    /// Whatever the memory held: for results of which every element is about to be written.
    package init(uninitializedCount count: Int) {
        let bytes = Swift.max(count * MemoryLayout<Element>.stride, 1)
        block = bytes >= BlockPool.leastBytes ? BlockPool.shared.take(bytes: bytes) : nil
        let raw = block?.pointer ?? .allocate(byteCount: bytes, alignment: 64)
        pointer = raw.bindMemory(to: Element.self, capacity: Swift.max(count, 1))
        self.count = count
    }

    deinit {
        if let block { BlockPool.shared.give(block) } else { UnsafeMutableRawPointer(pointer).deallocate() }
    }
}
