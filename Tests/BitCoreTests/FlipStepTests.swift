import BitCore
import Testing

/// The steps of rules over signs kept as bits, against plain Swift.
@Suite struct FlipStepTests {
    static let sets = InstructionSet.supported
    static let shapes = [[0, 5], [1, 1], [3, 17], [31, 64], [32, 65], [33, 63], [64, 128], [100, 129], [257, 7], [40, 1024]]

    func numbers(_ count: Int, seed: UInt64) -> [Float] { UpdateStepTests.numbers(count, seed: seed) }

    /// Runs a step on every number of threads and compares with `oracle`, which gives the new m and v of an element and what is compared
    /// with `threshold` in its favour.
    func check(
        _ set: InstructionSet, _ shape: [Int], threshold: Float,
        _ step: (Kernels, PackedSigns, UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>, Parallel)
            -> UpdateOutcome,
        oracle: (_ w: Float, _ g: Float, _ m: Float, _ v: Float) -> (m: Float, v: Float, flips: Bool)
    ) {
        let (rows, columns) = (shape[0], shape[1])
        let count = rows * columns
        let start = Kernels(.reference).packSigns(Tensor(numbers(count, seed: 5), shape: Shape(shape)))
        let (g, m, v) = (numbers(count, seed: 6), numbers(count, seed: 7), numbers(count, seed: 8).map { $0 * $0 })
        var expected = start
        var flips = 0
        var (m1, v1) = (m, v)
        for i in 0..<rows {
            for j in 0..<columns {
                let k = i * columns + j
                let result = oracle(start[i, j] ? 1 : -1, g[k], m[k], v[k])
                (m1[k], v1[k]) = (result.m, result.v)
                if result.flips {
                    expected[i, j].toggle()
                    flips += 1
                }
            }
        }
        for threads in [1, 2] {
            var bits = start
            var (m2, v2) = (m, v)
            let outcome = bits.withUnsafeMutableWords { words in
                m2.withUnsafeMutableBufferPointer { m in
                    v2.withUnsafeMutableBufferPointer { v in
                        g.withUnsafeBufferPointer { g in
                            step(Kernels(set), PackedSigns(words, rows: rows, columns: columns), g, m, v, Parallel(threads: threads))
                        }
                    }
                }
            }
            #expect(bits == expected && outcome == UpdateOutcome(flips: flips) && bits.paddingIsZero)
            #expect(m2 == m1 && v2 == v1)
            #expect(Kernels(set).differingBits(start, bits) == flips)
        }
    }

    @Test(arguments: sets, shapes) func bop(_ set: InstructionSet, _ shape: [Int]) {
        check(set, shape, threshold: 0.5) { kernels, signs, g, m, _, parallel in
            kernels.bop(signs, gradients: g, m: m, gamma: 0.25, threshold: 0.5, parallel: parallel)
        } oracle: { w, g, m, v in
            let moment = 0.75 * m + 0.25 * g
            return (moment, v, w * moment > 0.5)
        }
    }

    @Test(arguments: sets, shapes) func momentFlips(_ set: InstructionSet, _ shape: [Int]) {
        check(set, shape, threshold: 0) { kernels, signs, g, m, _, parallel in
            kernels.momentFlips(signs, gradients: g, m: m, gamma: 0.3, threshold: 0, parallel: parallel)
        } oracle: { w, g, m, v in
            let moment = m + 0.3 * (g - m)
            return (moment, v, w * moment > 0)
        }
    }

    @Test(arguments: sets, shapes) func bop2(_ set: InstructionSet, _ shape: [Int]) {
        let step = Bop2Step(gamma: 0.3, sigma: 0.01, first: 1.7, second: 3.1, threshold: 0.4)
        check(set, shape, threshold: 0.4) { kernels, signs, g, m, v, parallel in
            kernels.bop2(signs, gradients: g, m: m, v: v, step, parallel: parallel)
        } oracle: { w, g, m, v in
            let moment = m + 0.3 * (g - m)
            let square = v + 0.01 * (g * g - v)
            return (moment, square, w * ((1.7 * moment) / ((3.1 * square).squareRoot() + 1e-10)) > 0.4)
        }
    }

    @Test(arguments: sets, shapes) func bold(_ set: InstructionSet, _ shape: [Int]) {
        check(set, shape, threshold: 1) { kernels, signs, g, m, _, parallel in
            kernels.bold(signs, gradients: g, m: m, beta: 0.9, rate: 0.6, parallel: parallel)
        } oracle: { w, g, m, v in
            let moment = 0.9 * m - 0.6 * g
            return w * moment <= -1 ? (0, v, true) : (moment, v, false)
        }
    }

    /// Strictly above the threshold for Bop; at 1 already for the accumulator.
    @Test(arguments: sets) func atTheThreshold(_ set: InstructionSet) {
        var bits = PackedTensor(words: [0b01], shape: [1, 2])
        var m: [Float] = [0, 0]
        let outcomes = bits.withUnsafeMutableWords { words in
            m.withUnsafeMutableBufferPointer { m in
                ([0.5, -0.5] as [Float]).withUnsafeBufferPointer { g in
                    let signs = PackedSigns(words, rows: 1, columns: 2)
                    let first = Kernels(set).bop(signs, gradients: g, m: m, gamma: 1, threshold: 0.5)
                    // The state is what Bop left: m = ±1/2, which rate 3 takes to ∓1.
                    return (first, Kernels(set).bold(signs, gradients: g, m: m, beta: 1, rate: 3))
                }
            }
        }
        #expect(outcomes.0 == UpdateOutcome(flips: 0) && outcomes.1 == UpdateOutcome(flips: 2))
        #expect(bits.words == [0b10] && m == [0, 0])
    }

    @Test(arguments: sets) func majority(_ set: InstructionSet) {
        func votes(_ words: UInt64...) -> [PackedTensor] { words.map { PackedTensor(words: [$0], shape: [1, 4]) } }
        let kernels = Kernels(set)
        #expect(kernels.majority(votes(0b1010)).words == [0b1010])
        #expect(kernels.majority(votes(0b1010, 0b1100, 0b1000)).words == [0b1000])
        // A tie is +1.
        #expect(kernels.majority(votes(0b1010, 0b1100)).words == [0b1110])
        #expect(kernels.majority(votes(0b0000, 0b0000)).words == [0])
    }
}
