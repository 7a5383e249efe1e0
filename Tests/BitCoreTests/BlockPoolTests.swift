import BitCore
import Testing

/// Blocks go round, and what lies idle never makes more than was once in use.
@Suite struct BlockPoolTests {
    static let megabyte = 1 << 20

    @Test func aBlockIsHandedOn() {
        let pool = BlockPool()
        let first = pool.take(bytes: 3 * Self.megabyte)
        pool.give(first)
        let second = pool.take(bytes: 3 * Self.megabyte - 100)
        #expect(second.pointer == first.pointer)
        #expect(pool.bytes.idle == 0)
        pool.give(second)
    }

    @Test func ofSeveralTheTightestIsTaken() {
        let pool = BlockPool()
        let blocks = [10, 8, 9].map { pool.take(bytes: $0 * 4 * Self.megabyte) }
        for block in blocks { pool.give(block) }
        #expect(pool.take(bytes: 8 * 4 * Self.megabyte).pointer == blocks[1].pointer)
    }

    @Test func muchLargerBlocksAreNotWasted() {
        let pool = BlockPool()
        let large = pool.take(bytes: 64 * Self.megabyte)
        pool.give(large)
        let small = pool.take(bytes: 2 * Self.megabyte)
        #expect(small.bytes < 3 * Self.megabyte)
    }

    @Test(arguments: [1, 4095, 1 << 20, (1 << 20) + 1, 4 << 20, (4 << 20) + 1, 33 << 20]) func blocksAreAlignedAndLargeEnough(_ bytes: Int) {
        let block = BlockPool().take(bytes: bytes)
        #expect(block.bytes >= bytes)
        #expect(Int(bitPattern: block.pointer) % 64 == 0)
        block.pointer.storeBytes(of: 1, toByteOffset: bytes - 1, as: UInt8.self)
    }

    @Test(arguments: 0..<8 as Range<UInt64>) func idleAndLiveStayBelowThePeak(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pool = BlockPool()
        var held: [BlockPool.Block] = []
        var (live, peak) = (0, 0)
        for _ in 0..<400 {
            if held.isEmpty || generator.uniform() < 0.5 {
                let block = pool.take(bytes: Self.megabyte + generator.index(below: 24 * Self.megabyte))
                #expect(!held.contains { $0.pointer == block.pointer })
                held.append(block)
                live += block.bytes
            } else {
                let block = held.remove(at: generator.index(below: held.count))
                live -= block.bytes
                pool.give(block)
            }
            peak = max(peak, live)
            let bytes = pool.bytes
            #expect(bytes.live == live && bytes.peak == peak && bytes.live + bytes.idle <= bytes.peak + BlockPool.allowance(bytes.peak))
        }
        for block in held { pool.give(block) }
    }

    /// One image after the other through the same layers: the second pass has the blocks of the first.
    @Test func smallPassesRunOnTheSameBlocks() {
        let pool = BlockPool()
        func pass() -> Set<UnsafeMutableRawPointer> {
            var (taken, held): (Set<UnsafeMutableRawPointer>, [BlockPool.Block]) = ([], [])
            for size in [600, 3200, 800, 800, 400, 800, 400] {
                held.append(pool.take(bytes: size << 10))
                taken.insert(held[held.count - 1].pointer)
                if held.count > 2 { pool.give(held.removeFirst()) }
            }
            for block in held { pool.give(block) }
            return taken
        }
        let first = pass()
        #expect(pass().isSubset(of: first))
    }

    @Test func largeTensorsAreWritable() {
        for _ in 0..<3 {
            var tensor = Tensor(zeros: [1 << 19])
            #expect(tensor[(1 << 19) - 1] == 0)
            tensor[(1 << 19) - 1] = 7
            let copy = tensor
            tensor[0] = 1
            #expect(copy[0] == 0 && copy[(1 << 19) - 1] == 7)
        }
    }
}
