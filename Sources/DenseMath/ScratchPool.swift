internal import Synchronization

/// Working space that outlives a call: fresh memory for every product costs a page fault each 4 KiB. Callers take blocks at the same time; as many are kept as were ever in use at once.
final class ScratchPool: Sendable {
    private struct Block: @unchecked Sendable {
        // Sendable: a block is in the hands of one caller or in the pool.
        let pointer: UnsafeMutableRawPointer
        let bytes: Int
    }

    private let blocks = Mutex<[Block]>([])

    /// Calls `body` with at least `bytes` bytes, aligned to 64, contents undefined.
    func withScratch<Result>(bytes: Int, _ body: (UnsafeMutableRawPointer) -> Result) -> Result {
        let block = take(bytes)
        defer { blocks.withLock { $0.append(block) } }
        return body(block.pointer)
    }

    private func take(_ bytes: Int) -> Block {
        if let block = blocks.withLock({ $0.popLast() }) {
            if block.bytes >= bytes { return block }
            block.pointer.deallocate()
        }
        // Grow by halves, so that slowly growing shapes do not reallocate every time.
        let size = max(bytes + bytes / 2, 4096)
        return Block(pointer: .allocate(byteCount: size, alignment: 64), bytes: size)
    }

    deinit {
        blocks.withLock { for block in $0 { block.pointer.deallocate() } }
    }
}
