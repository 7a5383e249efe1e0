import BinaryNN
import BinaryTraining
import BitCore
import DenseMath
import Testing
import _TestSupport

/// Rules over reals and latent weights against their equations in Double.
@Suite struct DescentTests {
    /// Runs 20 steps and compares with `oracle`, which steps one weight with its own two numbers of state.
    func check(
        _ rule: some UpdateRule, _ encoding: ParameterEncoding, tolerance: Double = 1e-4, _ set: InstructionSet = .active,
        _ oracle: (_ w: inout Double, _ g: Double, _ a: inout Double, _ b: inout Double, _ clock: TrainingClock) -> Void
    ) {
        let count = 97
        var generator = SeededGenerator(seed: 2)
        let start = (0..<count).map { _ in generator.normal() * 0.5 }
        var run = RuleRun(rule, encoding, start, set)
        var w = start.map(Double.init)
        var (a, b) = (Array(repeating: 0.0, count: count), Array(repeating: 0.0, count: count))
        for _ in 0..<20 {
            let g = (0..<count).map { _ in generator.normal() }
            let clock = run.clock
            #expect(run.update(g).isFinite)
            for i in 0..<count {
                oracle(&w[i], Double(g[i]), &a[i], &b[i], clock)
                if encoding == .latentBinary { w[i] = min(max(w[i], -1), 1) }
            }
        }
        for (ours, theirs) in zip(run.weights, w) { #expect(abs(Double(ours) - theirs) < tolerance) }
    }

    func power(_ base: Double, _ exponent: Int) -> Double { (0..<exponent).reduce(1) { value, _ in value * base } }

    // 20 steps of up to 0.2: 1 − β₂ rounds to 5e-5 of its value in Float32, so the paths of Adam may part by 2.5e-5 of the way.
    @Test(arguments: [ParameterEncoding.real, .latentBinary], InstructionSet.supported)
    func adam(encoding: ParameterEncoding, set: InstructionSet) {
        let rate = Schedule.linear(from: 0.2, to: 0.01)
        check(Adam(learningRate: rate), encoding, set) { w, g, m, v, clock in
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g * g
            let (mHat, vHat) = (m / (1 - power(0.9, clock.step + 1)), v / (1 - power(0.999, clock.step + 1)))
            w -= rate.value(at: clock) * mHat / (vHat.squareRoot() + 1e-8)
        }
    }

    /// Under schedules the corrections are the exact products.
    @Test func adamWithSchedules() {
        let rule = Adam(
            learningRate: 0.05, beta1: .linear(from: 0.5, to: 0.95), beta2: .cosine(from: 0.9, to: 0.99), epsilon: .linear(from: 0.1, to: 0.01))
        var (product1, product2) = (1.0, 1.0)
        var seen = -1
        check(rule, .real) { w, g, m, v, clock in
            let (beta1, beta2) = (rule.beta1.value(at: clock), rule.beta2.value(at: clock))
            if clock.step != seen {
                product1 *= beta1
                product2 *= beta2
                seen = clock.step
            }
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g * g
            w -= 0.05 * (m / (1 - product1)) / ((v / (1 - product2)).squareRoot() + rule.epsilon.value(at: clock))
        }
    }

    /// L2 joins the gradient, decoupled decay does not; neither touches latent weights.
    @Test func weightDecay() {
        check(Adam(learningRate: 0.02, decay: WeightDecay(l2: 0.3)), .real) { w, g, m, v, clock in
            let g = g + 0.3 * w
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g * g
            w -= 0.02 * (m / (1 - power(0.9, clock.step + 1))) / ((v / (1 - power(0.999, clock.step + 1))).squareRoot() + 1e-8)
        }
        check(SGD(learningRate: 0.02, decay: WeightDecay(l2: 0.3)), .real) { w, g, _, _, _ in w -= 0.02 * (g + 0.3 * w) }
        check(SGD(learningRate: 0.02, decay: WeightDecay(decoupled: 0.3)), .real) { w, g, _, _, _ in w = (1 - 0.02 * 0.3) * w - 0.02 * g }
        check(SGD(learningRate: 0.02, decay: WeightDecay(l2: 0.3, decoupled: 0.3)), .latentBinary) { w, g, _, _, _ in w -= 0.02 * g }
    }

    @Test func momentum() {
        let rate = Schedule.cosine(from: 0.05, to: 0)
        check(Momentum(learningRate: rate), .latentBinary) { w, g, v, _, clock in
            v = 0.9 * v + g
            w -= rate.value(at: clock) * v
        }
        check(Momentum(learningRate: rate, momentum: 0.8, nesterov: true), .real) { w, g, v, _, clock in
            v = 0.8 * v + g
            w -= rate.value(at: clock) * (g + 0.8 * v)
        }
    }

    /// β₂ = 0.9: ρ∞ = 19, and ρ passes 5 at the sixth step, so both forms occur.
    @Test func radam() {
        #expect(
            (1...7).map { RAdam.rectification(beta2: 0.9, correction: 1 - power(0.9, $0), t: Double($0)) != nil } == [
                false, false, false, false, false, true, true,
            ])
        check(RAdam(learningRate: 0.02, beta2: 0.9), .real) { w, g, m, v, clock in
            let t = clock.step + 1
            m = 0.9 * m + 0.1 * g
            v = 0.9 * v + 0.1 * g * g
            let (c1, c2) = (1 - power(0.9, t), 1 - power(0.9, t))
            let rho = 19 - 2 * Double(t) * power(0.9, t) / c2
            guard rho >= 5 else {
                w -= 0.02 * m / c1
                return
            }
            let r = ((rho - 4) * (rho - 2) * 19 / ((19 - 4) * (19 - 2) * rho)).squareRoot()
            w -= 0.02 * r * (m / c1) / ((v / c2).squareRoot() + 1e-8)
        }
    }

