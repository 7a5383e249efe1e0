internal import Synchronization

#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#elseif canImport(Musl)
private import Musl
#endif

/// Large blocks of memory between two owners. A training step takes and gives the same sizes again and again, tens of megabytes each; the
/// system's allocator hands such blocks back at once, and the next one costs a page fault, with zeros written by the kernel, every 4 KiB.
///
/// What lies idle makes the process little larger than its owners once were together: live + idle ≤ peak of live + `allowance(peak)`. The blocks given
/// back the longest ago go first. (Replayed for the steps of a convolutional network: a block serves requests down to a fourth of it, or a step takes three
/// times as much fresh memory. With an eighth of the peak, BinaryNet's steps took 596 MB, with a twenty-fourth 479, and were no slower; Bi-Real-18's
/// took 713 with a twenty-fourth and 690 with a forty-eighth, and were no slower either; the few megabytes that one image takes in inference may all stay, since its layers never hold all of their blocks at once.)
package final class BlockPool: Sendable {
    package struct Block: @unchecked Sendable {
        // Sendable: a block is in the hands of one owner or in the pool.
        package let pointer: UnsafeMutableRawPointer
        package let bytes: Int
    }

    fileprivate struct State {
        /// In the order in which they came back.
        var idle: [Block] = []
        var idleBytes = 0
        var liveBytes = 0
        var peakBytes = 0
    }

    package static let shared = BlockPool()

    /// How much may lie idle beside a peak of so many bytes.
    package static func allowance(_ peak: Int) -> Int { max(peak / 48, 16 << 20) }
    /// Blocks below this are the allocator's business.
    package static let leastBytes = 1 << 18
    /// A huge page of x86-64 and of AArch64 with 4 KiB pages.
    private static let hugePage = 1 << 21
    /// An idle block serves requests down to a fourth of it.
    private static func fits(_ block: Block, _ bytes: Int) -> Bool { block.bytes >= bytes && block.bytes / 4 <= bytes }

    private let state = Mutex(State())

    package init() {}

    /// At least `bytes` bytes of undefined contents, aligned to 64.
    package func take(bytes: Int) -> Block {
        let reused = state.withLock { state -> Block? in
            var best: Int?
            for index in state.idle.indices.reversed() where Self.fits(state.idle[index], bytes) {
                if best == nil || state.idle[index].bytes < state.idle[best!].bytes { best = index }
            }
            guard let best else { return nil }
            let block = state.idle.remove(at: best)
            state.idleBytes -= block.bytes
            state.liveBytes += block.bytes
            state.peakBytes = max(state.peakBytes, state.liveBytes)
            return block
        }
        if let reused { return reused }
        let block = Self.allocate(bytes)
        let surplus = state.withLock { state -> [Block] in
            state.liveBytes += block.bytes
            return state.trim()
        }
        for old in surplus { old.pointer.deallocate() }
        return block
    }

    package func give(_ block: Block) {
        let surplus = state.withLock { state -> [Block] in
            state.liveBytes -= block.bytes
            state.idleBytes += block.bytes
            state.idle.append(block)
            return state.trim()
        }
        for old in surplus { old.pointer.deallocate() }
    }

    /// Bytes with owners, bytes without, and the most that ever had owners.
    package var bytes: (live: Int, idle: Int, peak: Int) { state.withLock { ($0.liveBytes, $0.idleBytes, $0.peakBytes) } }

    private static func allocate(_ bytes: Int) -> Block {
        let isHuge = bytes >= 2 * hugePage
        let unit = isHuge ? hugePage : 1 << 16
        let size = (bytes + unit - 1) / unit * unit
        let pointer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: isHuge ? hugePage : 64)
        #if os(Linux)
        // Advice only: where the system has no huge pages, nothing is lost.
        if isHuge { _ = madvise(pointer, size, MADV_HUGEPAGE) }
        #endif
        return Block(pointer: pointer, bytes: size)
    }

    deinit { for block in state.withLock({ $0.idle }) { block.pointer.deallocate() } }
}

extension BlockPool.State {
    /// Takes out what has been idle the longest until the rule holds.
    fileprivate mutating func trim() -> [BlockPool.Block] {
        peakBytes = max(peakBytes, liveBytes)
        var surplus: [BlockPool.Block] = []
        while liveBytes + idleBytes > peakBytes + BlockPool.allowance(peakBytes) {
            let block = idle.removeFirst()
            idleBytes -= block.bytes
            surplus.append(block)
        }
        return surplus
    }
}
