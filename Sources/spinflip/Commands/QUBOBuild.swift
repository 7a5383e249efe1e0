internal import ArgumentParser
internal import QUBOTraining
internal import Workflows

/// The form of a problem that is written down, and its penalties.
struct FormOptions: ParsableArguments {
    @Option(help: ArgumentHelp("qubo or polynomial.", valueName: "name"))
    var form = "qubo"

    @Option(help: ArgumentHelp("Penalty of violated constraints (default: 1 above the bound that makes the form exact, row by row).", valueName: "l"))
    var lambda: Double?

    @Option(help: ArgumentHelp("Of products alone.", valueName: "l"))
    var lambdaProduct: Double?

    @Option(help: ArgumentHelp("Of activations and slack alone.", valueName: "l"))
    var lambdaActivation: Double?

    var penalties: QUBOPenalties { QUBOPenalties(product: lambdaProduct ?? lambda, activation: lambdaActivation ?? lambda) }
}

struct QUBOBuild: Command {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Write the training of a small binary network as a problem for any solver.",
        discussion: """
            Formats are those of spinflip convert; json and bqm keep the names of the bits. The first bits are the weights, w[e], in the order of edges: by \
            target, then by source. A penalty below its bound is a warning.
            """)

    @OptionGroup var task: DiscreteTaskOptions
    @OptionGroup var form: FormOptions

    @Option(help: ArgumentHelp("File to write.", valueName: "file"))
    var out: String

    @Option(help: ArgumentHelp("Format to write (default: by the file's name, else json).", valueName: "name"))
    var format: String?

    @OptionGroup var data: DataOptions
    @OptionGroup var common: CommonOptions

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let request = try FormRequest(
            task.request(seed: common.seed), objective: task.objective, form: form.form, penalties: form.penalties, data.catalog)
        let report = try request.build(to: out, format: format, terminal.control)
        for warning in report.source.warnings { terminal.warn(warning) }
        terminal.finish(report) { report.text }
        return .done
    }
}
