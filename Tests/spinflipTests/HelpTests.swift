import Foundation
import Testing

/// Help texts against the ones on record. `SPINFLIP_UPDATE_SNAPSHOTS=1` writes them anew.
@Suite struct HelpTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots")
    static let commands = [
        "demo", "train", "evaluate", "predict", "summary", "energy", "export", "bench kernels", "bench inference", "bench training", "bench solvers",
        "bench discrete",
        "solve", "convert",
        "data list",
        "data fetch",
        "data verify", "report", "doctor", "sweep", "reproduce", "qubo build", "qubo train", "qubo verify",
    ]

    @Test(arguments: [""] + commands)
    func helpIsAsRecorded(_ command: String) throws {
        let arguments = command.split(separator: " ").map(String.init) + ["--help"]
        let outcome = try Tool.run(arguments, environment: ["COLUMNS": "100"])
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        let file = Self.folder.appending(path: "help\(command.isEmpty ? "" : "-" + command.replacing(" ", with: "-")).txt")
        if ProcessInfo.processInfo.environment["SPINFLIP_UPDATE_SNAPSHOTS"] == "1" {
            try outcome.output.write(to: file, atomically: true, encoding: .utf8)
        }
        let recorded = try String(contentsOf: file, encoding: .utf8)
        #expect(outcome.output == recorded, "help of “\(command)” changed; SPINFLIP_UPDATE_SNAPSHOTS=1 records it anew")
    }

    @Test(arguments: commands)
    func everyCommandTakesTheCommonOptions(_ command: String) throws {
        let outcome = try Tool.run(command.split(separator: " ").map(String.init) + ["--help"])
        for option in ["--json", "--quiet", "--seed", "--threads"] { #expect(outcome.output.contains(option)) }
    }

    @Test func rootListsEveryCommand() throws {
        let help = try Tool.run("--help").output
        for command in Self.commands { #expect(help.contains("  \(command.split(separator: " ")[0])")) }
    }
}
