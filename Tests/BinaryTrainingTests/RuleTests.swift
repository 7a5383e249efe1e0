import BinaryNN
import BinaryTraining
import BitCore
import DenseMath
import Testing
import _TestSupport

/// What all rules promise, and those over bits against their equations in plain Swift.
@Suite struct RuleTests {
    static let all: [any UpdateRule] = [
        SGD(), Momentum(momentum: .linear(from: 0.5, to: 0.9)), Momentum(nesterov: true), Adam(learningRate: .linear(from: 0.1, to: 0.01)),
        Adam(beta1: .linear(from: 0.5, to: 0.9), decay: WeightDecay(l2: 0.1, decoupled: 0.01)), RAdam(beta2: 0.9), SignSGD(), Signum(),
        BinaryConnect(), BinaryConnect(descent: .plain), BinaryConnect(descent: .momentum(0.9, nesterov: true)),
        ProxQuant(strength: 1.0), ProxQuant(levels: .ternary, strength: 1.0), ProxQuant(descent: .plain, freezeEpoch: 2),
        Bop(gamma: 0.1, threshold: 1e-3), Bop2(gamma: 0.1, sigma: .linear(from: 1e-3, to: 1e-2), threshold: 0.1),
        Bop2(gamma: 0.1, sigma: 1e-2, threshold: 0.1, isBiasCorrected: false), SignMomentum(gamma: 0.1), BooleanAccumulator(rate: 0.7),
    ]

    @Test(arguments: all)
    func keepsItsPromises(_ rule: any UpdateRule) {
        func check(_ rule: some UpdateRule) -> [String] { UpdateRuleConformance.failures(rule) }
        #expect(check(rule) == [])
    }

    /// m ← (1−γ)m + γg, flip where w·m > τ, strictly.
    @Test func bopFlipsWhereAConsistentGradientAsksForIt() throws {
        // With γ = 0.5 and m = 0 before, m is half the gradient; τ = 1.
        var run = RuleRun(Bop(gamma: 0.5, threshold: 1.0), .binary, [1, 1, -1, -1, 1, 1])
        #expect(run.update([4, -4, -4, 4, 2, 2.5]) == UpdateOutcome(flips: 3))
        #expect(run.weights == [-1, 1, 1, -1, 1, -1])
        #expect(run.state.slots[0] == [2, -2, -2, 2, 1, 1.25])
        _ = run.update([4, -4, -4, 4, 2, 2.5])
        #expect(run.state.slots[0] == [3, -3, -3, 3, 1.5, 1.875])
    }

    /// The first step from zeros: biased r = sign(g)·γ/√σ, corrected r = sign(g), whatever the size of g.
    @Test(arguments: InstructionSet.supported, [1e-3, 1, 1e3] as [Float])
    func firstStepOfSecondOrderBop(set: InstructionSet, size: Float) {
        let gradient = [size, -size, size / 3, -2 * size]
        func flips(_ threshold: Schedule, corrected: Bool) -> Int? {
            var run = RuleRun(
                Bop2(gamma: 1e-3, sigma: 1e-4, threshold: threshold, epsilon: 0.0, isBiasCorrected: corrected), .binary, [1, -1, 1, -1], set)
            return run.update(gradient).flips
        }
        // γ/√σ = 0.1.
        #expect(flips(0.0999, corrected: false) == 4 && flips(0.1001, corrected: false) == 0)
        #expect(flips(0.9999, corrected: true) == 4 && flips(1.0001, corrected: true) == 0)
    }

    /// The published settings: base of the ablation γ/√σ = 3.2·10⁻⁶ > τ, CIFAR-10 schedule 31.6 ≫ τ: all agreeing signs flip at once.
    @Test(arguments: [(1e-7, 1e-3, 1e-6), (1e-2, 1e-7, 1e-5)])
    func publishedSettingsFlipAtOnce(gamma: Double, sigma: Double, threshold: Double) {
        for corrected in [false, true] {
            var run = RuleRun(
                Bop2(gamma: .constant(gamma), sigma: .constant(sigma), threshold: .constant(threshold), isBiasCorrected: corrected), .binary,
                [1, -1, 1, -1, 1])
            #expect(run.update([0.3, -0.2, -0.1, 0.4, 0]) == UpdateOutcome(flips: 2))
            #expect(run.weights == [-1, 1, 1, -1, 1])
        }
    }

