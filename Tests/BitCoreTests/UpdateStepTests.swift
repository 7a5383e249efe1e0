import BitCore
import Testing

/// The steps of update rules: the formulas against plain Swift, number by number and bit for bit, on every instruction set.
@Suite struct UpdateStepTests {
    static let sets = InstructionSet.supported
    static let counts = [0, 1, 7, 31, 63, 64, 65, 127, 129, 1000, 40_001]

    static func numbers(_ count: Int, seed: UInt64, scale: Float = 1) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in generator.normal() * scale }
    }

    /// Weights, gradients and two arrays of state.
    struct Arrays {
        var w, g, m, v: [Float]

        init(_ count: Int) {
            w = numbers(count, seed: 1)
            g = numbers(count, seed: 2)
            m = numbers(count, seed: 3)
            v = numbers(count, seed: 4).map { $0 * $0 }
            if count > 5 { (g[5], m[5]) = (0, 0) }
        }

        mutating func step(
            _ body: (
                UnsafeMutableBufferPointer<Float>, UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>
            ) -> UpdateOutcome
        ) -> UpdateOutcome {
            w.withUnsafeMutableBufferPointer { w in
                m.withUnsafeMutableBufferPointer { m in v.withUnsafeMutableBufferPointer { v in g.withUnsafeBufferPointer { g in body(w, g, m, v) } } }
            }
        }
    }

    func clamped(_ x: Float, _ limit: Float) -> Float { limit > 0 ? max(-limit, min(limit, x)) : x }

    @Test(arguments: sets, counts) func adam(_ set: InstructionSet, _ count: Int) {
        for step in [
            AdamStep(rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, clip: 1),
            AdamStep(rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1, root: 0, l2: 0.01, keep: 0.99),
        ] {
            let before = Arrays(count)
            var after = before
            let outcome = after.step { w, g, m, v in
                Kernels(set).adam(weights: w, gradients: g, m: m, v: v, step, parallel: Parallel(threads: 2))
            }
            #expect(outcome == UpdateOutcome())
            for i in 0..<count {
                let gradient = before.g[i] + step.l2 * before.w[i]
                let first = 0.9 * before.m[i] + (1 - 0.9 as Float) * gradient
                let second = 0.999 * before.v[i] + (1 - 0.999 as Float) * (gradient * gradient)
                let weight = step.keep * before.w[i] - (0.01 * first) / (step.root * second.squareRoot() + step.epsilon)
                #expect(after.m[i] == first && after.v[i] == second && after.w[i] == clamped(weight, step.clip))
            }
        }
    }

    @Test(arguments: sets, counts) func descent(_ set: InstructionSet, _ count: Int) {
        for step in [
            DescentStep(rate: 0.1), DescentStep(rate: 0.1, clip: 0.5, l2: 0.01, keep: 0.9), DescentStep(rate: 0.1, momentum: 0.9, clip: 0.7),
            DescentStep(rate: 0.1, momentum: 0.9, nesterov: true, l2: 0.01),
        ] {
            let before = Arrays(count)
            var (plain, heavy) = (before, before)
            #expect(plain.step { w, g, _, _ in Kernels(set).descend(weights: w, gradients: g, step) } == UpdateOutcome())
            #expect(heavy.step { w, g, m, _ in Kernels(set).momentum(weights: w, gradients: g, velocity: m, step) } == UpdateOutcome())
            for i in 0..<count {
                let gradient = before.g[i] + step.l2 * before.w[i]
                #expect(plain.w[i] == clamped(step.keep * before.w[i] - 0.1 * gradient, step.clip))
                let velocity = step.momentum * before.m[i] + gradient
                let along = step.nesterov ? gradient + 0.9 * velocity : velocity
                #expect(heavy.m[i] == velocity && heavy.w[i] == clamped(step.keep * before.w[i] - 0.1 * along, step.clip))
            }
        }
    }

    @Test(arguments: sets, counts) func signDescent(_ set: InstructionSet, _ count: Int) {
        let step = SignStep(rate: 0.1, beta: 0.9, clip: 1.5, l2: 0, keep: 0.99)
        let before = Arrays(count)
        var (plain, averaged) = (before, before)
        #expect(plain.step { w, g, _, _ in Kernels(set).signDescend(weights: w, gradients: g, step) } == UpdateOutcome())
        #expect(averaged.step { w, g, m, _ in Kernels(set).signum(weights: w, gradients: g, m: m, step) } == UpdateOutcome())
        func sign(_ x: Float) -> Float { x > 0 ? 1 : x < 0 ? -1 : 0 }
        for i in 0..<count {
            #expect(plain.w[i] == clamped(0.99 * before.w[i] - 0.1 * sign(before.g[i]), 1.5))
            let first = 0.9 * before.m[i] + (1 - 0.9 as Float) * before.g[i]
            #expect(averaged.m[i] == first && averaged.w[i] == clamped(0.99 * before.w[i] - 0.1 * sign(first), 1.5))
        }
    }

    /// One number that is not finite, anywhere, is reported by every step, whatever the threads.
    @Test(arguments: sets, [0, 63, 64, 39_999]) func faultsAreFound(_ set: InstructionSet, _ place: Int) {
        let kernels = Kernels(set)
        for poison in [Float.nan, .infinity, -.infinity] {
            for threads in [1, 2] {
                let parallel = Parallel(threads: threads)
                var arrays = Arrays(40_000)
                arrays.g[place] = poison
                var bits = PackedTensor(minusOnes: [40, 1000])
                func real(
                    _ body: (
                        UnsafeMutableBufferPointer<Float>, UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>,
                        UnsafeMutableBufferPointer<Float>
                    ) -> UpdateOutcome
                ) {
                    var copy = arrays
                    #expect(!copy.step(body).isFinite)
                }
                real { w, g, _, _ in kernels.descend(weights: w, gradients: g, DescentStep(rate: 0.1, clip: 1), parallel: parallel) }
                real { w, g, m, _ in kernels.momentum(weights: w, gradients: g, velocity: m, DescentStep(rate: 0.1, clip: 1), parallel: parallel) }
                real { w, g, _, _ in kernels.signDescend(weights: w, gradients: g, SignStep(rate: 0.1, clip: 1), parallel: parallel) }
                real { w, g, m, _ in kernels.signum(weights: w, gradients: g, m: m, SignStep(rate: 0.1, beta: 0.9, clip: 1), parallel: parallel) }
                real { w, g, m, v in
                    kernels.adam(
                        weights: w, gradients: g, m: m, v: v, AdamStep(rate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, clip: 1), parallel: parallel)
                }
                bits.withUnsafeMutableWords { words in
                    let signs = PackedSigns(words, rows: 40, columns: 1000)
                    real { _, g, m, _ in kernels.bop(signs, gradients: g, m: m, gamma: 0.1, threshold: 0.1, parallel: parallel) }
                    real { _, g, m, _ in kernels.momentFlips(signs, gradients: g, m: m, gamma: 0.1, threshold: 0.1, parallel: parallel) }
                    real { _, g, m, _ in kernels.bold(signs, gradients: g, m: m, beta: 0.9, rate: 0.1, parallel: parallel) }
                    real { _, g, m, v in
                        kernels.bop2(signs, gradients: g, m: m, v: v, Bop2Step(gamma: 0.1, sigma: 0.1, threshold: 0.1), parallel: parallel)
                    }
                }
                #expect(!arrays.g.withUnsafeBufferPointer { kernels.isFinite($0, parallel: parallel) })
                #expect(arrays.w.withUnsafeBufferPointer { kernels.isFinite($0, parallel: parallel) })
            }
        }
    }
}
