internal import ArgumentParser
internal import Workflows

struct Predict: Command {
    static let configuration = CommandConfiguration(
        abstract: "Classify rows of CSV files, pictures (JPEG, PNG, PGM), or the images of IDX files.",
        discussion: """
            A JPEG or PNG picture is cut and scaled to the model's input as pictures of a folder are in evaluation. A row holds the model's input values, 0 to \
            255 each (or, for a model trained on a table, as in that table), without a label.
            """)

    @Argument(help: ArgumentHelp("Model file.", valueName: "model"))
    var model: String

    @Argument(help: ArgumentHelp("Files to classify.", valueName: "input"))
    var inputs: [String]

    @OptionGroup var common: CommonOptions

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let report = try LoadedModel(path: model).predict(inputs, parallel: common.parallel)
        terminal.finish(report) { report.text }
        return .done
    }
}
