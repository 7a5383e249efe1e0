import BitCore
import Ising
import Testing
import _TestSupport

/// Every sampler, through the same checks. A new one is a row here.
@Suite struct SamplerConformanceTests {
    struct Subject: Sendable, CustomStringConvertible {
        let sampler: any Sampler
        var traits = SamplerConformance.Traits()
        var description: String { sampler.name }

        init(_ sampler: any Sampler, _ change: (inout SamplerConformance.Traits) -> Void = { _ in }) {
            self.sampler = sampler
            change(&traits)
        }
    }

    static let subjects: [Subject] = [
        Subject(ExactSolver()) {
            $0.isExact = true
            $0.mediumVariables = 100
            $0.completeVariables = 36
        },
        Subject(SimulatedAnnealing()) {
            $0.reads = 16
            $0.twins = [SimulatedAnnealing(.init(engine: .scalar)), SimulatedAnnealing(.init(engine: .dense)), SimulatedAnnealing.reference]
            $0.atTemperature = { beta, reads in SimulatedAnnealing(.init(reads: reads, betas: [Double](repeating: beta, count: 25), descends: false)) }
        },
        Subject(SimulatedAnnealing(.init(engine: .scalar))),
        Subject(ParallelTempering()),
        Subject(Tabu()) { $0.reads = 4 },
        Subject(Greedy()) { $0.reads = 100 },
        Subject(RandomSampler()) {
            $0.reads = 100
            $0.findsOptimum = false
        },
        Subject(SimulatedBifurcation()) {
            $0.reads = 32
            $0.twins = engines(.generalised)
        },
        Subject(SimulatedBifurcation(.init(variant: .ballistic))) {
            $0.reads = 32
            $0.twins = engines(.ballistic)
        },
        Subject(SimulatedBifurcation(.init(variant: .discrete))) {
            $0.reads = 32
            $0.twins = engines(.discrete)
        },
        Subject(PopulationAnnealing()) {
            $0.atTemperature = { beta, reads in
                var options = PopulationAnnealing.Options()
                (options.population, options.sweeps, options.coldest, options.descends) = (reads, 20, beta, false)
                return PopulationAnnealing(options)
            }
        },
        Subject(MomentumAnnealing()) { $0.reads = 16 },
        Subject(PolynomialAnnealing()) { $0.reads = 16 },
        Subject(Portfolio()) { $0.mediumVariables = 200 },
        Subject(Portfolio(searchOnly)) { $0.mediumVariables = 200 },
        // Composites, around a sampler that proves and around one that does not.
        Subject(SpinReversal(SimulatedAnnealing(), transforms: 2)) { $0.reads = 32 },
        Subject(Scaled(SimulatedAnnealing())) { $0.reads = 16 },
        Subject(FixedVariables(SimulatedAnnealing())),
        Subject(SolvedByComponents(SimulatedAnnealing())),
        Subject(Polished(SimulatedAnnealing())) { $0.reads = 16 },
        Subject(SpinReversal(Scaled(FixedVariables(SolvedByComponents(Polished(ExactSolver())))))) {
            $0.isExact = true
            $0.mediumVariables = 100
            $0.completeVariables = 36
        },
    ]

    /// The portfolio without its shortcuts: nothing is solved exactly or eliminated first.
    private static let searchOnly: Portfolio.Options = {
        var options = Portfolio.Options()
        (options.exactVariables, options.eliminatedDegree) = (0, 0)
        return options
    }()

    /// By rows, and by the dense matrix on every instruction set.
    private static func engines(_ variant: SimulatedBifurcation.Variant) -> [any Sampler] {
        var options = SimulatedBifurcation.Options(variant: variant)
        options.engine = .sparse
        let sparse = SimulatedBifurcation(options)
        options.engine = .dense
        return [sparse]
            + InstructionSet.supported.map {
                var dense = SimulatedBifurcation(options)
                dense.instructionSet = $0
                return dense
            }
    }

    /// Short runs of many agents, whose positions would show a difference in the last bit of a sum.
    @Test(arguments: SimulatedBifurcation.Variant.allCases) func bifurcationDependsOnNoInstructionSet(
        _ variant: SimulatedBifurcation.Variant
    ) throws {
        var generator = SeededGenerator(seed: 4)
        let model = try RandomIsing.dense(150, range: 90, fields: true, &generator)
        let options = SimulatedBifurcation.Options(variant: variant, reads: 48, steps: 60)
        let sets = try Self.engines(variant).map { sampler in
            guard var sampler = sampler as? SimulatedBifurcation else { throw SamplerError.unsuited("not a bifurcation") }
            let engine = sampler.options.engine
            sampler.options = options
            sampler.options.engine = engine
            return try sampler.sample(model, seed: 2)
        }
        #expect(sets.allSatisfy { $0.samples == sets[0].samples })
        #expect(sets[0].samples.count > 8)
    }

    @Test(arguments: subjects) func conforms(_ subject: Subject) {
        var conformance = SamplerConformance(subject.sampler, subject.traits)
        conformance.run()
        #expect(conformance.failures == [])
    }

    @Test func optionsSurviveCoding() {
        var exact = ExactSolver.Options()
        exact.method = .branchAndBound
        exact.states = 3
        #expect(OptionsConformance.failure(exact) == nil)
        #expect(OptionsConformance.failure(SimulatedBifurcation.Options(variant: .discrete, reads: 3, timeStep: 0.5)) == nil)
        var population = PopulationAnnealing.Options()
        population.coldest = 2
        #expect(OptionsConformance.failure(population) == nil)
        #expect(OptionsConformance.failure(MomentumAnnealing.Options()) == nil)
        #expect(OptionsConformance.failure(PolynomialAnnealing.Options()) == nil)
        let schedule = Schedule(hot: 0.1, cold: 2, interpolation: .geometric)
        #expect(OptionsConformance.failure(SimulatedAnnealing.Options(engine: .dense, reads: 3, sweeps: 5, schedule: schedule)) == nil)
        #expect(OptionsConformance.failure(Tabu.Options(reads: 2, tenure: 3, patience: 4, pool: 5)) == nil)
        #expect(OptionsConformance.failure(Greedy.Options(reads: 2)) == nil)
        #expect(OptionsConformance.failure(RandomSampler.Options(reads: 2)) == nil)
    }
}