    /// Twenty steps with all numbers on schedules, in Double; r may differ in the last bits, so signs near the threshold are left out.
    @Test(arguments: InstructionSet.supported, [false, true])
    func secondOrderBopFollowsItsEquations(set: InstructionSet, corrected: Bool) {
        let rule = Bop2(
            gamma: .linear(from: 0.2, to: 1e-3), sigma: .exponential(from: 1e-5, to: 1e-1), threshold: .cosine(from: 0.3, to: 0.01),
            isBiasCorrected: corrected)
        let count = 200
        var generator = SeededGenerator(seed: 5)
        var run = RuleRun(rule, .binary, (0..<count).map { _ in generator.normal() }, set)
        var w = run.weights.map(Double.init)
        var (m, v) = (Array(repeating: 0.0, count: count), Array(repeating: 0.0, count: count))
        var (product1, product2) = (1.0, 1.0)
        var isNear = Array(repeating: false, count: count)
        for _ in 0..<20 {
            let clock = run.clock
            let g = (0..<count).map { _ in generator.normal() * 1e-3 }
            let outcome = run.update(g)
            let (gamma, sigma, threshold) = (rule.gamma.value(at: clock), rule.sigma.value(at: clock), rule.threshold.value(at: clock))
            product1 *= 1 - gamma
            product2 *= 1 - sigma
            var flips = 0
            for i in 0..<count {
                let g = Double(g[i])
                m[i] += gamma * (g - m[i])
                v[i] += sigma * (g * g - v[i])
                let r =
                    corrected
                    ? m[i] / (1 - product1) / ((v[i] / (1 - product2)).squareRoot() + 1e-10) : m[i] / (v[i].squareRoot() + 1e-10)
                if abs(abs(r) - threshold) < 1e-4 * threshold { isNear[i] = true }
                if w[i] * r > threshold {
                    w[i] = -w[i]
                    flips += 1
                }
            }
            #expect(outcome.isFinite && outcome.flips != nil && abs(outcome.flips! - flips) <= isNear.count { $0 })
        }
        #expect(isNear.count { $0 } < count / 20)
        for i in 0..<count where !isNear[i] { #expect(Double(run.weights[i]) == w[i]) }
        for (ours, theirs) in zip(run.state.slots[1], v) { #expect(abs(Double(ours) - theirs) <= 1e-5 * theirs) }
        if corrected {
            #expect(abs(run.state.numbers[0] - (1 - product1)) < 1e-14 && abs(run.state.numbers[1] - (1 - product2)) < 1e-14)
        }
    }

    /// w = −sign(m), and m = 0 changes nothing: Bop2 with τ = 0 makes the same flips, biased or not, for any σ.
    @Test(arguments: InstructionSet.supported)
    func theControlIsSecondOrderBopWithoutThreshold(set: InstructionSet) {
        var generator = SeededGenerator(seed: 6)
        let count = 130
        let start = (0..<count).map { _ in generator.normal() }
        let gamma = Schedule.linear(from: 0.3, to: 1e-7)
        var control = RuleRun(SignMomentum(gamma: gamma), .binary, start, set)
        var others = [
            RuleRun(Bop2(gamma: gamma, sigma: 0.1, threshold: 0.0), .binary, start, set),
            RuleRun(Bop2(gamma: gamma, sigma: 1e-7, threshold: 0.0, isBiasCorrected: false), .binary, start, set),
        ]
        for _ in 0..<20 {
            var g = (0..<count).map { _ in generator.normal() * 1e-4 }
            g[7] = 0
            let outcome = control.update(g)
            for other in others.indices {
                #expect(others[other].update(g) == outcome)
                #expect(others[other].weights == control.weights && others[other].state.slots[0] == control.state.slots[0])
            }
            for i in 0..<count where i != 7 { #expect(control.weights[i] == (control.state.slots[0][i] > 0 ? -1 : 1)) }
        }
        #expect(control.weights[7] == (start[7] < 0 ? -1 : 1))
    }

    /// m ← βm + ηq with q = −g; flips where |m| ≥ 1 asks for it and starts over; β is the share that the last step left alone.
    @Test func booleanAccumulator() {
        var run = RuleRun(BooleanAccumulator(rate: 0.5), .binary, [1, 1, -1, -1])
        #expect(run.update([1, 2, -2, 2]) == UpdateOutcome(flips: 2))
        #expect(run.weights == [1, -1, 1, -1])
        // The last |m| = 1 asks for the sign that the weight has.
        #expect(run.state.slots[0] == [-0.5, 0, 0, -1] && run.state.numbers == [0.5])
        // β = ½.
        #expect(run.update([1.5, 0, 0, 0]) == UpdateOutcome(flips: 1))
        #expect(run.weights == [-1, -1, 1, -1])
        #expect(run.state.slots[0] == [0, 0, 0, -0.5] && run.state.numbers == [0.25])
    }

    /// What each rule keeps besides the weights themselves.
    @Test func memoryIsAsStated() {
        func bytes(_ rule: some UpdateRule) -> Int { RuleState(for: rule, count: 1000).slots.count * 4 }
        #expect([bytes(SGD()), bytes(SignSGD()), bytes(Momentum()), bytes(Signum()), bytes(Adam()), bytes(RAdam())] == [0, 0, 4, 4, 8, 8])
        #expect([bytes(Bop()), bytes(Bop2()), bytes(SignMomentum()), bytes(BooleanAccumulator())] == [4, 8, 4, 4])
        let parameters = ParameterStore([ParameterSpec(name: "w", shape: [64, 1024], role: .kernel, encoding: .binary)])
        #expect(parameters.byteCount == 64 * 1024 / 8)
    }
}
