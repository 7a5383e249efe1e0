import BitCore
import Ising
import Testing
import _TestSupport

@Suite struct ParallelTemperingTests {
    typealias Options = ParallelTempering.Options

    @Test func keepsThePromisesOfSamplers() {
        var traits = SamplerConformance.Traits()
        traits.reads = 4
        traits.atTemperature = { beta, reads in
            ParallelTempering(Options(reads: reads, sweeps: 30, betas: [0.4 * beta, 0.7 * beta, beta], keepsBest: false))
        }
        var conformance = SamplerConformance(ParallelTempering(), traits)
        conformance.run()
        #expect(conformance.failures.isEmpty, "\(conformance.failures)")
    }

    /// With clusters and without, on a ladder and at one temperature: the frequencies of the coldest replica are Boltzmann's.
    @Test(arguments: [true, false], [1, 3])
    func frequencies(clusters: Bool, rungs: Int) throws {
        for (fields, seed) in [(1, 3 as UInt64), (0, 4)] {
            let model = try LaneModels.random(5, density: 0.6, weight: 2, field: fields, seed: seed)
            let betas = [0.1, 0.2, 0.35].suffix(rungs)
            let options = Options(reads: 20_000, sweeps: 25, betas: Array(betas), clusters: clusters, keepsBest: false)
            let set = try ParallelTempering(options).sample(model.source, seed: 8)
            #expect(SamplerConformance.deviation(set, model.source, 0.35) < 5, "fields up to \(fields)")
        }
    }

    @Test func optionsAreCodableAndChecked() throws {
        let all = Options(reads: 3, sweeps: 10, temperatures: 7, clusters: false, keepsBest: false)
        #expect(OptionsConformance.failure(all) == nil)
        #expect(OptionsConformance.failure(Options(betas: [0.5, 1])) == nil)
        let model = try IsingModel(fields: [1, 2])
        for wrong in [
            Options(reads: 0), Options(sweeps: 0), Options(temperatures: 0), Options(betas: []), Options(betas: [1, 1]), Options(betas: [2, 1]),
            Options(betas: [0, 1]), Options(betas: [.nan]), Options(temperatures: 2, betas: [1]),
        ] {
            #expect(throws: SamplerError.self) { try ParallelTempering(wrong).sample(model, seed: 1) }
        }
    }

    /// A ±1 torus, small enough for its least energy to be known from many anneals, which clusters find.
    @Test func toriAreSolved() throws {
        let model = try LaneModels.torus(10, seed: 5)
        let annealer = PlaneAnnealer(try #require(PlaneLayout(model)), generator: SeededGenerator(seed: 1))
        #expect(annealer.anneal(.lanes(model), sweeps: 2000) { _ in true })
        let set = try ParallelTempering(Options(reads: 2, sweeps: 500)).sample(model.source, seed: 3)
        #expect(set.first.energy == model.energy(annealer.best().energy))
        #expect(set.details["clusters"] == "true")
    }

    @Test func initialStatesAreUsed() throws {
        let model = try LaneModels.torus(6, seed: 2)
        let best = try ParallelTempering().sample(model.source, seed: 1).first
        let control = SamplingControl(updateLimit: 1, initialStates: [best.spins])
        #expect(try ParallelTempering(Options(reads: 1)).sample(model.source, seed: 9, control: control).first.energy <= best.energy)
    }
}
