import BitCore
import Testing

/// A flip on planes against the sums that it changes, on every instruction set. More sizes, with guarded memory, are in Tests/CKernelsC.
@Suite struct WeightFlipsTests {
    @Test(arguments: InstructionSet.supported, [1, 63, 64, 65, 130, 600]) func planesSayWhatSumsDo(_ set: InstructionSet, _ rows: Int) {
        let kernels = Kernels(set)
        let words = (rows + 63) / 64
        var generator = SeededGenerator(seed: UInt64(rows))
        for _ in 0..<20 {
            var sums = (0..<64 * words).map { $0 < rows ? Int16(generator.index(below: 13)) - 6 : -4 }
            let before = sums
            var source = (0..<words).map { _ in generator.next() }
            var affected = [UInt64](repeating: 0, count: words)
            for row in 0..<rows where generator.next() & 1 == 0 { affected[row >> 6] |= 1 << UInt64(row & 63) }
            var signs = [UInt64](repeating: 0, count: words)
            var near = signs
            for row in 0..<rows {
                if sums[row] >= 0 { signs[row >> 6] |= 1 << UInt64(row & 63) }
                if (-2...1).contains(sums[row]) { near[row >> 6] |= 1 << UInt64(row & 63) }
            }
            let signsBefore = signs
            var changed = signs
            let weight: UInt64 = generator.next() & 1 == 0 ? 0 : ~0
            let turns = sums.withUnsafeMutableBytes { sums in
                signs.withUnsafeMutableBufferPointer { signs in
                    near.withUnsafeMutableBufferPointer { near in
                        source.withUnsafeMutableBufferPointer { source in
                            affected.withUnsafeMutableBufferPointer { affected in
                                changed.withUnsafeMutableBufferPointer { changed in
                                    let neuron = NeuronPlanes(sums: sums.baseAddress!, signs: signs.baseAddress!, near: near.baseAddress!)
                                    let change = SumChange(rows: affected.baseAddress!, source: source.baseAddress!, weight: weight)
                                    let turns = kernels.turns(of: neuron, by: change, words: words, into: changed.baseAddress!)
                                    kernels.advance(neuron, by: change, amount: 2, words: words, isWide: false)
                                    return turns
                                }
                            }
                        }
                    }
                }
            }
            for row in 0..<64 * words {
                let bit = UInt64(row & 63)
                let word = row >> 6
                let rises = (source[word] ^ weight) >> bit & 1 == 1
                let expected = affected[word] >> bit & 1 == 0 ? before[row] : before[row] + (rises ? 2 : -2)
                #expect(sums[row] == expected)
                #expect((signs[word] >> bit & 1 == 1) == (expected >= 0))
            }
            for word in 0..<words { #expect(changed[word] == signs[word] ^ signsBefore[word]) }
            #expect(turns == changed.reduce(0) { $0 + $1.nonzeroBitCount })
        }
    }
}
