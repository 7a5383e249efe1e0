import BitCore
import Ising
import QUBOTraining
import Testing

/// Annealing on batches, and all weights of a neuron at once.
@Suite struct WeightSpaceBatchTests {
    private func task(_ layers: [Int], samples: Int, hasBias: Bool = false, isLearnable: Bool = false, seed: UInt64 = 1) throws -> SpinProblem {
        var generator = SeededGenerator(seed: seed)
        // Few inputs, so that samples merge and contradict each other.
        let values = (0..<samples * layers[0]).map { _ in generator.next() & 1 == 0 ? Int8(1) : -1 }
        let classes = layers[layers.count - 1]
        let labels = (0..<samples).map { sample in
            let chance = generator.index(below: classes)
            // The first inputs, as the digits of a number.
            return isLearnable ? values[sample * layers[0]..<sample * layers[0] + 2].reduce(0) { 2 * $0 + ($1 > 0 ? 1 : 0) } : chance
        }
        let data = try SpinSamples(inputs: layers[0], outputs: classes, values: values, labels: labels)
        return try SpinProblem(SpinNetwork(layers: layers, hasBias: hasBias), data, TrainingObjective(loss: .hinge(margin: 3)))
    }

    /// Against proposals, one by one.
    @Test(arguments: InstructionSet.supported, [5, 9, 70]) func changesOfANeuron(_ set: InstructionSet, _ inputs: Int) throws {
        for hasBias in [false, true] {
            let problem = try task([inputs, 4, 3], samples: 300, hasBias: hasBias)
            let layout = WeightLayout(problem)
            let sweep = try #require(NeuronSweep(layout))
            #expect(sweep.neurons == [0, 1, 2, 3] && sweep.others.count == (hasBias ? 15 : 12))
            let state = WeightState(layout, kernels: Kernels(set))
            var generator = SeededGenerator(seed: 2)
            for _ in 0..<30 {
                state.flip(generator.index(below: problem.network.weights))
                for neuron in sweep.neurons {
                    let expected = problem.network.incoming(neuron + problem.network.firstNeuron).map { weight in
                        let change = state.propose(weight)
                        state.reject()
                        return Int(change)
                    }
                    #expect(sweep.changes(neuron, state) == expected)
                }
            }
        }
    }

    @Test func servesWhatItCan() throws {
        #expect(NeuronSweep(WeightLayout(try WeightSpaceCase.teacher([5, 3, 1], samples: 9, seed: 0))) == nil)
        #expect(NeuronSweep(WeightLayout(try task([5, 3], samples: 20))) == nil)
        let deep = try #require(NeuronSweep(WeightLayout(try task([5, 3, 2], samples: 20))))
        #expect(deep.neurons == [0, 1, 2])
        #expect(NeuronSweep(WeightLayout(try task([5, 3, 3, 2], samples: 20))) == nil)
    }

    @Test func allSamplesAreDrawnOnce() throws {
        let problem = try task([4, 2, 3], samples: 200)
        var generator = SeededGenerator(seed: 3)
        let drawn = try problem.drawing(200, &generator).samples
        func contents(_ samples: SpinSamples) -> [[Int8]: [Int]] {
            var result: [[Int8]: [Int]] = [:]
            for row in 0..<samples.rows { result[Array(samples.row(row))] = Array(samples.positives[row * 3..<row * 3 + 3]) }
            return result
        }
        #expect(contents(drawn) == contents(problem.samples))
        #expect(try problem.drawing(50, &generator).samples.count == 50)
    }

    @Test func trainsAndKeepsLimits() throws {
        let problem = try task([12, 6, 4], samples: 400, isLearnable: true)
        let solver = WeightBatches(.init(first: 64, batches: 6, sweeps: 20))
        let solution = try solver.solve(problem, seed: 5)
        let again = try solver.solve(problem, seed: 5)
        #expect(solution.stopReason == .completed && solution.weights == again.weights)
        // Random weights get a quarter right.
        #expect(solution.evaluation.accuracy > 0.6)
        let state = WeightState(WeightLayout(problem))
        state.set(solution.weights)
        #expect(state.correct == solution.evaluation.correct && Double(state.loss) == solution.evaluation.energy)
        #expect(try solver.solve(problem, seed: 5, control: SamplingControl(updateLimit: 1000)).stopReason == .updateLimit)
        #expect(try solver.solve(problem, seed: 5, control: SamplingControl(isCancelled: { true })).stopReason == .cancelled)
        // Without a neuron that can be judged at once, weight by weight.
        #expect(try solver.solve(try task([6, 4, 3, 3], samples: 100), seed: 5).stopReason == .completed)
    }
}
