import Ising
import QUBOTraining
import Testing

@Suite struct ReferenceAnnealingTests {
    @Test(arguments: 0..<5 as Range<UInt64>) func teachersAreFollowed(_ seed: UInt64) throws {
        let task = try TeacherTask(SpinNetwork(layers: [9, 3, 1]), samples: 10, seed: seed)
        let problem = try SpinProblem(task.network, task.train)
        let solution = try ReferenceAnnealing().solve(problem, seed: seed, control: SamplingControl())
        #expect(solution.evaluation.errors == 0 && solution.isOptimal && solution.stopReason == .optimal && solution.lowerBound == 0)
        #expect(solution.trajectory.last?.energy == 0)
        let again = try ReferenceAnnealing().solve(problem, seed: seed, control: SamplingControl())
        #expect(again.weights == solution.weights)
    }

    /// Every optimum by enumeration, with margins and linear terms.
    @Test func optimaAreReached() throws {
        let task = try TeacherTask(SpinNetwork(layers: [3, 2, 1]), samples: 6, seed: 2)
        let objective = TrainingObjective(margin: MarginReward(), linear: (0..<8).map { Double($0) / 1000 })
        let problem = try SpinProblem(task.network, task.train, objective)
        let best = (0..<UInt64(256)).map { problem.evaluate(PackedSpins(words: [$0], count: 8)).energy }.min()
        let solution = try ReferenceAnnealing().solve(problem, seed: 1, control: SamplingControl())
        #expect(solution.evaluation.energy == best && !solution.isOptimal && solution.lowerBound == nil)
    }

    @Test func limitsEndIt() throws {
        let task = try TeacherTask(SpinNetwork(layers: [9, 3, 1]), samples: 20, seed: 1)
        let problem = try SpinProblem(task.network, task.train, TrainingObjective(margin: MarginReward()))
        let limited = try ReferenceAnnealing().solve(problem, seed: 1, control: SamplingControl(updateLimit: 50))
        #expect(limited.stopReason == .updateLimit && limited.updates == 50)
        let cancelled = try ReferenceAnnealing().solve(problem, seed: 1, control: SamplingControl(isCancelled: { true }))
        #expect(cancelled.stopReason == .cancelled && cancelled.weights.count == 30)
        let met = try ReferenceAnnealing().solve(problem, seed: 1, control: SamplingControl(target: 3))
        #expect(met.stopReason == .target && met.evaluation.energy <= 3)
    }

    @Test func contradictionsAreTheFloor() throws {
        let samples = try SpinSamples(inputs: 2, outputs: 1, values: [1, 1, 1, 1, 1, 1, -1, 1], labels: [1, 1, 0, 0])
        let solution = try ReferenceAnnealing().solve(
            SpinProblem(SpinNetwork(layers: [2, 2, 1]), samples), seed: 1, control: SamplingControl())
        #expect(solution.evaluation.errors == 1 && solution.isOptimal && solution.lowerBound == 1)
    }
}
