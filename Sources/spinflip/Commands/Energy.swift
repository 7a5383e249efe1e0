internal import ArgumentParser
internal import Foundation
internal import Workflows

struct Energy: Command {
    static let stopsCleanly = true
    static let configuration = CommandConfiguration(
        abstract: "Estimate the energy of one inference by a cited table, memory traffic included; compare models.",
        usage: "spinflip energy <model> [--compare <other>] …\n       spinflip energy --model <name> [--compare <other>] …",
        discussion: """
            <model> is a model file or a name such as birealnet18:imagenet. Every operation and every bit that is moved is counted and multiplied by a constant; the \
            tables show counts, constants and products, so that they can be checked by hand. Documentation/Design/energy.md says what is counted and what is \
            not. Where the machine has energy counters, a model file is measured too.
            """)

    @Argument(help: ArgumentHelp("Model file, or a model by name.", valueName: "model"))
    var subject: String?

    @Option(help: ArgumentHelp("A model by name, as it would ship: mlp:784-1024-10 and so on.", valueName: "name"))
    var model: String?

    @Option(help: ArgumentHelp("Energies of operations and memories: horowitz45, qkeras, or a TOML file.", valueName: "table"))
    var table = "horowitz45"

    @Option(help: ArgumentHelp("Memories of the machine: accelerator, edge, cpu, or a TOML file.", valueName: "memory"))
    var memory = "accelerator"

    @Option(help: ArgumentHelp("Models to put beside it, files or names; ratios are theirs over the model's.", valueName: "other"))
    var compare: [String] = []

    @Flag(help: "Vary every constant within what has been published for it, and say which conclusions hold.")
    var sensitivity = false

    @Option(help: ArgumentHelp("Of models by name: how inputs reach them, standard (bytes) or binarised.", valueName: "kind"))
    var input = "standard"

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (subject == nil) != (model == nil) else { throw ValidationError("give a model, or --model with a name") }
        guard ["standard", "binarised"].contains(input) else { throw ValidationError("--input is standard or binarised, not \(input)") }
    }

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        var request = EnergyRequest(model: subject ?? model ?? "")
        (request.table, request.memory, request.compared) = (table, memory, compare)
        (request.withSensitivity, request.binarisedInput) = (sensitivity, input == "binarised")
        let report = try request.report(terminal.control, rest: { Thread.sleep(forTimeInterval: $0) })
        terminal.finish(report) { report.text }
        return .done
    }
}
