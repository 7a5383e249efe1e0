import Ising
import Testing

@Suite struct SamplerCatalogTests {
    @Test(arguments: SamplerCatalog.entries.map(\.name))
    func everyNameMakesASampler(_ name: String) throws {
        let sampler = try SamplerCatalog.sampler(name)
        let model = try IsingModel(fields: [1, 0, -1], couplings: [(0, 1, 2), (1, 2, 1)])
        let set = try sampler.sample(model, seed: 1, control: SamplingControl(timeLimit: 0.2))
        #expect(set.first.energy == model.energy(of: set.first.spins.spins))
        #expect(!(try SamplerCatalog.sampler(name.uppercased())).name.isEmpty)
    }

    @Test func namesAreUnique() {
        #expect(Set(SamplerCatalog.names).count == SamplerCatalog.names.count)
    }

    @Test func optionsTakeTheirPlaces() throws {
        let exact = try #require(try SamplerCatalog.sampler("exact", options: #"{"method": "enumeration", "states": 4}"#) as? ExactSolver)
        #expect(exact.options.method == .enumeration)
        #expect(exact.options.states == 4)
        #expect(exact.options.width == ExactSolver.Options().width)
        let external = try #require(try SamplerCatalog.sampler("external:./solve --fast", options: #"{"grace": 2}"#, reads: 5) as? ExternalSampler)
        #expect(external.command == "./solve --fast")
        #expect(external.options == .init(reads: 5, grace: 2))
    }

    @Test(arguments: [
        ("exat", nil, "did you mean “exact”?"), ("", nil, "known are auto, "), ("external:", nil, "no command"), ("external: ", nil, "no command"),
        ("exact", "{", "not JSON"), ("exact", "[]", "a JSON object"), ("exact", #"{"state": 1}"#, "did you mean “states”?"),
        ("exact", #"{"states": "many"}"#, "states"), ("exact", #"{"method": "magic"}"#, "method"), ("exact", #"{"states": null}"#, "states"),
        ("exact", #"{"states": 1.5}"#, "sampler exact: "),
    ])
    func mistakesAreSaid(_ name: String, _ options: String?, _ part: String) {
        let error = #expect(throws: SamplerCatalogError.self) { try SamplerCatalog.sampler(name, options: options) }
        #expect(error.map { "\($0)" }?.contains(part) == true, "\(error.map { "\($0)" } ?? "")")
    }

    @Test func readsAreCallsWhereASamplerMakesNone() throws {
        let model = try IsingModel(fields: [1, 0, -1], couplings: [(0, 1, 2), (1, 2, 1)])
        let auto = try SamplerCatalog.sampler("auto", options: #"{"exactVariables": 0}"#, reads: 3).sample(model, seed: 1)
        #expect(auto.first.energy == -3)
        #expect(zip(auto.trajectory, auto.trajectory.dropFirst()).allSatisfy { $0.energy > $1.energy && $0.seconds <= $1.seconds })
        // A proof needs no second call.
        let exact = try SamplerCatalog.sampler("exact", reads: 3).sample(model, seed: 1)
        #expect(exact.stopReason == .optimal)
        #expect(exact.reads == 1)
        #expect(throws: SamplerCatalogError.self) { try SamplerCatalog.sampler("external:true", reads: 0) }
    }
}
