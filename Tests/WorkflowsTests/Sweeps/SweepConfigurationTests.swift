import Datasets
import Foundation
import Testing
import Workflows

/// What a sweep's file means, and what is said about one that means nothing.
@Suite struct SweepConfigurationTests {
    static func plan(_ text: String, firstSeed: UInt64 = 0) throws -> SweepPlan {
        try SweepPlan(SweepConfiguration(Array(text.utf8), file: "s.json"), firstSeed: firstSeed)
    }

    static let base = #""base": {"model": "mlp:64-16-10", "dataset": "digits", "epochs": 1}"#

    @Test func theBaseAloneIsOneRun() throws {
        let plan = try Self.plan("{\(Self.base)}")
        #expect(plan.name == "s")
        #expect(plan.runs.map(\.label) == ["s, seed 0"])
        #expect(plan.runs[0].configuration == TrainingConfiguration(model: "mlp:64-16-10", dataset: "digits", epochs: 1))
    }

    @Test func gridsMultiply() throws {
        let plan = try Self.plan(
            #"{"name": "n", \#(Self.base), "seeds": 2, "grid": {"epochs": [1, 2], "settings": {"learning-rate": ["1e-3", 0.01], "clip": [null, 1]}}}"#)
        #expect(plan.columns == ["epochs", "clip", "learning-rate"])
        #expect(plan.groups.count == 8)
        #expect(plan.runs.count == 16)
        #expect(plan.groups.first?.label == "epochs=1 clip=none learning-rate=1e-3")
        #expect(plan.groups.last?.values == ["2", "1", "0.01"])
        #expect(plan.groups.first?.configuration.settings == ["learning-rate": "1e-3"])
        #expect(plan.runs.map(\.configuration.seed) == Array(repeating: [0, 1], count: 8).flatMap { $0 })
        #expect(Set(plan.runs.map(\.key)).count == 16)
    }

    @Test func variantsOverrideAndHaveGridsOfTheirOwn() throws {
        let plan = try Self.plan(
            #"""
            {"base": {"model": "mlp:64-16-10", "dataset": "digits", "settings": {"learning-rate": "1e-3"}}, "seeds": [5],
             "grid": {"epochs": [1, 2]},
             "variants": [
                {"name": "Adam"},
                {"name": "Bop", "optimizer": "bop", "settings": {"learning-rate": null}, "grid": {"settings": {"gamma": ["1e-3", "1e-4"]}}, "seeds": [7, 8]},
                {"name": "long", "epochs": 9}
             ]}
            """#)
        #expect(
            plan.groups.map(\.label) == [
                "Adam epochs=1", "Adam epochs=2", "Bop epochs=1 gamma=1e-3", "Bop epochs=1 gamma=1e-4", "Bop epochs=2 gamma=1e-3", "Bop epochs=2 gamma=1e-4",
                "long",
            ])
        #expect(plan.groups[2].configuration.settings == ["gamma": "1e-3"])
        #expect(plan.groups[2].configuration.optimizer == "bop")
        #expect(plan.groups[2].seeds == [7, 8] && plan.groups[0].seeds == [5])
        #expect(plan.groups[6].configuration.epochs == 9)
        #expect(plan.groups[6].values == [nil, nil])
        #expect(plan.runs.count == 11)
    }

    @Test func theFirstSeedIsAdded() throws {
        #expect(try Self.plan("{\(Self.base), \"seeds\": [1, 4]}", firstSeed: 10).runs.map(\.configuration.seed) == [11, 14])
    }

    @Test func aBaseCanBeAFile() throws {
        try Fixtures.withFolder { folder in
            try TrainingConfiguration(model: "mlp:64-8-10", dataset: "digits", epochs: 3, limit: 50, settings: ["clip": "1"]).write(to: folder + "/base.json")
            try #"{"base": "base.json", "seeds": [1]}"#.write(toFile: folder + "/sweep.json", atomically: true, encoding: .utf8)
            let plan = try SweepPlan(SweepConfiguration(path: folder + "/sweep.json"))
            #expect(
                plan.runs[0].configuration
                    == TrainingConfiguration(model: "mlp:64-8-10", dataset: "digits", epochs: 3, seed: 1, limit: 50, settings: ["clip": "1"]))
        }
    }

    @Test func numbersCountByTheirValue() {
        func key(_ text: String) -> String { TrainingConfiguration(model: "m", dataset: "d", settings: ["a": text]).key }
        #expect(key("1e-3") == key("0.001"))
        #expect(key("cosine:1e-2:0") == key("cosine:0.01:0.0"))
        #expect(key("1e-3") != key("1e-4"))
        #expect(key("ste") != key("approxsign"))
        #expect(TrainingConfiguration(model: "m", dataset: "d", seed: 1).key != TrainingConfiguration(model: "m", dataset: "d").key)
    }

    @Test(arguments: [
        ("[]", "must be an object"),
        ("{", "not valid JSON"),
        (#"{"bases": {}}"#, "did you mean “base”"),
        (#"{"base": {"modell": "m"}}"#, "s.json: base: no key is named “modell”; did you mean “model”"),
        (#"{"base": {"model": 3}}"#, "base.model: must be a text"),
        (#"{"base": {"epochs": "3"}}"#, "base.epochs: must be a whole number"),
        (#"{"base": {"settings": {"a": [1]}}}"#, "base.settings.a: must be a text or a number; lists of values belong in a grid"),
        (#"{"base": {"dataset": "digits"}}"#, "base: no model is named"),
        (#"{\#(base), "grid": {"epochs": 3}}"#, "grid.epochs: must be a list of values"),
        (#"{\#(base), "grid": {"epochs": [3, 3]}}"#, "grid.epochs[1]: “3” is there twice"),
        (#"{\#(base), "grid": {"epochs": [3, "x"]}}"#, "grid.epochs[1]: must be a whole number"),
        (#"{\#(base), "grid": {"seed": [3]}}"#, "grid: no key is named “seed”"),
        (#"{\#(base), "grid": {"settings": {"a": []}}}"#, "grid.settings.a: must be a list"),
        (#"{\#(base), "seeds": 0}"#, "seeds: must be a list of seeds or their number"),
        (#"{\#(base), "seeds": [1, 1]}"#, "seeds: has a seed twice"),
        (#"{\#(base), "seeds": [-1]}"#, "seeds: must be a list of whole numbers"),
        (#"{\#(base), "variants": []}"#, "variants: must be a list of objects"),
        (#"{\#(base), "variants": [{}]}"#, "variants[0]: has no “name”"),
        (#"{\#(base), "variants": [{"name": "a"}, {"name": "a"}]}"#, "variants[1].name: “a” is there twice"),
        (#"{\#(base), "variants": [{"name": "a", "optimiser": "bop"}]}"#, "variants[0]: no key is named “optimiser”; did you mean “optimizer”"),
        (#"{\#(base), "variants": [{"name": "a", "epochs": 3, "grid": {"epochs": [1]}}]}"#, "variants[0]: gives epochs a value and a list"),
        (#"{\#(base), "seeds": 100000, "grid": {"epochs": [1, 2]}}"#, "more than 100000 runs"),
    ])
    func whatIsWrongIsNamed(_ text: String, _ message: String) {
        do {
            _ = try Self.plan(text)
            Issue.record("accepted: \(text)")
        } catch { #expect("\(error)".contains(message), "\(error)") }
    }

    /// What only training knows is checked before the first run, too.
    @Test(arguments: [
        (#"{\#(base), "grid": {"settings": {"gama": ["1e-3"]}}}"#, "s.json: the run “gama=1e-3” cannot be started: no setting is named “gama”"),
        (#"{\#(base), "grid": {"optimizer": ["adam", "bopp"]}}"#, "did you mean “bop”"),
        (#"{\#(base), "grid": {"dataset": ["digits", "digit"]}}"#, "“dataset=digit” cannot be started"),
        (#"{\#(base), "grid": {"epochs": [1, 0]}}"#, "0 epochs train nothing"),
        (#"{"base": {"model": "mlp:63-10", "dataset": "digits"}}"#, "begin with mlp:64-"),
    ])
    func runsThatCannotStartAreNamedBeforeAnyIs(_ text: String, _ message: String) throws {
        try Fixtures.withFolder { folder in
            let sweep = try SweepTests.sweep(Self.plan(text), folder + "/out")
            do {
                _ = try SweepTests.run(sweep)
                Issue.record("ran: \(text)")
            } catch { #expect("\(error)".contains(message), "\(error)") }
            #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
        }
    }
}
