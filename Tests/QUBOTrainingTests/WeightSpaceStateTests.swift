import BitCore
import Ising
import QUBOTraining
import Testing

/// The incremental state against the reference evaluation, after many flips, on every instruction set.
@Suite struct WeightSpaceStateTests {
    @Test(arguments: InstructionSet.supported, [1, 7, 64, 65, 150]) func flipsAreWhatTheReferenceSays(_ set: InstructionSet, _ rows: Int) throws {
        for seed in 0..<24 {
            let problem = try WeightSpaceCase(seed: UInt64(1000 * rows + seed), rows: rows).problem
            try check(problem, set, flips: 120, seed: UInt64(seed))
        }
    }

    /// Fan-ins whose sums need 32 bits.
    @Test(arguments: InstructionSet.supported) func wideSums(_ set: InstructionSet) throws {
        var generator = SeededGenerator(seed: 3)
        let network = try SpinNetwork(layers: [700, 2, 2], skips: true)
        let values = (0..<70 * 700).map { _ in Int8(generator.index(below: 255) - 127) }
        let samples = try SpinSamples(inputs: 700, outputs: 2, values: values, labels: (0..<70).map { _ in generator.index(below: 2) })
        for loss in [TrainingObjective.Loss.hamming, .hinge(margin: 7)] {
            let problem = try SpinProblem(network, samples, TrainingObjective(loss: loss, margin: MarginReward(weight: 0.5)))
            #expect(WeightLayout(problem).isWide)
            try check(problem, set, flips: 60, seed: 4)
        }
    }

    /// Every set of instructions goes the same way.
    @Test func sameChangesOnEveryInstructionSet() throws {
        let problem = try WeightSpaceCase(seed: 77, rows: 100).problem
        let states = InstructionSet.supported.map { WeightState(WeightLayout(problem), kernels: Kernels($0)) }
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<1000 {
            let weight = generator.index(below: problem.network.weights)
            let changes = states.map { $0.propose(weight) }
            #expect(Set(changes).count == 1)
            for state in states { if changes[0] <= 0.5 { state.accept() } else { state.reject() } }
        }
    }

    private func check(_ problem: SpinProblem, _ set: InstructionSet, flips: Int, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let state = WeightState(WeightLayout(problem), kernels: Kernels(set))
        var weights = PackedSpins((0..<problem.network.weights).map { _ in generator.next() & 1 == 0 ? Int8(1) : -1 })
        state.set(weights)
        var energy = problem.evaluate(weights).energy
        #expect(abs(state.energy - energy) < 1e-9)
        for flip in 0..<flips {
            let weight = generator.index(below: problem.network.weights)
            var other = weights
            other[weight].toggle()
            let expected = problem.evaluate(other)
            let change = state.propose(weight)
            #expect(abs(change - (expected.energy - energy)) < 1e-9, "flip \(flip) of \(problem.network) with \(problem.objective)")
            if generator.next() & 1 == 0 {
                state.accept()
                (weights, energy) = (other, expected.energy)
                #expect(abs(state.exactEnergy - energy) < 1e-9)
                if problem.objective.loss == .hamming { #expect(state.loss == expected.errors) }
            } else {
                state.reject()
            }
        }
        #expect(state.weights == weights)
        // Nothing is left behind that a new start would not make.
        let fresh = WeightState(WeightLayout(problem), kernels: Kernels(set))
        fresh.set(weights)
        #expect(fresh.loss == state.loss && abs(fresh.exactEnergy - state.exactEnergy) < 1e-9)
    }
}
