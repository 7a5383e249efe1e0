import BitCore
import Ising
import QUBOTraining
import Synchronization
import Testing

/// The searches of the weight space: what they promise of results, limits and seeds.
@Suite struct WeightSpaceSearchTests {
    @Test(arguments: WeightAnnealing.Method.allCases) func optimaOfSmallProblems(_ method: WeightAnnealing.Method) throws {
        for seed in 0..<6 {
            let problem = try WeightSpaceCase(seed: UInt64(seed), most: 12, rows: 12, isSmall: true).problem
            let expected = WeightSpaceCase.bruteForce(problem)
            let solution = try WeightAnnealing(.init(method: method)).solve(problem, seed: UInt64(seed))
            #expect(abs(solution.evaluation.energy - expected.energy) < 1e-9)
            #expect(solution.evaluation == problem.evaluate(solution.weights))
            #expect(solution.lowerBound ?? .infinity <= expected.energy + 1e-9)
            #expect(!solution.isOptimal || solution.stopReason == .optimal)
        }
    }

    /// Tasks that a teacher solves are solved without an error, and that is known to be the best.
    @Test(arguments: [([9, 3, 1], 10), ([9, 3, 1], 20), ([25, 5, 1], 20)]) func teachersAreMatched(_ layers: [Int], _ samples: Int) throws {
        for seed in 0..<20 {
            let problem = try WeightSpaceCase.teacher(layers, samples: samples, seed: UInt64(seed))
            let solution = try WeightAnnealing().solve(problem, seed: UInt64(seed), control: SamplingControl(updateLimit: 20_000_000))
            #expect(solution.evaluation.errors == 0 && solution.isOptimal)
        }
    }

    @Test(arguments: WeightAnnealing.Method.allCases) func threadsDoNotMatter(_ method: WeightAnnealing.Method) throws {
        for seed in 0..<4 {
            let problem = try WeightSpaceCase(seed: UInt64(100 + seed), rows: 40).problem
            let solver = WeightAnnealing(.init(method: method, reads: 6, sweeps: 8))
            let one = try solver.solve(problem, seed: 9, control: SamplingControl(threads: 1))
            let four = try solver.solve(problem, seed: 9, control: SamplingControl(threads: 4))
            #expect(one.weights == four.weights)
        }
    }

    @Test func initialStatesAreNotLost() throws {
        let problem = try WeightSpaceCase.teacher([25, 5, 1], samples: 20, seed: 1)
        let known = try WeightAnnealing().solve(problem, seed: 1)
        let again = try WeightAnnealing(.init(reads: 1, sweeps: 1)).solve(
            problem, seed: 2, control: SamplingControl(initialStates: [known.weights]))
        #expect(again.weights == known.weights)
        #expect(throws: SamplerError.self) {
            try WeightAnnealing().solve(problem, seed: 0, control: SamplingControl(initialStates: [PackedSpins(count: 3)]))
        }
    }

    /// Limits by a clock that the test moves: a second for every look.
    @Test(arguments: WeightAnnealing.Method.allCases) func limitsAreKept(_ method: WeightAnnealing.Method) throws {
        var generator = SeededGenerator(seed: 4)
        // Contradictions keep the search from an end of its own.
        let network = try SpinNetwork(layers: [16, 4, 1])
        let values = (0..<200 * 16).map { _ in generator.next() & 1 == 0 ? Int8(1) : -1 }
        let samples = try SpinSamples(inputs: 16, outputs: 1, values: values, labels: (0..<200).map { _ in generator.index(below: 2) })
        let problem = try SpinProblem(network, samples)
        let clock = Atomic<Int>(0)
        let ticking: @Sendable () -> Double = { Double(clock.add(1, ordering: .relaxed).newValue) }
        let timed = try WeightAnnealing(.init(method: method)).solve(problem, seed: 1, control: SamplingControl(timeLimit: 100, seconds: ticking))
        #expect(timed.stopReason == .timeLimit)
        let counted = try WeightAnnealing(.init(method: method)).solve(problem, seed: 1, control: SamplingControl(updateLimit: 50_000))
        #expect(counted.stopReason == .updateLimit && counted.updates >= 50_000)
        let cancelled = try WeightAnnealing(.init(method: method)).solve(
            problem, seed: 1, control: SamplingControl(timeLimit: 1e9, isCancelled: { true }))
        #expect(cancelled.stopReason == .cancelled)
        let target = counted.evaluation.energy
        let reached = try WeightAnnealing(.init(method: method)).solve(problem, seed: 1, control: SamplingControl(timeLimit: 1e9, target: target))
        #expect(reached.stopReason == .target && reached.evaluation.energy <= target)
        #expect(zip(reached.trajectory, reached.trajectory.dropFirst()).allSatisfy { $0.energy > $1.energy })
    }

    @Test func optionsAreChecked() throws {
        let problem = try WeightSpaceCase.teacher([3, 3, 1], samples: 4, seed: 0)
        #expect(throws: SamplerError.self) { try WeightAnnealing(.init(reads: 0)).solve(problem, seed: 0) }
        #expect(throws: SamplerError.self) { try WeightAnnealing(.init(hot: 0)).solve(problem, seed: 0) }
        #expect(throws: SamplerError.self) { try WeightAnnealing(.init(replicas: 1)).solve(problem, seed: 0) }
    }
}
