import BitCore
import Ising
import Synchronization
import Testing
import _TestSupport

/// Simulated annealing by the engines with many replicas.
@Suite struct SimulatedAnnealingLanesTests {
    typealias Options = SimulatedAnnealing.Options

    /// The conformance kit has models that do not fit; those are refused with a reason, so it runs on models that do.
    @Test(arguments: [SimulatedAnnealing.Engine.planes, .bytes]) func readsAndThreads(engine: SimulatedAnnealing.Engine) throws {
        for model in try LaneAnnealerTests.models() where model.variables > 0 {
            let sampler = SimulatedAnnealing(Options(engine: engine, reads: 1100, sweeps: 10))
            let one = try sampler.sample(model.source, seed: 5)
            let two = try sampler.sample(model.source, seed: 5, control: SamplingControl(threads: 2))
            #expect(one.samples == two.samples && one.reads == 1100 && one.updates == two.updates)
            #expect(one.samples.allSatisfy { $0.energy == model.source.energy(of: $0.spins.spins) })
            #expect(one.details["engine"] == engine.rawValue)
            let few = try SimulatedAnnealing(Options(engine: engine, reads: 3, sweeps: 10)).sample(model.source, seed: 5)
            #expect(few.reads == 3)
        }
    }

    @Test func autoFillsLanes() throws {
        let model = try LaneModels.torus(12, seed: 1)
        func engine(_ options: Options) throws -> String? { try SimulatedAnnealing(options).sample(model.source, seed: 1).details["engine"] }
        #expect(try engine(Options(sweeps: 10)) == "planes")
        #expect(try engine(Options(reads: 64, sweeps: 10)) == "bytes")
        #expect(try engine(Options(reads: 5, sweeps: 10)) == "narrow")
        let set = try SimulatedAnnealing(Options(sweeps: 10)).sample(model.source, seed: 1)
        #expect(set.reads == 16)
    }

    @Test func limits() throws {
        let model = try LaneModels.torus(30, seed: 4).source
        let looks = LookCounter()
        let control = SamplingControl(timeLimit: 0.2, threads: 2, seconds: { Double(looks.next()) * 1e-3 })
        let set = try SimulatedAnnealing(Options(engine: .planes)).sample(model, seed: 1, control: control)
        #expect(set.stopReason == .timeLimit && looks.made < 400)
        #expect(set.first.energy < -1.3 * 900)
        let target = set.first.energy
        let hit = try SimulatedAnnealing(Options(engine: .planes)).sample(model, seed: 2, control: SamplingControl(target: target + 40, updateLimit: 1 << 40))
        #expect(hit.stopReason == .target && hit.first.energy <= target + 40)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let model = try IsingModel(fields: [1000, 1], couplings: [(0, 1, 3)])
        for engine in [SimulatedAnnealing.Engine.planes, .bytes] {
            #expect(throws: SamplerError.self) { try SimulatedAnnealing(Options(engine: engine)).sample(model, seed: 1) }
        }
        #expect(try SimulatedAnnealing(Options(reads: 100)).sample(model, seed: 1).first.energy == -1002)
    }

    @Test func initialStates() throws {
        let model = try LaneModels.torus(16, seed: 3)
        let good = try SimulatedAnnealing(Options(engine: .planes, sweeps: 500)).sample(model.source, seed: 1).first
        // So cold that nothing but the descent moves.
        let frozen = Options(engine: .planes, reads: 4, sweeps: 1, betas: [50])
        let set = try SimulatedAnnealing(frozen).sample(model.source, seed: 2, control: SamplingControl(initialStates: [good.spins]))
        #expect(set.samples.allSatisfy { $0.energy == good.energy })
    }
}

/// A clock that advances when it is read.
private final class LookCounter: Sendable {
    private let count = Atomic<Int>(0)
    var made: Int { count.load(ordering: .relaxed) }
    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
