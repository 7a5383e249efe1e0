/// Heap storage for `count` elements, aligned to 64 bytes (a cache line and a 512-bit register), zero at birth.
///
/// Kernels read whole registers; a buffer that starts on a line never splits one. Value semantics are the owner's job: `Tensor` and
/// `PackedTensor` copy before they write unless they hold the only reference.
public final class AlignedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
    // Sendable: shared references are only read; every writer first proves that its reference is the only one.
    public let pointer: UnsafeMutablePointer<Element>
    public let count: Int

    public init(count: Int) {
        let bytes = Swift.max(count * MemoryLayout<Element>.stride, 1)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        pointer = raw.bindMemory(to: Element.self, capacity: Swift.max(count, 1))
        self.count = count
    }

    public init(copying other: AlignedBuffer) {
        let bytes = Swift.max(other.count * MemoryLayout<Element>.stride, 1)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        raw.copyMemory(from: other.pointer, byteCount: bytes)
        pointer = raw.bindMemory(to: Element.self, capacity: Swift.max(other.count, 1))
        count = other.count
    }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}
