import BitCore
import Ising
import QUBOTraining
import Testing

/// QUBOs solved by compound moves and by samplers.
@Suite struct QUBOSolverTests {
    /// Teachers' tasks of the sizes that annealing of single bits does not solve.
    @Test(arguments: [([9, 3, 1], 10), ([9, 3, 1], 20), ([25, 5, 1], 20)], 0..<4 as Range<UInt64>)
    func teachersAreMatched(_ task: ([Int], Int), _ seed: UInt64) throws {
        let problem = try FormFixtures.teacher(task.0, samples: task.1, seed: seed)
        let solution = try QUBOSolver().solve(problem, seed: seed, control: SamplingControl())
        #expect(solution.evaluation.errors == 0 && solution.evaluation.energy == 0)
        #expect(solution.isOptimal && solution.lowerBound == 0 && solution.stopReason == .optimal)
        let form = try QUBOForm(problem)
        #expect(form.qubo.energy(of: form.consistentState(solution.weights).bits) == 0)
    }

    /// Optima with margins, linear terms and integers, found without any limit.
    @Test(arguments: 0..<16)
    func optimaOfSmallProblemsAreFound(_ seed: Int) throws {
        let rewards: [MarginReward?] = [nil, MarginReward(), MarginReward(weight: 0.3, measure: .worst), MarginReward(measure: .worst)]
        let problem = try FormFixtures.problem(UInt64(seed), integers: seed % 3 == 0, margin: rewards[seed % 4], hasLinear: seed % 2 == 0)
        let count = problem.network.weights
        let optimum = (0..<1 << count).map { problem.evaluate(FormFixtures.weights($0, count)).energy }.min() ?? 0
        let solution = try QUBOSolver().solve(problem, seed: 0, control: SamplingControl())
        #expect(abs(solution.evaluation.energy - optimum) < 1e-9)
        #expect((solution.lowerBound ?? 0) <= optimum + 1e-9)
    }

    @Test func threadsDoNotMatter() throws {
        let problem = try FormFixtures.teacher([9, 3, 1], samples: 40, seed: 3)
        let noisy = try SpinProblem(problem.network, problem.samples, TrainingObjective(margin: MarginReward()))
        var options = QUBOSolver.Options()
        (options.reads, options.sweeps) = (6, 20)
        let solver = QUBOSolver(options)
        let one = try solver.solve(noisy, seed: 5, control: SamplingControl(threads: 1))
        let three = try solver.solve(noisy, seed: 5, control: SamplingControl(threads: 3))
        #expect(one.weights == three.weights)
        #expect(one.stopReason == .completed)
    }

    @Test func limitsAndWarmStartsAreKept() throws {
        let problem = try FormFixtures.teacher([9, 3, 1], samples: 20, seed: 1)
        let solved = try QUBOSolver().solve(problem, seed: 0, control: SamplingControl())
        let warm = try QUBOSolver().solve(problem, seed: 1, control: SamplingControl(updateLimit: 1, initialStates: [solved.weights]))
        #expect(warm.evaluation.errors == 0)
        let stopped = try QUBOSolver().solve(problem, seed: 0, control: SamplingControl(isCancelled: { true }))
        #expect(stopped.evaluation == problem.evaluate(stopped.weights))
        let target = try QUBOSolver().solve(problem, seed: 0, control: SamplingControl(target: 5))
        #expect(target.evaluation.energy <= 5)
        #expect(throws: SamplerError.self) {
            try QUBOSolver().solve(problem, seed: 0, control: SamplingControl(initialStates: [PackedSpins(count: 3)]))
        }
    }

    /// Any sampler takes the form; what it finds is decoded by a forward pass.
    @Test(arguments: ["exact", "sa", "tabu", "greedy"])
    func samplersAreAsked(_ name: String) throws {
        let problem = try FormFixtures.exclusiveOr()
        var options = QUBOSolver.Options()
        options.sampler = name
        let solution = try QUBOSolver(options).solve(problem, seed: 0, control: SamplingControl(updateLimit: name == "exact" ? nil : 1_000_000))
        #expect(solution.evaluation == problem.evaluate(solution.weights))
        #expect(solution.evaluation.errors >= 1)
        if name == "exact" { #expect(solution.isOptimal && solution.evaluation.errors == 1) }
    }

    /// Rounds of the method of multipliers end in the form as it is, and keep the limits.
    @Test func samplersAreAskedInRounds() throws {
        let problem = try FormFixtures.teacher([5, 3, 1], samples: 8, seed: 2)
        var options = QUBOSolver.Options()
        (options.sampler, options.rounds) = ("sa", 5)
        let solution = try QUBOSolver(options).solve(problem, seed: 0, control: SamplingControl(updateLimit: 2_000_000))
        #expect(solution.evaluation == problem.evaluate(solution.weights))
        #expect(zip(solution.trajectory, solution.trajectory.dropFirst()).allSatisfy { $0.energy > $1.energy })
        #expect(solution.trajectory.last?.energy == solution.evaluation.energy)
    }

    /// Σ y·g + (share − 1)·λ·g² is what rounds add to the energy of a state.
    @Test(arguments: 0..<8)
    func roundsChangePenaltiesAlone(_ seed: Int) throws {
        let form = try QUBOForm(FormFixtures.problem(UInt64(seed), integers: seed % 2 == 0))
        var generator = SeededGenerator(seed: UInt64(seed))
        let count = form.problem.facts.count * form.layout.rows
        let multipliers = (0..<count).map { _ in Double(generator.index(below: 9) - 4) / 4 }
        let augmented = try form.augmented(QUBOAugmentation(share: 0.25, multipliers: multipliers))
        for _ in 0..<20 {
            let state = PackedSpins((0..<form.layout.variables).map { _ in generator.next() >> 63 == 1 ? 1 : -1 as Int8 })
            var expected = form.qubo.energy(of: state.bits)
            for (place, residual) in form.residuals(state).enumerated() {
                let g = Double(residual)
                expected += multipliers[place] * g - 0.75 * form.penalty(.activation, row: place % form.layout.rows) * g * g
            }
            #expect(abs(augmented.energy(of: state.bits) - expected) < 1e-9)
        }
    }

    /// Penalties that are too small can make the sampler's least energy meaningless: then nothing is called optimal.
    @Test func smallPenaltiesProveNothing() throws {
        let problem = try FormFixtures.exclusiveOr()
        var options = QUBOSolver.Options()
        (options.sampler, options.penalties) = ("exact", QUBOPenalties(0.3))
        let solution = try QUBOSolver(options).solve(problem, seed: 0, control: SamplingControl())
        #expect(!solution.isOptimal)
        #expect(solution.details["warning"] != nil)
    }

    @Test func badOptionsAreNamed() throws {
        let problem = try FormFixtures.exclusiveOr()
        var options = QUBOSolver.Options()
        options.rounds = 0
        #expect(throws: SamplerError.self) { try QUBOSolver(options).solve(problem, seed: 0, control: SamplingControl()) }
        options = QUBOSolver.Options()
        options.sampler = "nothing"
        #expect(throws: SamplerCatalogError.self) { try QUBOSolver(options).solve(problem, seed: 0, control: SamplingControl()) }
    }
}
