internal import ArgumentParser
internal import BitCore
internal import Foundation
internal import Workflows

struct DemoCommand: Command {
    static let stopsCleanly = true
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "The whole story on the embedded digits: train, pack, export, verify, report.",
        discussion: """
            Trains one network with each family of methods, packs the best, exports it as C99, checks that packed inference on every instruction set \
            and the compiled C agree with the network on all 1,797 images, and writes an HTML report. Exit status 1 when any answer differs.
            """)

    @Option(help: ArgumentHelp("Folder to write into.", valueName: "dir"))
    var out = "out/demo"

    @Option(help: ArgumentHelp("Train for fewer epochs, for a quick look (default: 100).", valueName: "n"))
    var epochs: Int?

    @OptionGroup var engine: EngineOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let epochs, epochs < 1 { throw ValidationError("--epochs must be at least 1, not \(epochs)") }
    }

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let demo = Demo(folder: out, seed: common.seed, epochs: epochs)
        let report = try demo.run(
            engine: engine.resolve(), parallel: common.parallel, terminal.control, wallTime: { Date().timeIntervalSince1970 })
        guard let report else {
            terminal.finish(Stopped(interrupted: true, out: out)) { "stopped early; what was trained is in \(out)" }
            return .interrupted
        }
        terminal.finish(report) { report.text }
        return report.exactness.mismatches == 0 ? .done : .targetNotMet
    }

    private struct Stopped: Encodable {
        var interrupted: Bool
        var out: String
    }
}
