import BitCore
import Foundation
import Ising
import Testing
import _TestSupport

@Suite struct SimulatedAnnealingTests {
    /// Random couplings of a given density; integers, or numbers that have no common unit.
    static func model(_ variables: Int, density: Int, seed: UInt64, factor: Double = 1, largest: Int = 3) throws -> IsingModel {
        var generator = SeededGenerator(seed: seed)
        var builder = try ModelBuilder(variables: variables, vartype: .spin)
        for i in 0..<variables {
            try builder.add(linear: i, factor * Double(generator.index(below: 2 * largest + 1) - largest))
            for j in 0..<i where generator.index(below: 100) < density {
                try builder.add(coupling: i, j, factor * Double(generator.index(below: 2 * largest + 1) - largest))
            }
        }
        return IsingModel(terms: try builder.terms())
    }

    static func lowest(_ model: IsingModel) -> Double {
        (0..<1 << model.variables).map { bits in model.energy(of: (0..<model.variables).map { bits >> $0 & 1 == 1 ? 1 : -1 }) }.min() ?? 0
    }

    typealias Options = SimulatedAnnealing.Options

    @Test(arguments: [(1, 0), (5, 100), (40, 10), (70, 100), (130, 5)])
    func enginesAndThreadsGiveTheSamplesOfTheReference(variables: Int, density: Int) throws {
        for (factor, largest) in [(1.0, 3), (0.1, 3), (1, 5000)] {
            let model = try Self.model(variables, density: density, seed: 11, factor: factor, largest: largest)
            for schedule in [nil, Schedule(hot: 0.01, cold: 3, interpolation: .beta), Schedule(hot: 0.05, cold: 2, interpolation: .geometric)] {
                let options = Options(engine: .reference, reads: 5, sweeps: 60, schedule: schedule)
                let expected = try SimulatedAnnealing(options).sample(model, seed: 4)
                for sample in expected.samples { #expect(sample.energy == model.energy(of: sample.spins.spins)) }
                #expect(expected.reads >= 5 && expected.stopReason == .completed)
                for engine in [SimulatedAnnealing.Engine.auto, .scalar, .dense] {
                    for threads in [1, 3] {
                        var options = options
                        options.engine = engine
                        let set = try SimulatedAnnealing(options).sample(model, seed: 4, control: SamplingControl(threads: threads))
                        #expect(set.samples == expected.samples, "\(engine), \(threads) threads")
                        #expect(set.updates == expected.updates)
                    }
                }
            }
        }
    }

    @Test func completePlusMinusOneModelsUseBits() throws {
        var couplings: [(Int, Int, Double)] = []
        var generator = SeededGenerator(seed: 2)
        for i in 0..<90 { for j in 0..<i { couplings.append((i, j, generator.next() & 1 == 0 ? 2 : -2)) } }
        let model = try IsingModel(fields: [Double](repeating: 0, count: 90), couplings: couplings)
        let set = try SimulatedAnnealing(Options(reads: 3, sweeps: 50)).sample(model, seed: 1)
        #expect(set.details["engine"] == "bits")
        #expect(set.samples == (try SimulatedAnnealing(Options(engine: .reference, reads: 3, sweeps: 50)).sample(model, seed: 1)).samples)
    }

    @Test(arguments: 1...12) func smallModelsAreSolved(variables: Int) throws {
        for seed in 0..<4 as Range<UInt64> {
            let model = try Self.model(variables, density: 60, seed: seed)
            let set = try SimulatedAnnealing(Options(reads: 10, sweeps: 100)).sample(model, seed: seed)
            #expect(set.first.energy == Self.lowest(model))
        }
    }

    @Test func noVariablesAndNoCouplings() throws {
        let empty = try SimulatedAnnealing().sample(IsingModel(fields: [], offset: 2), seed: 0)
        #expect(empty.first.energy == 2 && empty.first.spins.count == 0)
        let free = try SimulatedAnnealing().sample(IsingModel(fields: [0, 0, 0]), seed: 0)
        #expect(free.first.energy == 0)
    }

    /// Frequencies of all states of a small model at one temperature against exp(−E/T)/Z.
    @Test(arguments: [(0.3, SimulatedAnnealing.Engine.scalar), (0.8, .dense), (1.5, .scalar)])
    func frequenciesAreBoltzmanns(beta: Double, engine: SimulatedAnnealing.Engine) throws {
        let model = try IsingModel(
            fields: [0.5, -0.25, 0, 0.75], couplings: [(0, 1, 1), (1, 2, -0.5), (2, 3, 0.75), (0, 3, -1), (0, 2, 0.25)], offset: 1)
        let draws = 40000
        let integer = IntegerModel(model)
        let form: SpinCouplings.Form = engine == .dense ? .words : .wide
        let chain = SpinChain(
            SpinCouplings(fields: integer.fields, starts: integer.starts, neighbours: integer.neighbours, weights: integer.weights, form: form))
        var generator = SeededGenerator(seed: 17)
        chain.seed(&generator)
        var counts = [Int](repeating: 0, count: 16)
        for _ in 0..<draws {
            for _ in 0..<12 { chain.sweep(temperature: 1 / (beta * integer.scale)) }
            counts[Int(chain.words[0])] += 1
        }
        let weights = (0..<16).map { state in exp(-beta * model.energy(of: (0..<4).map { state >> $0 & 1 == 1 ? 1 : -1 })) }
        let total = weights.reduce(0, +)
        var chiSquare = 0.0
        for state in 0..<16 {
            let expected = Double(draws) * weights[state] / total
            let difference = Double(counts[state]) - expected
            chiSquare += difference * difference / expected
        }
        // The 0.9999 quantile for 15 degrees of freedom is 44.3; successive draws are a little correlated.
        #expect(chiSquare < 50, "χ² = \(chiSquare) of \(counts)")
    }

    @Test func startsFromInitialStates() throws {
        // At a temperature of almost nothing an optimum stays where it is, and of two wells each read keeps its own.
        let model = try IsingModel(fields: [0, 0], couplings: [(0, 1, -1)])
        let states = [PackedSpins([1, 1]), PackedSpins([-1, -1])]
        let options = Options(reads: 5, sweeps: 3, schedule: Schedule(hot: 1e6, cold: 1e6))
        let set = try SimulatedAnnealing(options).sample(model, seed: 0, control: SamplingControl(initialStates: states))
        #expect(Set(set.samples.map(\.spins)) == Set(states) && set.samples.map(\.occurrences).sorted() == [2, 3])
        #expect(throws: SamplerError.self) {
            try SimulatedAnnealing().sample(model, seed: 0, control: SamplingControl(initialStates: [PackedSpins(count: 3)]))
        }
    }

