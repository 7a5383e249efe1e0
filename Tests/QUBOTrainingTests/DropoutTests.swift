import BitCore
import Ising
import QUBOTraining
import Testing

@Suite struct SubnetworkTests {
    static let networks: [SpinNetwork] = {
        do {
            return [
                try SpinNetwork(layers: [9, 3, 1]), try SpinNetwork(layers: [6, 5, 4, 2], hasBias: true), try SpinNetwork(layers: [5, 4, 3, 1], skips: true),
                try SpinNetwork(layers: [4, 1]),
                // An output that feeds another, and neurons of one parent.
                try SpinNetwork(inputs: 3, neurons: 4, edges: [(0, 3), (1, 4), (3, 5), (4, 5), (2, 5), (5, 6), (3, 6)], outputs: [5, 6]),
            ]
        } catch { preconditionFailure("\(error)") }
    }()

    /// Weights lead from and to the units that they lead from and to in the whole, none is missing, and sums are those of the whole without the others.
    @Test(arguments: networks.indices, [0, 0.3, 0.9]) func weightsKeepTheirPlaces(_ index: Int, _ rate: Double) throws {
        let whole = Self.networks[index]
        var generator = SeededGenerator(seed: UInt64(index))
        for turn in 0..<30 {
            let part = whole.subnetwork(droppingHidden: rate, inputs: turn % 2 == 0 ? 0 : rate, using: &generator)
            #expect(part.network.outputs.count == whole.outputs.count && part.network.hasBias == whole.hasBias)
            #expect(Set(part.weights).count == part.weights.count)
            func unit(_ own: Int) -> Int {
                own < part.network.inputs ? part.inputs[own] : own < part.network.firstNeuron ? whole.inputs : part.neurons[own - part.network.firstNeuron]
            }
            for (own, edge) in part.network.edges.enumerated() {
                let original = whole.edges[part.weights[own]]
                #expect(original.source == unit(edge.source) && original.target == unit(edge.target))
            }
            let units = Set(part.inputs + part.neurons + (whole.hasBias ? [whole.inputs] : []))
            #expect(whole.edges.count { units.contains($0.source) && units.contains($0.target) } == part.weights.count)
            #expect(part.network.outputs.map(unit) == whole.outputs)
            if rate == 0 { #expect(part.network == whole) }
        }
    }

    @Test func everyLayerKeepsOne() throws {
        let whole = try SpinNetwork(layers: [9, 4, 4, 4, 1])
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<50 {
            let part = whole.subnetwork(droppingHidden: 0.95, using: &generator)
            for layer in 0..<3 { #expect(part.neurons.contains { (9 + 4 * layer..<13 + 4 * layer).contains($0) }) }
        }
    }

    @Test func ratesAreKept() throws {
        let whole = try SpinNetwork(layers: [10, 50, 1])
        var generator = SeededGenerator(seed: 3)
        var kept = 0
        for _ in 0..<40 { kept += whole.subnetwork(droppingHidden: 0.4, using: &generator).neurons.count - 1 }
        #expect((1100...1300).contains(kept))
    }
}

@Suite struct DropoutTests {
    static func problem(_ seed: UInt64 = 1, _ objective: TrainingObjective = TrainingObjective()) throws -> SpinProblem {
        let task = try TeacherTask(SpinNetwork(layers: [9, 3, 1]), samples: 20, seed: seed)
        return try SpinProblem(task.network, task.train, objective)
    }

    static let quick = ReferenceAnnealing(.init(reads: 1, sweeps: 20))

    /// Answers every problem with all weights at +1, and keeps what it was asked.
    final class Yes: SpinSolver, @unchecked Sendable {
        let name = "yes"
        var problems: [SpinProblem] = []
        func solve(_ problem: SpinProblem, seed: UInt64, control: SamplingControl) -> SpinSolution {
            problems.append(problem)
            var weights = PackedSpins(count: problem.network.weights)
            for weight in 0..<weights.count { weights[weight] = true }
            return SpinSolution(problem, weights: weights, stopReason: .completed, updates: 1, seconds: 0)
        }
    }

    /// With p = 0 and one answer, h after T rounds is −η(1 + ρ + … + ρ^(T−1)).
    @Test(arguments: [1, 0.5]) func penaltiesAccumulate(_ decay: Double) throws {
        let solver = Yes()
        let problem = try Self.problem()
        let dropout = try DropoutIteration(solver, .init(rate: 0, rounds: 3, step: 0.25, decay: decay))
        let solution = try dropout.solve(problem, seed: 1, control: SamplingControl())
        #expect(solver.problems.count == 4)
        var h = 0.0
        for asked in solver.problems {
            #expect(asked.objective.linear.allSatisfy { $0 == h } && asked.network == problem.network && asked.samples == problem.samples)
            h = decay * h - 0.25
        }
        #expect(solution.evaluation == problem.evaluate(solution.weights))
        #expect(solution.updates == 4 && solution.details["rounds"] == "3")
    }

    @Test func theVoteIsTheSign() throws {
        let dropout = try DropoutIteration(Yes(), .init(rate: 0.5, rounds: 5, decoding: .vote))
        let solution = try dropout.solve(Self.problem(), seed: 1, control: SamplingControl())
        #expect(solution.weights.spins.allSatisfy { $0 == 1 } && solution.updates == 5)
    }

    /// With the step it chooses, all penalties together weigh less than an error.
    @Test(arguments: [nil, MarginReward(), MarginReward(measure: .worst)] as [MarginReward?], [1, 0.9])
    func defaultPenaltiesBuyNoError(_ margin: MarginReward?, _ decay: Double) throws {
        let solver = Yes()
        let problem = try Self.problem(1, TrainingObjective(margin: margin))
        _ = try DropoutIteration(solver, .init(rate: 0.3, rounds: 7, decay: decay)).solve(problem, seed: 1, control: SamplingControl())
        let last = try #require(solver.problems.last)
        let total = last.objective.linear.reduce(0) { $0 + 2 * abs($1) }
        #expect(total > 0 && total < 1)
        // The reference search finds no lower objective with more errors: compare all pairs of a few hundred weights.
        var generator = SeededGenerator(seed: 5)
        let found = (0..<300).map { _ in last.evaluate(PackedSpins(words: [generator.next() >> 34], count: 30)) }
        for a in found { for b in found where a.errors < b.errors { #expect(a.energy < b.energy) } }
    }

    @Test(arguments: 0..<3 as Range<UInt64>) func fitsStillFit(_ seed: UInt64) throws {
        let problem = try Self.problem(seed)
        let dropout = try DropoutIteration(ReferenceAnnealing(.init(reads: 3, sweeps: 60)), .init(rate: 0.3, rounds: 4, batch: 12))
        let solution = try dropout.solve(problem, seed: seed, control: SamplingControl())
        #expect(solution.evaluation.errors == 0)
        let again = try dropout.solve(problem, seed: seed, control: SamplingControl())
        #expect(again.weights == solution.weights)
    }

    @Test func worksWithMarginsBiasesSkipsAndBatches() throws {
        let network = try SpinNetwork(layers: [6, 4, 3, 2], hasBias: true, skips: true)
        let task = try TeacherTask(network, samples: 15, seed: 4)
        let problem = try SpinProblem(network, task.train, TrainingObjective(margin: MarginReward()))
        for decoding in DropoutIteration.Decoding.allCases {
            let dropout = try DropoutIteration(Self.quick, .init(inputRate: 0.2, rounds: 4, decay: 0.9, batch: 8, decoding: decoding))
            let solution = try dropout.solve(problem, seed: 2, control: SamplingControl())
            #expect(solution.weights.count == network.weights && solution.evaluation == problem.evaluate(solution.weights))
        }
    }

    @Test func optionsAreChecked() {
        func fault(_ options: DropoutIteration.Options) -> DropoutError? {
            do throws(DropoutError) { _ = try DropoutIteration(Self.quick, options) } catch { return error }
            return nil
        }
        #expect(fault(.init(rate: 1)) == .rate(1))
        #expect(fault(.init(rate: -0.1)) == .rate(-0.1))
        #expect(fault(.init(inputRate: 2)) == .rate(2))
        #expect(fault(.init(rounds: 0)) == .rounds(0))
        #expect(fault(.init(step: 0)) == .step(0))
        #expect(fault(.init(decay: 0)) == .decay(0))
        #expect(fault(.init(decay: 1.5)) == .decay(1.5))
        #expect(fault(.init(batch: 0)) == .batch(0))
    }

    @Test func cancellationEndsIt() throws {
        let solution = try DropoutIteration(Self.quick).solve(Self.problem(), seed: 1, control: SamplingControl(isCancelled: { true }))
        #expect(solution.stopReason == .cancelled && solution.details["rounds"] == "0" && solution.weights.count == 30)
    }
}
