internal import ArgumentParser
internal import Profiling
internal import Workflows

struct Summary: Command {
    static let configuration = CommandConfiguration(
        abstract: "Show a model layer by layer: shapes, parameters by width, bytes, operations.",
        usage: "spinflip summary <file>\n       spinflip summary --model <name>")

    @Argument(help: ArgumentHelp("Model file.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("A model by name instead, as it would ship: mlp:784-1024-10 and so on.", valueName: "name"))
    var model: String?

    @Option(help: ArgumentHelp("With --model: how inputs reach it, standard (bytes) or binarised.", valueName: "kind"))
    var input = "standard"

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (file == nil) != (model == nil) else { throw ValidationError("give a model file, or --model with a name") }
        guard ["standard", "binarised"].contains(input) else { throw ValidationError("--input is standard or binarised, not \(input)") }
    }

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let summary = try file.map { try ModelSummary(contentsOf: $0) } ?? ModelSummary(named: model ?? "", binarisedInput: input == "binarised")
        terminal.finish(summary) { summary.text }
        return .done
    }
}
