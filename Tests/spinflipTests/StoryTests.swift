import Foundation
import Testing

/// The commands one after another, as the README tells them: each takes what the one before wrote, and JSON keys are those of the contract.
@Suite struct StoryTests {
    static func withFolder(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "spinflip-story-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    /// Runs in JSON mode and checks that these keys are there.
    @discardableResult
    static func json(_ arguments: [String], keys: [String], status: Int32 = 0) throws -> [String: Any] {
        let outcome = try Tool.run(arguments + ["--json"])
        #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
        #expect(outcome.output.split(separator: "\n").count == 1)
        let object = try #require(outcome.json)
        for key in keys { #expect(object[key] != nil, "\(arguments[0]) lacks \(key)") }
        return object
    }

    static func succeed(_ arguments: [String]) throws {
        let outcome = try Tool.run(arguments)
        #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
    }

    @Test func trainToReport() throws {
        try Self.withFolder { folder in
            let run = folder + "/run"
            let trained = try Self.json(
                ["train", "--model", "mlp:64-64-10", "--dataset", "digits", "--optimizer", "bop", "--epochs", "2", "--batch-size", "32", "--out", run],
                keys: [
                    "model", "dataset", "optimizer", "epochs", "trainLoss", "trainAccuracy", "testAccuracy", "flipRatio", "imagesPerSecond", "seconds",
                    "peakBytes", "modelPath",
                ])
            let model = try #require(trained["modelPath"] as? String)
            let evaluated = try Self.json(["evaluate", model, "--dataset", "digits"], keys: ["accuracy", "count", "imagesPerSecond"])
            #expect(evaluated["accuracy"] as? Double == trained["testAccuracy"] as? Double)
            #expect(evaluated["count"] as? Int == 360)
            let limited = try Self.json(["evaluate", model, "--dataset", "digits", "--limit", "7"], keys: [])
            #expect(limited["count"] as? Int == 7)

            let rows = folder + "/rows.csv"
            try Array(repeating: Array(repeating: "8", count: 64).joined(separator: ","), count: 3).joined(separator: "\n")
                .write(toFile: rows, atomically: true, encoding: .utf8)
            let predicted = try Self.json(["predict", model, rows], keys: ["predictions"])
            let predictions = try #require(predicted["predictions"] as? [[String: Any]])
            #expect(predictions.count == 3)
            for key in ["class", "label", "scores"] { #expect(predictions[0][key] != nil) }

            let summary = try Self.json(["summary", model], keys: ["layers", "totals"])
            let totals = try #require(summary["totals"] as? [String: Any])
            #expect(totals["fileBytes"] as? Int == totals["predictedFileBytes"] as? Int)

            let exported = try Self.json(
                ["export", model, "--format", "c", "--out", folder + "/c"], keys: ["files", "verified", "flashBytes", "ramBytes"])
            #expect((exported["files"] as? [String])?.count == 3)
            try Self.json(["export", model, "--format", "safetensors", "--out", folder + "/s"], keys: ["files", "verified", "flashBytes", "ramBytes"])
            let bench = try Self.json(["bench", "inference", model], keys: ["rows"])
            let row = try #require((bench["rows"] as? [[String: Any]])?.first)
            for key in ["name", "shape", "isa", "threads", "seconds", "rate", "unit"] { #expect(row[key] != nil) }

            let page = try Self.json(["report", run, "--out", folder + "/report.html"], keys: ["path"])
            #expect(FileManager.default.fileExists(atPath: try #require(page["path"] as? String)))
        }
    }

    @Test func resumedRunIsBitIdentical() throws {
        try Self.withFolder { folder in
            let common = ["train", "--model", "mlp:64-64-10", "--dataset", "digits", "--seed", "3", "--threads", "1", "--quiet"]
            try Self.succeed(common + ["--epochs", "4", "--out", folder + "/whole"])
            try Self.succeed(common + ["--epochs", "2", "--out", folder + "/parts"])
            try Self.succeed(["train", "--resume", "--epochs", "4", "--threads", "1", "--quiet", "--out", folder + "/parts"])
            let (whole, parts) = (folder + "/whole/model.safetensors", folder + "/parts/model.safetensors")
            #expect(FileManager.default.contentsEqual(atPath: whole, andPath: parts))
        }
    }

    @Test func shortDemo() throws {
        try Self.withFolder { folder in
            let demo = try Self.json(
                ["demo", "--epochs", "2", "--out", folder], keys: ["rows", "exactness", "modelBytes", "reportPath"])
            for row in try #require(demo["rows"] as? [[String: Any]]) {
                for key in ["family", "optimizer", "testAccuracy", "seconds"] { #expect(row[key] != nil) }
            }
            let exactness = try #require(demo["exactness"] as? [String: Any])
            #expect(exactness["inputs"] as? Int == 1797)
            #expect(exactness["mismatches"] as? Int == 0)
        }
    }

    @Test func interruptKeepsTheBestSoFar() throws {
        try Self.withFolder { folder in
            let process = Process()
            process.executableURL = Tool.path
            process.arguments = ["train", "--model", "mlp:64-256-10", "--dataset", "digits", "--epochs", "1000000", "--out", folder + "/run", "--json"]
            let (output, errors) = (Pipe(), Pipe())
            process.standardOutput = output
            process.standardError = errors
            try process.run()
            // The first epoch's line says that training is under way.
            _ = errors.fileHandleForReading.availableData
            process.interrupt()
            let drain = errors.fileHandleForReading
            DispatchQueue.global().async { _ = drain.readDataToEndOfFile() }
            let text = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            #expect(process.terminationReason == .exit)
            #expect(process.terminationStatus == 130)
            let object = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
            #expect(object["isComplete"] as? Bool == false)
            #expect(FileManager.default.fileExists(atPath: try #require(object["modelPath"] as? String)))
            #expect(FileManager.default.fileExists(atPath: folder + "/run/checkpoint.safetensors"))
        }
    }
}