    @Test func limitsEndTheSearch() throws {
        let model = try Self.model(60, density: 30, seed: 5)
        let limited = try SimulatedAnnealing().sample(model, seed: 0, control: SamplingControl(updateLimit: 500_000))
        #expect(limited.stopReason == .updateLimit && limited.updates >= 500_000 && limited.updates < 600_000)
        let aimed = try SimulatedAnnealing().sample(model, seed: 0, control: SamplingControl(target: limited.first.energy, updateLimit: 10_000_000))
        #expect(aimed.stopReason == .target && aimed.first.energy <= limited.first.energy)
        let cancelled = try SimulatedAnnealing().sample(model, seed: 0, control: SamplingControl(isCancelled: { true }))
        #expect(cancelled.stopReason == .cancelled && cancelled.first.energy == model.energy(of: cancelled.first.spins.spins))
        let energies = limited.trajectory.map(\.energy)
        #expect(zip(energies, energies.dropFirst()).allSatisfy { $0 > $1 } && energies.last == limited.first.energy)
    }

    @Test func optionsAreChecked() throws {
        let model = try IsingModel(fields: [1])
        for options in [
            Options(reads: 0), Options(sweeps: 0), Options(betas: []), Options(betas: [1, .nan]), Options(betas: [0]),
            Options(schedule: Schedule(hot: 0, cold: 1)), Options(schedule: Schedule(hot: 1, cold: 1), betas: [1]),
        ] {
            #expect(throws: SamplerError.self) { try SimulatedAnnealing(options).sample(model, seed: 0) }
        }
        let options = Options(engine: .dense, reads: 3, sweeps: 5, schedule: Schedule(hot: 0.1, cold: 2, interpolation: .geometric))
        #expect(try JSONDecoder().decode(Options.self, from: JSONEncoder().encode(options)) == options)
    }

    @Test func schedulesGoFromHotToCold() {
        for interpolation in Schedule.Interpolation.allCases {
            let schedule = Schedule(hot: 0.1, cold: 10, interpolation: interpolation)
            #expect(abs(schedule.temperature(at: 0) - 10) < 1e-9 && abs(schedule.temperature(at: 1) - 0.1) < 1e-9)
            let steps = (0...20).map { schedule.temperature(at: Double($0) / 20) }
            #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 > $1 })
        }
        #expect(abs(Schedule(hot: 0.1, cold: 10, interpolation: .geometric).temperature(at: 0.5) - 1) < 1e-10)
    }
}
