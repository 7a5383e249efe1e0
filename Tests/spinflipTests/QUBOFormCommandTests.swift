import Foundation
import Testing

/// `qubo build` and `qubo verify`: what they report, and how they end.
@Suite struct QUBOFormCommandTests {
    private static let task = ["--layers", "2-1-1", "--dataset", "xor"]

    private func file(_ name: String) -> String {
        FileManager.default.temporaryDirectory.appending(path: "spinflip-\(ProcessInfo.processInfo.processIdentifier)-\(name)").path
    }

    @Test func aProofEndsWith0() throws {
        let outcome = try Tool.run(["qubo", "verify"] + Self.task + ["--json"])
        #expect(outcome.status == 0)
        let json = try #require(outcome.json)
        #expect(json["holds"] as? Bool == true)
        #expect(json["variables"] as? Int == 19)
        #expect(json["energy"] as? Double == 1)
        #expect(json["bound"] as? Double == 1)
        #expect(json["weightVectors"] as? Int == 8)
    }

    @Test func aCounterexampleEndsWith1() throws {
        let outcome = try Tool.run(["qubo", "verify"] + Self.task + ["--lambda", "0.6", "--json"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("not above the bound 1"))
        let shown = try #require(outcome.json?["counterexample"] as? [String: Any])
        #expect((shown["energy"] as? Double ?? 9) < (shown["objective"] as? Double ?? 0))
        #expect((shown["bits"] as? [String])?.isEmpty == false)
        let text = try Tool.run(["qubo", "verify"] + Self.task + ["--lambda", "0.6"])
        #expect(text.output.contains("does not hold"))
    }

    @Test func polynomialsAreProved() throws {
        let outcome = try Tool.run(["qubo", "verify", "--form", "polynomial", "--margin", "auto"] + Self.task + ["--json"])
        #expect(outcome.status == 0)
        #expect(outcome.json?["form"] as? String == "polynomial")
        #expect(outcome.json?["variables"] as? Int == 3)
    }

    /// The written file is a problem whose least energy is the least objective.
    @Test(arguments: [("qubo", "json"), ("qubo", "coo"), ("qubo", "bqm"), ("polynomial", "json")])
    func builtFilesAreSolved(_ form: String, _ format: String) throws {
        let path = file("\(form).\(format)")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let built = try Tool.run(["qubo", "build", "--form", form, "--out", path, "--json"] + Self.task)
        #expect(built.status == 0)
        let json = try #require(built.json)
        for key in ["variables", "interactions", "form", "weights", "rows", "samples", "degree", "path", "format", "warnings"] {
            #expect(json[key] != nil, "no \(key)")
        }
        #expect(json["format"] as? String == format)
        let solved = try Tool.run(["solve", path, "--sampler", "exact", "--json"])
        #expect(solved.status == 0)
        #expect(solved.json?["energy"] as? Double == 1)
        #expect(solved.json?["variables"] as? Int == json["variables"] as? Int)
    }

    @Test(arguments: [
        ["build", "--out", "/nowhere/x.json"], ["build", "--out", "/tmp/x.json", "--form", "weights"], ["build", "--out", "/tmp/x", "--format", "jsn"],
        ["build", "--out", "/tmp/x.json", "--lambda=-1"], ["build", "--out", "/tmp/x.json", "--form", "polynomial", "--lambda", "2"],
        ["verify", "--lambda", "nan"], ["verify", "--edges", "/nowhere/edges"], ["build", "--out", "/tmp/x.json", "--margin=-2"],
    ])
    func badInputIsNamed(_ arguments: [String]) throws {
        let outcome = try Tool.run(["qubo"] + arguments + Self.task)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test func whatIsTooLargeIsRefusedBeforeItIsBuilt() throws {
        let outcome = try Tool.run(["qubo", "build", "--form", "polynomial", "--layers", "9-3-1", "--dataset", "teacher", "--out", file("x.json")])
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("16777985 terms"))
        let proof = try Tool.run(["qubo", "verify", "--layers", "9-3-1", "--dataset", "teacher"])
        #expect(proof.status == 2)
        #expect(proof.errors.contains("steps"))
    }
}
