import BitCore
import Ising
import Testing
import _TestSupport

/// The exact methods against plain enumeration, and against each other where that is out of reach.
@Suite struct ExactSolverTests {
    static let methods: [ExactSolver.Options.Method] = [.auto, .enumeration, .elimination, .branchAndBound]

    static func solver(_ method: ExactSolver.Options.Method, states: Int = 1) -> ExactSolver {
        var options = ExactSolver.Options()
        options.method = method
        options.states = states
        return ExactSolver(options: options)
    }

    @Test(arguments: methods, SmallModels.all) func findsTheOptimum(_ method: ExactSolver.Options.Method, _ small: SmallModels.Case) throws {
        let model = small.model
        let (least, _) = SmallModels.enumerated(model)
        for threads in [1, 2] {
            let set = try Self.solver(method).sample(model, seed: 1, control: SamplingControl(threads: threads))
            #expect(set.stopReason == .optimal && set.samples.count == 1)
            #expect(set.first.energy == model.energy(of: set.first.spins.spins))
            #expect(SmallModels.agree(set.first.energy, least, model), "\(small.name): \(set.first.energy) instead of \(least)")
            #expect(set.lowerBound == set.first.energy)
        }
    }

    @Test(arguments: SmallModels.all, [2, 7, 100]) func listsTheLowestStates(_ small: SmallModels.Case, _ states: Int) throws {
        guard small.model.terms.unit != nil else { return }
        let (_, energies) = SmallModels.enumerated(small.model)
        let expected = energies.enumerated().map { ($0.element, $0.offset) }.sorted { $0 < $1 }.prefix(states)
        let set = try Self.solver(.auto, states: states).sample(small.model, seed: 1, control: SamplingControl(threads: 2))
        #expect(set.samples.map(\.energy) == expected.map(\.0), "\(small.name)")
        #expect(set.samples.map { Int($0.spins.words.first ?? 0) } == expected.map(\.1))
        #expect(set.details["optima"] == "\(energies.filter { $0 == energies.min() }.count)")
    }

    /// Sizes at which several cells and groups of cells exist, with and without fields, and coefficients of all magnitudes.
    @Test(arguments: [14, 18, 21], [true, false]) func methodsAgree(_ variables: Int, _ fields: Bool) throws {
        var generator = SeededGenerator(seed: UInt64(variables))
        for scale in [1, 1_000_000_007] {
            let model = try RandomIsing.dense(variables, range: scale, fields: fields, &generator)
            let sets = try Self.methods.map { try Self.solver($0).sample(model, seed: 3, control: SamplingControl(threads: 2)) }
            #expect(Set(sets.map(\.first.energy)).count == 1)
            #expect(sets.allSatisfy { $0.stopReason == .optimal })
        }
    }

    @Test(arguments: InstructionSet.supported) func enumerationOnEverySet(_ set: InstructionSet) throws {
        var generator = SeededGenerator(seed: 5)
        let model = try RandomIsing.dense(17, range: 3, fields: true, &generator)
        #expect(try EnumerationDoor.lowest(model, states: 10, set) == EnumerationDoor.lowest(model, states: 10, .reference))
    }

    @Test func grids() throws {
        var generator = SeededGenerator(seed: 11)
        let model = try RandomIsing.grid(6, 6, &generator)
        let byElimination = try Self.solver(.elimination).sample(model, seed: 1)
        let byBranching = try Self.solver(.branchAndBound).sample(model, seed: 1, control: SamplingControl(threads: 2))
        #expect(byElimination.first.energy == byBranching.first.energy)
        #expect(byElimination.details["method"] == "elimination" && byElimination.stopReason == .optimal)
        // A tree of a hundred thousand variables is a matter of n small tables.
        let tree = try RandomIsing.tree(100_000, &generator)
        let set = try ExactSolver().sample(tree, seed: 1)
        #expect(set.stopReason == .optimal)
        // A tree is never frustrated.
        #expect(set.first.energy == -tree.terms.weights.reduce(0) { $0 + $1.magnitude })
    }

    @Test func denseFifty() throws {
        var generator = SeededGenerator(seed: 50)
        let model = try RandomIsing.dense(44, range: 1, fields: false, &generator)
        let one = try Self.solver(.branchAndBound).sample(model, seed: 1)
        let two = try Self.solver(.branchAndBound).sample(model, seed: 1, control: SamplingControl(threads: 2))
        #expect(one.stopReason == .optimal && one.samples == two.samples)
    }

    @Test func stoppedSearchesBringABoundAndTheBest() throws {
        var generator = SeededGenerator(seed: 8)
        let model = try RandomIsing.dense(120, range: 10, fields: true, &generator)
        let set = try ExactSolver().sample(model, seed: 1, control: SamplingControl(updateLimit: 300_000))
        #expect(set.stopReason == .updateLimit)
        let bound = try #require(set.lowerBound)
        #expect(bound <= set.first.energy && bound >= -model.terms.linear.reduce(0) { $0 + abs($1) } - model.terms.weights.reduce(0) { $0 + abs($1) })
        let small = try RandomIsing.dense(30, range: 10, fields: true, &generator)
        let stopped = try Self.solver(.enumeration).sample(small, seed: 1, control: SamplingControl(updateLimit: 100_000))
        #expect(stopped.stopReason == .updateLimit && (stopped.lowerBound ?? 0) <= stopped.first.energy)
    }

    /// The bound of a search that was stopped, wherever that happened, holds for the optimum.
    @Test(arguments: [true, false]) func boundsHold(_ fields: Bool) throws {
        var generator = SeededGenerator(seed: 77)
        let model = try RandomIsing.sparse(64, density: 0.3, range: 3, fields: fields, &generator)
        let optimum = try Self.solver(.branchAndBound).sample(model, seed: 1)
        #expect(optimum.stopReason == .optimal)
        for limit in [1000, 200_000, 500_000, 700_000] {
            let set = try Self.solver(.branchAndBound).sample(model, seed: 1, control: SamplingControl(updateLimit: limit))
            #expect(set.stopReason == .optimal || (set.lowerBound ?? .infinity) <= optimum.first.energy)
        }
    }

    @Test func refusals() throws {
        var generator = SeededGenerator(seed: 9)
        let model = try RandomIsing.dense(40, range: 1, fields: false, &generator)
        #expect(throws: SamplerError.self) { try Self.solver(.enumeration).sample(model, seed: 1) }
        #expect(throws: SamplerError.self) { try Self.solver(.elimination).sample(model, seed: 1) }
        #expect(throws: SamplerError.self) { try Self.solver(.auto, states: 0).sample(model, seed: 1) }
        #expect(throws: SamplerError.self) { try Self.solver(.elimination, states: 2).sample(try RandomIsing.tree(10, &generator), seed: 1) }
    }
}