    /// Without degeneration weights rest until v is certain; the averages go on.
    @Test func radamWithoutDegeneration() {
        check(RAdam(learningRate: 0.02, beta2: 0.9, degenerates: false), .real) { w, g, m, v, clock in
            let t = clock.step + 1
            m = 0.9 * m + 0.1 * g
            v = 0.9 * v + 0.1 * g * g
            let c = 1 - power(0.9, t)
            let rho = 19 - 2 * Double(t) * power(0.9, t) / c
            guard rho >= 5 else { return }
            let r = ((rho - 4) * (rho - 2) * 19 / ((19 - 4) * (19 - 2) * rho)).squareRoot()
            w -= 0.02 * r * (m / c) / ((v / c).squareRoot() + 1e-8)
        }
    }

    @Test func signs() {
        func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : 0 }
        check(SignSGD(learningRate: 0.03), .latentBinary) { w, g, _, _, _ in w -= 0.03 * sign(g) }
        check(Signum(learningRate: 0.03), .real) { w, g, m, _, _ in
            m = 0.9 * m + 0.1 * g
            w -= 0.03 * sign(m)
        }
        // A weight without gradient rests.
        var run = RuleRun(SignSGD(learningRate: 0.1), .real, [0.5, 0.5, 0.5])
        _ = run.update([0, -0.0, 1e-30])
        #expect(run.weights == [0.5, 0.5, 0.4])
    }

    /// 1/√(1.5/(fan in + fan out)); the window of a convolution counts in both.
    @Test func binaryConnect() {
        #expect(BinaryConnect.stepScale([3, 3]) == 2)
        #expect(abs(BinaryConnect.stepScale([128, 3, 3, 64]) - (Double(9 * 192) / 1.5).squareRoot()) < 1e-12)
        let scale = BinaryConnect.stepScale([1, 97])
        check(BinaryConnect(learningRate: 0.001, descent: .plain), .latentBinary) { w, g, _, _, _ in w -= 0.001 * scale * g }
        check(BinaryConnect(learningRate: 0.001), .latentBinary) { w, g, m, v, clock in
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g * g
            w -= 0.001 * scale * (m / (1 - power(0.9, clock.step + 1))) / ((v / (1 - power(0.999, clock.step + 1))).squareRoot() + 1e-8)
        }
    }

    /// The operator's published values, with sgn 0 = +1.
    @Test(arguments: InstructionSet.supported) func proximalOperator(set: InstructionSet) {
        var w: [Float] = [0.5, 0.95, 1.2, -0.3, 0, -0.0, -1.2, 1]
        w.withUnsafeMutableBufferPointer { Kernels(set).pullToSigns($0, pull: 0.1) }
        let expected: [Float] = [0.6, 1, 1.1, -0.4, 0.1, 0.1, -1.1, 1]
        for (ours, theirs) in zip(w, expected) { #expect(abs(ours - theirs) < 1e-6) }
        w.withUnsafeMutableBufferPointer { Kernels(set).pullToSigns($0, pull: 0.1, clip: 1) }
        #expect(w[2] == 1 && w[6] == -1)
        w = [0.01, -0.01, 0, -0.0, 3, -3]
        w.withUnsafeMutableBufferPointer { Kernels(set).pullToSigns($0, pull: .infinity) }
        #expect(w == [1, -1, 1, 1, 1, -1])
    }

    @Test(arguments: InstructionSet.supported) func ternaryLevels(set: InstructionSet) {
        var w: [Float] = [1, 2, -1, 0.5, -0.5, 0, -3, 0]
        let kernels = Kernels(set)
        // Mean |w| is 1, so the threshold is 0.7.
        let levels = w.withUnsafeBufferPointer { kernels.ternaryLevels(of: $0) }
        #expect(levels == TernaryLevels(threshold: 0.7, low: -2, high: 1.5))
        var pulled = w
        pulled.withUnsafeMutableBufferPointer { kernels.pullToLevels($0, pull: 1, levels) }
        #expect(pulled == [1.25, 1.75, -1.5, 0.25, -0.25, 0, -2.5, 0])
        w.withUnsafeMutableBufferPointer { kernels.toLevels($0, levels) }
        #expect(w == [1.5, 1.5, -2, 0, 0, 0, -2, 0])
        #expect(([] as [Float]).withUnsafeBufferPointer { kernels.ternaryLevels(of: $0) } == TernaryLevels(threshold: 0, low: 0, high: 0))
        // The same sums for any number of threads.
        var generator = SeededGenerator(seed: 9)
        let many = (0..<100_003).map { _ in generator.normal() }
        many.withUnsafeBufferPointer { x in
            #expect(kernels.ternaryLevels(of: x, parallel: Parallel(threads: 2)) == Kernels(.reference).ternaryLevels(of: x))
        }
    }

    /// λ grows by the epoch; at the freezing epoch weights become signs and stay.
    @Test func proxQuant() {
        let rule = ProxQuant(learningRate: 0.1, descent: .plain, strength: .ramp(perEpoch: 0.5), freezeEpoch: 3)
        check(rule, .real) { w, g, _, _, clock in
            func sign(_ x: Double) -> Double { x < 0 ? -1 : 1 }
            if clock.step > 15 { return }
            if clock.step == 15 {
                w = sign(w)
                return
            }
            w -= 0.1 * g
            let (s, c) = (sign(w), 0.1 * 0.5 * Double(clock.step / 5))
            w = s + (w - s < 0 ? -1 : 1) * max(abs(w - s) - c, 0)
            w = min(max(w, -1), 1)
        }
        var ternary = RuleRun(ProxQuant(levels: .ternary, learningRate: 0.01, strength: 1.0, freezeEpoch: 2), .real, [1, 0.9, -1, 0.1, -0.1, 0])
        for _ in 0..<10 { #expect(ternary.update([0.1, -0.1, 0.1, 0, 0, 0]).isFinite) }
        #expect(Set(ternary.weights).count > 3)
        for _ in 0..<2 { #expect(ternary.update([0.1, -0.1, 0.1, 0, 0, 0]) == UpdateOutcome(flips: 0)) }
        #expect(Set(ternary.weights).count == 3 && ternary.weights[3...] == [0, 0, 0])
        let frozen = ternary.weights
        _ = ternary.update([9, 9, 9, 9, 9, 9])
        #expect(ternary.weights == frozen)
    }

    /// Three workers vote; one that votes alone does what Signum does.
    @Test func majorityOfSignum() {
        let rule = Signum(learningRate: 0.1)
        let spec = ParameterSpec(name: "w", shape: [2, 3], role: .kernel, encoding: .latentBinary)
        var store = ParameterStore([spec])
        let id = store.ids[0]
        let context = ExecutionContext(engine: PortableEngine())
        let clock = TrainingClock(step: 0, stepsPerEpoch: 1, totalSteps: 1)
        func gradients(_ values: [Float]) -> Gradients {
            var gradients = Gradients([spec])
            gradients.withMutable(id) { _ = $0.update(fromContentsOf: values) }
            return gradients
        }
        let workers: [[Float]] = [[1, -2, 3, -1, 1, 1], [1, 1, -9, -1, 1, -1], [-5, 1, -1, -1, 1, 1]]
        var states = workers.map { _ in RuleState(for: rule, count: 6) }
        let votes = workers.indices.map { rule.vote(id, gradients(workers[$0]), &states[$0], clock, context) }
        #expect(rule.apply(context.kernels.majority(votes), to: id, of: &store, clock, context).isFinite)
        #expect(store.reals(id) == [-0.1, -0.1, 0.1, 0.1, -0.1, -0.1])

        var alone = RuleRun(rule, .latentBinary, [0, 0, 0, 0, 0, 0], shape: [2, 3])
        _ = alone.update(workers[0])
        var voted = ParameterStore([spec])
        var state = RuleState(for: rule, count: 6)
        _ = rule.apply(rule.vote(id, gradients(workers[0]), &state, clock, context), to: id, of: &voted, clock, context)
        #expect(voted.reals(id) == alone.weights && state.slots == alone.state.slots)
    }
}
