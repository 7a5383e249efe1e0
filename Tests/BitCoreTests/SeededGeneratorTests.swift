import BitCore
import Testing

@Suite struct SeededGeneratorTests {
    struct KnownAnswer: Sendable {
        var counter, output: [UInt64]
        var key: [UInt64]
    }

    /// The lines `philox4x32 10` of Random123's tests/kat_vectors: counter, key, output as 32-bit words.
    static let knownAnswers = [
        KnownAnswer(counter: [0, 0, 0, 0], output: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8], key: [0, 0]),
        KnownAnswer(
            counter: [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff],
            output: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd], key: [0xffff_ffff, 0xffff_ffff]),
        KnownAnswer(
            counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
            output: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1], key: [0xa409_3822, 0x299f_31d0]),
    ]

    @Test(arguments: knownAnswers) func blocksAreThePublishedOnes(_ answer: KnownAnswer) {
        let (c, out, key) = (answer.counter, answer.output, answer.key)
        let block = SeededGenerator.block(key: key[0] | key[1] << 32, counter: (c[0] | c[1] << 32, c[2] | c[3] << 32))
        #expect(block.0 == out[0] | out[1] << 32)
        #expect(block.1 == out[2] | out[3] << 32)
    }

    @Test func drawsAreTheBlocksInOrder() {
        var generator = SeededGenerator(seed: 42)
        for counter in 0..<5 {
            let block = SeededGenerator.block(key: 42, counter: (UInt64(counter), 0))
            #expect(generator.next() == block.0)
            #expect(generator.next() == block.1)
        }
        var zero = SeededGenerator(seed: 0)
        #expect(zero.next() == 0xe169_c58d_6627_e8d5)
    }

    @Test func aSplitIsFixedAndDisturbsNothing() {
        var parent = SeededGenerator(seed: 1)
        let untouched = parent
        var (a, again, other) = (parent.split(1), parent.split(1), parent.split(2))
        var named = parent.split("augmentation")
        #expect(parent == untouched)
        let first = a.next()
        #expect(first == again.next())
        #expect(Set([first, other.next(), named.next(), parent.next()]).count == 4)
        // Splitting after drawing gives the same child: a stream is named by its place, not by its moment.
        var late = parent.split(1)
        #expect(late.next() == first)
    }

    @Test func manyStreamsDoNotMeet() {
        let root = SeededGenerator(seed: 9)
        var seen: Set<UInt64> = []
        for label in 0..<200 as Range<UInt64> {
            var child = root.split(label)
            var grandchild = child.split(label)
            for _ in 0..<10 {
                seen.insert(child.next())
                seen.insert(grandchild.next())
            }
        }
        #expect(seen.count == 4000)
    }

    @Test func aCopyContinuesWhereItWas() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<3 { _ = generator.next() }
        var copy = generator
        #expect((0..<9).map { _ in generator.next() } == (0..<9).map { _ in copy.next() })
    }

    @Test func uniformStaysInItsInterval() {
        var generator = SeededGenerator(seed: 3)
        let values = (0..<20_000).map { _ in generator.uniform() }
        #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
        #expect(abs(values.reduce(0, +) / 20_000 - 0.5) < 0.01)
    }

    @Test(arguments: [1, 2, 3, 10, 1000]) func indicesStayBelowTheirBound(_ bound: Int) {
        var generator = SeededGenerator(seed: 4)
        var counts = [Int](repeating: 0, count: bound)
        for _ in 0..<bound * 200 { counts[generator.index(below: bound)] += 1 }
        #expect(counts.allSatisfy { $0 > 100 && $0 < 320 })
    }

    @Test func normalHasMeanZeroAndVarianceOne() {
        var generator = SeededGenerator(seed: 5)
        let values = (0..<20_000).map { _ in Double(generator.normal()) }
        let mean = values.reduce(0, +) / 20_000
        let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 20_000
        #expect(abs(mean) < 0.03 && abs(variance - 1) < 0.05 && values.allSatisfy(\.isFinite))
    }

    @Test(arguments: [0, 1, 2, 100]) func aPermutationHasEveryNumberOnce(_ count: Int) {
        var generator = SeededGenerator(seed: 6)
        #expect(generator.permutation(count).sorted() == Array(0..<count))
    }
}
