import Foundation
import Testing

/// `spinflip solve`: what goes in, what comes out, and the exit status.
@Suite struct SolveTests {
    /// A folder with a Max-Cut graph (a ring of five, best cut 4), a QUBO, and an infeasible problem.
    static func withProblems(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spinflip-solve-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in [
            ("ring.txt", "5 5\n1 2 1\n2 3 1\n3 4 1\n4 5 1\n1 5 1\n"), ("small.qubo", "p qubo 0 3 3 1\n0 0 -2\n1 1 1\n2 2 -1\n0 2 4\n"),
            ("bad.txt", "5 5\n1 2 1\n2 x 1\n3 4 1\n4 5 1\n1 5 1\n"), ("never.json", never), ("cubic.json", cubic),
        ] { try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8) }
        try body(folder)
    }

    /// At most one of two bits, and both: no assignment meets both constraints, though each can be met.
    static let never = """
        {"type": "spinflip problem", "version": 2, "vartype": "binary", "variables": 2, "objective": {"scale": 1, "shift": 0},
        "terms": {"coefficients": [1], "starts": [0, 1], "indices": [0]}, "constraints": [
        {"variables": [0, 1], "coefficients": [1, 1], "sense": "<=", "bound": 1, "label": "one"},
        {"variables": [0, 1], "coefficients": [1, 1], "sense": ">=", "bound": 2}]}
        """
    /// x₀ − 3x₀x₁x₂, at most two bits set: least 0.
    static let cubic = """
        {"type": "spinflip problem", "version": 2, "vartype": "binary", "variables": 3, "objective": {"scale": 2, "shift": 1},
        "terms": {"coefficients": [1, -3], "starts": [0, 1, 4], "indices": [0, 0, 1, 2]}, "constraints": [
        {"variables": [0, 1, 2], "coefficients": [1, 1, 1], "sense": "<=", "bound": 2}]}
        """

    static func solve(_ arguments: [String], status: Int32 = 0) throws -> [String: Any] {
        let outcome = try Tool.run(["solve"] + arguments + ["--json"])
        #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
        #expect(outcome.output.split(separator: "\n").count == 1)
        return try #require(outcome.json)
    }

    @Test func printsTheKeysOfTheContract() throws {
        try Self.withProblems { folder in
            let json = try Self.solve([folder + "/ring.txt", "--assignment", "--sampler", "exact"])
            for key in [
                "sampler", "variables", "interactions", "sense", "energy", "objective", "feasible", "secondsToBest", "seconds", "updates", "status",
                "assignment",
            ] { #expect(json[key] != nil, "no \(key)") }
            #expect(json["objective"] as? Double == 4)
            #expect(json["energy"] as? Double == -3)
            #expect(json["sense"] as? String == "max")
            #expect(json["status"] as? String == "optimal")
            #expect(json["gap"] as? Double == 0)
            #expect(json["bound"] as? Double == 4)
            // The ends of four of five edges differ in the bits that are given.
            let bits = try #require(Int(json["assignment"] as? String ?? "", radix: 16))
            #expect((0..<5).count { bits >> $0 & 1 != bits >> (($0 + 1) % 5) & 1 } == 4)
            let short = try Self.solve([folder + "/ring.txt", "--sampler", "exact"])
            #expect(short["assignment"] == nil)
        }
    }

    @Test func targetsAreInUnitsOfTheObjective() throws {
        try Self.withProblems { folder in
            for (arguments, status, objective) in [
                (["/ring.txt", "--target", "4"], 0, 4.0), (["/ring.txt", "--target", "5", "--time-limit", "0.2"], 1, 4),
                (["/small.qubo", "--target", "-2"], 0, -2), (["/small.qubo", "--target", "-3", "--time-limit", "0.2"], 1, -2),
                // The same coefficients, maximised.
                (["/small.qubo", "--sense", "max", "--target", "2"], 0, 2),
            ] as [([String], Int32, Double)] {
                let json = try Self.solve([folder + arguments[0]] + arguments.dropFirst(), status: status)
                #expect(json["targetMet"] as? Bool == (status == 0))
                #expect(json["objective"] as? Double == objective)
            }
        }
    }

    @Test func sameSeedSameSamplesOnOneAndTwoThreads() throws {
        try Self.withProblems { folder in
            let runs = try ["1", "2"].map { threads in
                try Self.solve([folder + "/small.qubo", "--assignment", "--seed", "3", "--threads", threads])["assignment"] as? String
            }
            #expect(runs[0] != nil && runs[0] == runs[1])
        }
    }

    @Test func constraintsAndHigherDegrees() throws {
        try Self.withProblems { folder in
            let json = try Self.solve([folder + "/cubic.json", "--sampler", "exact", "--assignment"])
            #expect(json["feasible"] as? Bool == true)
            #expect(json["objective"] as? Double == 1)
            #expect(json["energy"] as? Double == 0)
            #expect(json["constraints"] as? Int == 1)
            #expect((json["auxiliaries"] as? Int ?? 0) > 0)
            #expect(json["form"] as? String == "quadratised")
            #expect((json["assignment"] as? String)?.count == 2)
            // Searched as it is, by name; small enough for a proof, by default.
            for (sampler, form, status) in [("polynomial", "polynomial", "completed"), ("auto", "quadratised", "optimal")] {
                let json = try Self.solve([folder + "/cubic.json", "--sampler", sampler, "--reads", "4"])
                #expect(json["form"] as? String == form)
                #expect((json["auxiliaries"] as? Int == 0) == (form == "polynomial"))
                #expect(json["status"] as? String == status)
                #expect(json["feasible"] as? Bool == true)
                #expect(json["objective"] as? Double == 1)
            }
            #expect(try Tool.run("solve", folder + "/cubic.json", "--sampler", "polynomial", "--reads", "4").output.contains("searched as it is"))
            #expect(try Tool.run("solve", folder + "/cubic.json").output.contains("quadratised with"))

            let infeasible = try Self.solve([folder + "/never.json", "--sampler", "exact", "--target", "100"], status: 1)
            #expect(infeasible["feasible"] as? Bool == false)
            #expect((infeasible["violations"] as? [[String: Any]])?.count == 1)
            #expect(infeasible["targetMet"] as? Bool == false)
            let text = try Tool.run("solve", folder + "/never.json", "--sampler", "exact")
            #expect(text.output.contains("INFEASIBLE: 1 of 2 constraints do not hold"))
            #expect(text.output.contains("proved that no assignment meets all constraints"))
            let asItIs = try Self.solve(
                [folder + "/never.json", "--sampler", "polynomial", "--reads", "4", "--target", "100", "--plot", folder + "/never.svg"], status: 1)
            #expect(asItIs["feasible"] as? Bool == false && asItIs["auxiliaries"] as? Int == 0)
            #expect((asItIs["violations"] as? [[String: Any]])?.count == 1)
        }
    }

    @Test func writesPlotSamplesAndPage() throws {
        try Self.withProblems { folder in
            _ = try Self.solve([
                folder + "/ring.txt", "--plot", folder + "/plot.svg", "--out", folder + "/samples.json", "--report", folder + "/page", "--sampler", "exact",
                "--options", #"{"states": 20}"#,
            ])
            #expect(try String(contentsOfFile: folder + "/plot.svg", encoding: .utf8).hasPrefix("<svg"))
            #expect(try String(contentsOfFile: folder + "/page/report.html", encoding: .utf8).hasPrefix("<!DOCTYPE html>"))
            let data = try Data(contentsOf: URL(filePath: folder + "/samples.json"))
            let samples = (try JSONSerialization.jsonObject(with: data) as? [String: Any])?["samples"] as? [[String: Any]]
            #expect(samples?.count == 20)
            // A ring of five has ten cuts of 4.
            #expect(samples?.count { $0["objective"] as? Double == 4 } == 10)
        }
    }

    @Test func externalProgramsAreSamplers() throws {
        try Self.withProblems { folder in
            let json = try Self.solve([folder + "/ring.txt", "--sampler", "external:cat >/dev/null; echo '# two'; echo 10100; echo 11111"])
            #expect(json["objective"] as? Double == 4)
            #expect((json["details"] as? [String: String])?["notes"] == "two")
            let failed = try Tool.run("solve", folder + "/ring.txt", "--sampler", "external:echo why >&2; exit 3")
            #expect(failed.status == 2)
            #expect(failed.errors.contains("ended with status 3: why"))
            let garbage = try Tool.run("solve", folder + "/ring.txt", "--sampler", "external:echo hello")
            #expect(garbage.status == 2)
            #expect(garbage.errors.contains("line 1, \"hello\""))
        }
    }

    @Test func ctrlCKeepsTheBest() throws {
        try Self.withProblems { folder in
            let process = Process()
            process.executableURL = Tool.path
            let program = "external:echo 10100; exec sleep 1000"
            process.arguments = ["solve", folder + "/ring.txt", "--sampler", program, "--time-limit", "1000"]
            let (output, errors) = (Pipe(), Pipe())
            process.standardOutput = output
            process.standardError = errors
            try process.run()
            // The line at the first improvement says that the program has spoken.
            _ = errors.fileHandleForReading.availableData
            process.interrupt()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 130)
            #expect(text.contains("objective  4"))
        }
    }

    @Test func badFilesAndNamesExitWith2() throws {
        try Self.withProblems { folder in
            for (arguments, part) in [
                (["bad.txt"], "bad.txt: line 3, \"2 x 1\""), (["ring.txt", "--sampler", "exat"], "did you mean “exact”?"),
                (["ring.txt", "--sampler", "exat"], "external:COMMAND"), (["ring.txt", "--format", "rudi"], "did you mean “rudy”?"),
                (["ring.txt", "--sense", "up"], "no sense is named"), (["ring.txt", "--options", "{"], "not JSON"),
                (["ring.txt", "--options", "@/nowhere/options"], "/nowhere/options"), (["ring.txt", "--time-limit", "0"], "time limit of 0"),
                (["ring.txt", "--time-limit", "nan"], "time limit of nan"), (["ring.txt", "--target", "inf"], "target of inf"),
                (["nothing.txt"], "nothing.txt"),
            ] {
                let outcome = try Tool.run(["solve", folder + "/" + arguments[0]] + arguments.dropFirst())
                #expect(outcome.status == 2, "\(arguments)")
                #expect(outcome.output.isEmpty)
                #expect(outcome.errors.contains(part), "\(outcome.errors)")
            }
        }
    }

    @Test func closedPipeIsSuccess() throws {
        try Self.withProblems { folder in
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sh")
            let script = "{ sleep 0.2; \"$0\" solve \"$1\" --quiet; echo $? >&3; } 3>&2 2>/dev/null | true"
            process.arguments = ["-c", script, Tool.path.path, folder + "/ring.txt"]
            let errors = Pipe()
            process.standardError = errors
            try process.run()
            let status = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(status.trimmingCharacters(in: .whitespacesAndNewlines) == "0")
        }
    }

    @Test func benchReportsMediansOverSeeds() throws {
        try Self.withProblems { folder in
            let outcome = try Tool.run(
                "bench", "solvers", folder + "/ring.txt", folder + "/small.qubo", "--seeds", "3", "--sampler", "exact", "--json")
            #expect(outcome.status == 0)
            let rows = try #require(outcome.json?["rows"] as? [[String: Any]])
            #expect(rows.map { $0["rate"] as? Double } == [4, -2])
            for key in ["name", "shape", "isa", "threads", "seconds", "rate", "unit"] { #expect(rows[0][key] != nil) }
            #expect((rows[0]["objectives"] as? [Double]) == [4, 4, 4])
            let missed = try Tool.run("bench", "solvers", folder + "/ring.txt", "--seeds", "2", "--sampler", "exact", "--target", "5")
            #expect(missed.status == 1)
            #expect(missed.output.contains("0/2"))
            for arguments in [[folder + "/bad.txt"], [folder + "/ring.txt", "--sampler", "exat"], ["--published", "--data-dir", folder]] {
                let outcome = try Tool.run(["bench", "solvers"] + arguments)
                #expect(outcome.status == 2, "\(outcome.errors)")
            }
        }
    }
}
