import Foundation
import Testing

/// `sweep` and `reproduce` as scripts see them. Scripts/test-sweep.sh has what happens when their processes are killed.
@Suite struct SweepCommandTests {
    static func withFile<Result>(_ text: String, _ body: (_ file: String, _ folder: String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spinflip-sweep-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try text.write(toFile: folder + "/s.json", atomically: true, encoding: .utf8)
        return try body(folder + "/s.json", folder)
    }

    static let tiny = #"""
        {"base": {"model": "mlp:64-8-10", "dataset": "digits", "epochs": 1, "limit": 100}, "seeds": 2, "grid": {"settings": {"learning-rate": ["1e-2", "1e-3"]}}}
        """#

    @Test(arguments: ["1", "2"])
    func sweepPrintsOneObject(_ workers: String) throws {
        try Self.withFile(Self.tiny) { file, folder in
            let outcome = try Tool.run("sweep", file, "--out", folder + "/out", "--workers", workers, "--threads", "2", "--json")
            #expect(outcome.status == 0, "\(outcome.errors)")
            let json = try #require(outcome.json)
            #expect(json["runs"] as? Int == 4 && json["completed"] as? Int == 4 && json["failed"] as? Int == 0)
            let best = try #require(json["best"] as? [String: Any])
            #expect((best["label"] as? String)?.hasPrefix("learning-rate=") == true)
            // Again: nothing is left to do, with or without --resume.
            for more in [[], ["--resume"]] {
                let again = try Tool.run(["sweep", file, "--out", folder + "/out", "--threads", "2", "--json"] + more)
                #expect(again.status == 0)
                #expect(again.json?["completed"] as? Int == 4)
            }
        }
    }

    @Test(arguments: [
        (#"{"base": {"model": "mlp:64-8-10", "dataset": "digits"}, "grids": {}}"#, "s.json: no key is named “grids”; did you mean “grid”"),
        (#"{"base": {"model": "mlp:64-8-10", "dataset": "digits"}, "grid": {"epochs": 3}}"#, "s.json: grid.epochs: must be a list"),
        (#"{"base": {"model": "mlp:64-8-10", "dataset": "digits", "settings": {"gama": "1"}}}"#, "no setting is named “gama”"),
        ("[", "s.json: it is not valid JSON"),
    ])
    func badFilesAreNamed(_ text: String, _ message: String) throws {
        try Self.withFile(text) { file, folder in
            let outcome = try Tool.run("sweep", file, "--out", folder + "/out")
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
        }
    }

    @Test func aStoreThatIsNoneIsBadInput() throws {
        try Self.withFile(Self.tiny) { file, folder in
            try FileManager.default.createDirectory(atPath: folder + "/out", withIntermediateDirectories: true)
            try String(repeating: "text ", count: 500).write(toFile: folder + "/out/sweep.sqlite", atomically: true, encoding: .utf8)
            let outcome = try Tool.run("sweep", file, "--out", folder + "/out")
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("is not a store of runs"), "\(outcome.errors)")
        }
    }

    @Test func workersAreCounted() throws {
        #expect(try Tool.run("sweep", "none.json", "--out", "none", "--workers", "0").status == 64)
        #expect(try Tool.run("sweep", "none.json", "--out", "none").status == 2)
    }

    @Test func reproduceListsWhatThereIs() throws {
        let outcome = try Tool.run("reproduce", "list", "--json")
        #expect(outcome.status == 0)
        let experiments = try #require(outcome.json?["experiments"] as? [[String: Any]])
        #expect(Set(experiments.compactMap { $0["name"] as? String }).isSuperset(of: ["bop2-cifar10", "few-shot-mnist", "qpsbgd-gnn", "boolnet-energy"]))
        for key in ["title", "source", "needs", "quick", "full"] { #expect(experiments.allSatisfy { $0[key] is String }, "\(key)") }
    }

    @Test func reproduceSaysWhatIsMissing() throws {
        let unknown = try Tool.run("reproduce", "bop2-cifar", "--out", "none")
        #expect(unknown.status == 2)
        #expect(unknown.errors.contains("did you mean “bop2-cifar10”"), "\(unknown.errors)")
        let budget = try Tool.run("reproduce", "bop2-cifar10", "--out", "none", "--budget", "fast")
        #expect(budget.status == 2)
        #expect(budget.errors.contains("quick, full"), "\(budget.errors)")
        #expect(try Tool.run("reproduce", "bop2-cifar10").status == 64)
    }
}
