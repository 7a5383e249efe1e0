import Foundation
import Testing

/// What every command promises: exit status, one JSON object, nothing else on standard output.
@Suite struct ContractTests {
    @Test func version() throws {
        let outcome = try Tool.run("--version")
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("spinflip "))
    }

    @Test func doctorPrintsOneObject() throws {
        let outcome = try Tool.run("doctor", "--json")
        #expect(outcome.status == 0)
        let json = try #require(outcome.json)
        for key in ["isa", "engine", "warnings"] { #expect(json[key] != nil, "no \(key)") }
        #expect(outcome.output.last == "\n")
    }

    @Test func energyPrintsOneObject() throws {
        let json = try #require(try Tool.run("energy", "mlp:784-64-10", "--compare", "mlp:784-128-10", "--sensitivity", "--json").json)
        for key in ["layers", "totalMicrojoules", "table", "comparisons"] { #expect(json[key] != nil, "no \(key)") }
        let comparison = try #require((json["comparisons"] as? [[String: Any]])?.first)
        #expect(comparison["model"] as? String == "mlp:784-128-10" && (comparison["ratio"] as? Double ?? 0) > 1)
    }

    @Test(arguments: [["nothing"], ["doctor", "--nothing"], ["doctor", "--threads", "many"], ["doctor", "--threads", "0"], ["doctor", "--seed", "-1"]])
    func usageErrorsExitWith64(_ arguments: [String]) throws {
        let outcome = try Tool.run(arguments)
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("Error: "))
    }

    @Test func usageErrorsAreOneObjectInJSONMode() throws {
        let outcome = try Tool.run("doctor", "--json", "--threads", "0")
        #expect(outcome.status == 64)
        #expect(outcome.json?["error"] is String)
        #expect(outcome.json?["exitCode"] as? Int == 64)
    }

    @Test(arguments: ["sse9", "", "AVX-512"])
    func unknownInstructionSetIsBadInput(_ name: String) throws {
        let outcome = try Tool.run(["doctor"], environment: ["SPINFLIP_ISA": name])
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("SPINFLIP_ISA"))
        #expect(outcome.errors.contains("reference"))
    }

    @Test func instructionSetIsForced() throws {
        let outcome = try Tool.run(["doctor", "--json"], environment: ["SPINFLIP_ISA": "reference"])
        #expect(outcome.json?["isa"] as? String == "reference")
        #expect((outcome.json?["warnings"] as? [String])?.isEmpty == false)
    }

    @Test func closedPipeIsSuccess() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        // The reader is gone before the tool writes; the shell reports the tool's own status.
        process.arguments = ["-c", "{ sleep 0.2; \"$0\" doctor; echo $? >&3; } 3>&2 2>/dev/null | true", Tool.path.path]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let status = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(status.trimmingCharacters(in: .whitespacesAndNewlines) == "0")
    }
}
