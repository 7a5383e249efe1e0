import Ising
import Testing
import _TestSupport

@Suite struct TabuTests {
    @Test(arguments: [8, 14]) func smallModelsAreSolved(variables: Int) throws {
        for seed in 0..<5 as Range<UInt64> {
            let model = try SimulatedAnnealingTests.model(variables, density: 70, seed: seed, largest: 100)
            let set = try Tabu(Tabu.Options(reads: 1)).sample(model, seed: seed)
            #expect(set.first.energy == SimulatedAnnealingTests.lowest(model))
        }
    }

    @Test func agreesWithAnnealingOnWhatBothSolve() throws {
        for (factor, largest) in [(1.0, 1), (0.1, 50)] {
            let model = try SimulatedAnnealingTests.model(90, density: 50, seed: 8, factor: factor, largest: largest)
            let tabu = try Tabu(Tabu.Options(reads: 2)).sample(model, seed: 1, control: SamplingControl(threads: 2))
            let annealed = try SimulatedAnnealing(.init(reads: 30, sweeps: 500)).sample(model, seed: 1)
            #expect(abs(tabu.first.energy - annealed.first.energy) < 1e-9 * annealed.first.energy.magnitude)
            #expect(tabu.first.energy == model.energy(of: tabu.first.spins.spins))
        }
    }

    @Test func optionsAreChecked() throws {
        let model = try IsingModel(fields: [1])
        for options in [Tabu.Options(reads: 0), .init(tenure: -1), .init(patience: 0), .init(pool: 1)] {
            #expect(throws: SamplerError.self) { try Tabu(options).sample(model, seed: 0) }
        }
        #expect(throws: SamplerError.self) { try Greedy(Greedy.Options(reads: 0)).sample(model, seed: 0) }
        #expect(throws: SamplerError.self) { try RandomSampler(RandomSampler.Options(reads: 0)).sample(model, seed: 0) }
        // Any tenure is cut to what the model bears.
        #expect(try Tabu(Tabu.Options(tenure: 1000)).sample(model, seed: 0).first.energy == -1)
    }

    @Test func greedyEndsWhereNoFlipHelps() throws {
        // Above 8192 variables descents are made in sweeps.
        for variables in [100, 9000] {
            var builder = try ModelBuilder(variables: variables, vartype: .spin)
            for i in 0..<variables { try builder.add(coupling: i, (i + 7) % variables, i % 3 == 0 ? 1 : -2) }
            let model = IsingModel(terms: try builder.terms())
            let set = try Greedy(Greedy.Options(reads: 2)).sample(model, seed: 3)
            for sample in set.samples {
                let spins = sample.spins.spins
                let integer = IntegerModel(model)
                #expect(zip(spins, integer.localFields(of: spins)).allSatisfy { Int32($0) * $1 <= 0 })
            }
        }
    }

    @Test func randomSpinsAreOnAverageWorthNothing() throws {
        let model = try SimulatedAnnealingTests.model(50, density: 50, seed: 4)
        let set = try RandomSampler(RandomSampler.Options(reads: 400)).sample(model, seed: 5)
        let mean = set.samples.reduce(0) { $0 + $1.energy * Double($1.occurrences) } / 400
        #expect(set.reads == 400 && abs(mean) < 20)
    }
}
