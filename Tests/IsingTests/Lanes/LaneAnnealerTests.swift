import BitCore
import Ising
import Testing

/// The engines that anneal many replicas, by one set of tests.
@Suite struct LaneAnnealerTests {
    enum Engine: CaseIterable {
        case planes, bytes

        /// nil when the model does not fit.
        func annealer(_ model: IntegerModel, seed: UInt64 = 1, set: InstructionSet = .active) -> (any LaneAnnealer)? {
            switch self {
            case .planes: PlaneLayout(model).map { PlaneAnnealer($0, generator: SeededGenerator(seed: seed), kernels: Kernels(set)) }
            case .bytes: ByteLayout(model).map { ByteAnnealer($0, generator: SeededGenerator(seed: seed), kernels: Kernels(set)) }
            }
        }
    }

    /// Every form of row: few and many terms, of one sign and both, with weights and fields, on a torus, and none at all.
    static func models() throws -> [IntegerModel] {
        try [
            LaneModels.random(0, density: 0, seed: 1), LaneModels.random(1, density: 0, field: 3, seed: 1), LaneModels.random(7, density: 0, seed: 1),
            LaneModels.random(40, density: 0.1, seed: 2), LaneModels.random(90, density: 0.2, seed: 3), LaneModels.random(120, density: 0.8, seed: 4),
            LaneModels.random(60, density: 0.1, weight: 4, field: 5, seed: 5), LaneModels.random(20, density: 0.5, weight: 9, field: 20, seed: 6),
            LaneModels.torus(12, seed: 7),
        ]
    }

    /// Rows too long for bytes.
    @Test func longRows() throws {
        for model in try [LaneModels.random(255, density: 1, seed: 1), LaneModels.random(30, density: 0.9, weight: 7, field: 100, seed: 2)] {
            try everyInstructionSetGivesTheSameReplicas(.planes, of: model)
        }
    }

    @Test(arguments: Engine.allCases) func everyInstructionSetGivesTheSameReplicas(engine: Engine) throws {
        for model in try Self.models() { try everyInstructionSetGivesTheSameReplicas(engine, of: model) }
    }

    func everyInstructionSetGivesTheSameReplicas(_ engine: Engine, of model: IntegerModel) throws {
        var first: [PackedSpins] = []
        for set in InstructionSet.supported {
            let annealer = try #require(engine.annealer(model, set: set))
            #expect(annealer.anneal(.lanes(model), sweeps: 30) { _ in true })
            let states = annealer.states()
            if first.isEmpty { first = states }
            #expect(states == first)
            let energies = annealer.energies()
            for lane in stride(from: 0, to: states.count, by: 13) {
                #expect(energies[lane] == model.integerEnergy(of: states[lane].spins))
                #expect(annealer.state(lane) == states[lane])
            }
        }
    }

