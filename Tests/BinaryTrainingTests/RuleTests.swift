import BinaryNN
import BinaryTraining
import BitCore
import DenseMath
import Testing
import _TestSupport

@Suite struct RuleTests {
    let context = ExecutionContext(engine: PortableEngine())

    func clock(_ step: Int) -> TrainingClock { TrainingClock(step: step, stepsPerEpoch: 100, totalSteps: 100) }

    @Test(arguments: [Adam(learningRate: .linear(from: 0.1, to: 0.01)), Bop(gamma: 0.1, threshold: 1e-3)] as [any UpdateRule])
    func keepsItsPromises(_ rule: any UpdateRule) {
        func check(_ rule: some UpdateRule) -> [String] { UpdateRuleConformance.failures(rule) }
        #expect(check(rule) == [])
    }

    /// Adam as the paper writes it, in Double.
    @Test(arguments: [ParameterEncoding.real, .latentBinary])
    func adamFollowsItsEquations(encoding: ParameterEncoding) throws {
        let count = 37
        var generator = SeededGenerator(seed: 2)
        var store = ParameterStore([ParameterSpec(name: "w", shape: [count], role: .kernel, encoding: encoding)])
        let id = store.ids[0]
        store.setReals(id, (0..<count).map { _ in generator.normal() * 0.5 })
        var w = store.reals(id).map(Double.init)
        var (m, v) = (Array(repeating: 0.0, count: count), Array(repeating: 0.0, count: count))
        var state = RuleState(slots: 2, count: count)
        let rule = Adam(learningRate: .linear(from: 0.2, to: 0.01))
        for step in 0..<20 {
            var gradients = Gradients(store.specs)
            let g = (0..<count).map { _ in generator.normal() }
            gradients.withMutable(id) { _ = $0.update(fromContentsOf: g) }
            _ = rule.update(id, of: &store, gradients, &state, clock(step), context)
            for i in 0..<count {
                m[i] = 0.9 * m[i] + 0.1 * Double(g[i])
                v[i] = 0.999 * v[i] + 0.001 * Double(g[i]) * Double(g[i])
                let mHat = m[i] / (1 - power(0.9, step + 1))
                let vHat = v[i] / (1 - power(0.999, step + 1))
                w[i] -= rule.learningRate.value(at: clock(step)) * mHat / (vHat.squareRoot() + 1e-8)
                if encoding == .latentBinary { w[i] = min(max(w[i], -1), 1) }
            }
        }
        // 20 steps of up to 0.2: 1 − β₂ rounds to 5e-5 of its value in Float32, so the paths may part by 2.5e-5 of the way.
        for (ours, theirs) in zip(store.reals(id), w) { #expect(abs(Double(ours) - theirs) < 1e-4) }
        #expect(encoding == .real || store.reals(id).allSatisfy { abs($0) <= 1 })
    }

    /// m ← (1−γ)m + γg, flip where w·m > τ, strictly.
    @Test func bopFlipsWhereAConsistentGradientAsksForIt() throws {
        var store = ParameterStore([ParameterSpec(name: "w", shape: [1, 6], role: .kernel, encoding: .binary)])
        let id = store.ids[0]
        var signs = PackedTensor(minusOnes: [1, 6])
        for column in [0, 1, 4, 5] { signs[0, column] = true }
        store.setSigns(id, signs)
        var gradients = Gradients(store.specs)
        // With γ = 0.5 and m = 0 before, m is half the gradient; τ = 1.
        gradients.withMutable(id) { _ = $0.update(fromContentsOf: [4, -4, -4, 4, 2, 2.5]) }
        var state = RuleState(slots: 1, count: 6)
        let flips = Bop(gamma: 0.5, threshold: 1.0).update(id, of: &store, gradients, &state, clock(0), context)
        #expect(flips == UpdateOutcome(flips: 3))
        #expect((0..<6).map { store.signs(id)[0, $0] } == [false, true, true, false, true, false])
        #expect(state.slots[0] == [2, -2, -2, 2, 1, 1.25])
        _ = Bop(gamma: 0.5, threshold: 1.0).update(id, of: &store, gradients, &state, clock(1), context)
        #expect(state.slots[0] == [3, -3, -3, 3, 1.5, 1.875])
    }

    func power(_ base: Double, _ exponent: Int) -> Double { (0..<exponent).reduce(1) { value, _ in value * base } }
}
