import Ising
import QUBOTraining
import Testing

/// Enumeration against the reference: the optimum and the number of optima.
@Suite struct WeightSpaceExactTests {
    @Test(arguments: WeightEnumeration.Method.allCases) func optimaAreCounted(_ method: WeightEnumeration.Method) throws {
        for seed in 0..<60 {
            let problem = try WeightSpaceCase(
                seed: UInt64(500 + seed), most: 13, rows: 1 + seed % 5 * 17, hasHinge: method == .patterns ? false : nil, isSmall: true
            ).problem
            try check(problem, method)
        }
    }

    /// Twins: neurons that can change places, and weights absorbed by them.
    @Test(arguments: [[3, 3, 1], [2, 4, 1], [3, 2, 2], [2, 2, 2, 1], [2, 3, 2]], [false, true]) func layersOfTwins(_ layers: [Int], _ hasBias: Bool) throws {
        let network = try SpinNetwork(layers: layers, hasBias: hasBias)
        guard network.weights <= 16 else { return }
        for seed in 0..<3 {
            let task = try WeightSpaceCase.teacher([layers[0], 3, layers[layers.count - 1]], samples: 7, seed: UInt64(seed))
            for margin in [nil, MarginReward(), MarginReward(weight: 0.25, measure: .worst)] {
                try check(try SpinProblem(network, task.samples, TrainingObjective(margin: margin)), .patterns)
            }
        }
    }

    private func check(_ problem: SpinProblem, _ method: WeightEnumeration.Method) throws {
        let expected = WeightSpaceCase.bruteForce(problem)
        let solution = try WeightEnumeration(.init(method: method)).solve(problem, seed: 0)
        #expect(solution.isOptimal && solution.stopReason == .optimal)
        #expect(abs(solution.evaluation.energy - expected.energy) < 1e-9)
        #expect(solution.details["optima"] == String(expected.count), "\(problem.network.edges) \(problem.objective)")
        #expect(problem.lowerBound <= expected.energy + 1e-9)
    }

    @Test func thirtyWeights() throws {
        let problem = try WeightSpaceCase.teacher([9, 3, 1], samples: 20, seed: 3)
        let outcome = try WeightEnumeration().enumerate(problem)
        #expect(outcome.isComplete && outcome.energy == 0)
        // Permutations of three neurons, signs of each.
        #expect(outcome.optima >= 8)
    }

    @Test func tooMuchIsRefused() throws {
        let problem = try WeightSpaceCase.teacher([25, 5, 1], samples: 20, seed: 0)
        #expect(throws: WeightEnumerationError.self) { try WeightEnumeration().solve(problem, seed: 0) }
        let gray = WeightEnumeration(.init(method: .gray))
        #expect(throws: WeightEnumerationError.self) { try gray.solve(problem, seed: 0) }
    }

    /// Stopped, it says what is known.
    @Test func stoppedMidway() throws {
        let problem = try WeightSpaceCase.teacher([9, 3, 1], samples: 20, seed: 0)
        let solution = try WeightEnumeration(.init(method: .gray)).solve(problem, seed: 0, control: SamplingControl(timeLimit: 1e9, updateLimit: 100_000))
        #expect(!solution.isOptimal && solution.stopReason == .updateLimit && solution.lowerBound == 0)
    }
}