    @Test(arguments: Engine.allCases) func annealingEndsInLocalMinima(engine: Engine) throws {
        for model in try Self.models() {
            let annealer = try #require(engine.annealer(model))
            #expect(annealer.anneal(.lanes(model), sweeps: 5) { _ in true })
            for state in annealer.states().prefix(64) {
                for (spin, field) in zip(state.spins, model.localFields(of: state.spins)) { #expect(Int32(spin) * field <= 0) }
            }
        }
    }

    /// Every replica is a chain in Boltzmann equilibrium. One is counted, as those of planes are not independent.
    @Test(arguments: Engine.allCases, [(3, 0.15), (4, 0.4), (5, 0.15), (6, 0.3)])
    func frequencies(engine: Engine, at point: (variables: Int, beta: Double)) throws {
        let (variables, beta) = point
        let model = try LaneModels.random(variables, density: 0.8, weight: 2, field: 2, seed: UInt64(variables))
        let annealer = try #require(engine.annealer(model, seed: 11))
        var counts = [Int](repeating: 0, count: 1 << variables)
        #expect(annealer.equilibrate(temperature: 1 / beta, sweeps: 100) { _ in true })
        for _ in 0..<20000 {
            #expect(annealer.equilibrate(temperature: 1 / beta, sweeps: 20) { _ in true })
            counts[Int(annealer.state(37).words[0])] += 1
        }
        let freedom = Double(counts.count - 1)
        #expect(LaneModels.chiSquare(counts, LaneModels.boltzmann(model, beta: beta)) < freedom + 4 * (2 * freedom).squareRoot())
    }

    /// Replicas of planes share random numbers and yet stay apart, also where fields rule.
    @Test(arguments: Engine.allCases) func replicasDoNotCoalesce(engine: Engine) throws {
        let model = try LaneModels.random(300, density: 0.01, field: 4, seed: 3)
        let annealer = try #require(engine.annealer(model))
        #expect(annealer.equilibrate(temperature: 5, sweeps: 500) { _ in true })
        let states = annealer.states()
        #expect(Set(states).count > states.count * 9 / 10)
    }

    @Test(arguments: Engine.allCases) func replicasAreLoadedAndReadBack(engine: Engine) throws {
        let model = try LaneModels.random(130, density: 0.05, seed: 9)
        let annealer = try #require(engine.annealer(model))
        var generator = SeededGenerator(seed: 4)
        let states = (0..<3).map { _ in PackedSpins((0..<130).map { _ in Int8(generator.index(below: 2) * 2 - 1) }) }
        annealer.load(states)
        for (lane, state) in annealer.states().enumerated() { #expect(state == states[lane % 3]) }
        annealer.randomize()
        #expect(Set(annealer.states()).count == annealer.states().count)
    }

    @Test(arguments: Engine.allCases) func groundStates(engine: Engine) throws {
        for seed in 0..<6 as Range<UInt64> {
            let model = try LaneModels.random(12, density: 0.4, weight: 3, field: 2, seed: seed)
            let least = (0..<(1 << 12)).map { index in model.integerEnergy(of: (0..<12).map { Int8(index >> $0 & 1 == 1 ? 1 : -1) }) }.min()
            let annealer = try #require(engine.annealer(model, seed: seed))
            #expect(annealer.anneal(.lanes(model), sweeps: 200) { _ in true })
            #expect(annealer.best().energy == least)
        }
    }

    @Test(arguments: Engine.allCases) func pollingCountsAndStops(engine: Engine) throws {
        let model = try LaneModels.torus(40, seed: 1)
        let annealer = try #require(engine.annealer(model))
        var seen = 0
        var calls = 0
        let ended = annealer.anneal(.lanes(model), sweeps: 1000) {
            seen += $0
            calls += 1
            return calls < 5
        }
        #expect(!ended && calls == 5)
        #expect(seen == annealer.updates && seen > 0)
    }

    /// A model of several slices, so that sweeps are cut.
    @Test(arguments: Engine.allCases) func largeModels(engine: Engine) throws {
        let model = try LaneModels.torus(150, seed: 1)
        let annealer = try #require(engine.annealer(model))
        #expect(annealer.sliceCount > 1)
        #expect(annealer.anneal(.lanes(model), sweeps: 10) { _ in true })
        let (lane, energy) = annealer.best()
        #expect(energy == model.integerEnergy(of: annealer.state(lane).spins))
        #expect(energy < -2 * 150 * 150 * 5 / 8)
    }

    @Test func whatDoesNotFit() throws {
        for engine in Engine.allCases {
            #expect(engine.annealer(try LaneModels.random(5, density: 1, weight: 100, seed: 1)) == nil)
            #expect(engine.annealer(try LaneModels.random(256, density: 1, seed: 1)) == nil)
            #expect(engine.annealer(try LaneModels.random(128, density: 1, seed: 1)) != nil)
        }
        #expect(Engine.planes.annealer(try LaneModels.random(255, density: 1, seed: 1)) != nil)
        #expect(Engine.bytes.annealer(try LaneModels.random(129, density: 1, seed: 1)) == nil)
    }
}
