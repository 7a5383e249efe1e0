internal import ArgumentParser
internal import Datasets
internal import Workflows

struct Predict: Command {
    static let configuration = CommandConfiguration(
        abstract: "Classify rows of CSV files, pictures (JPEG, PNG, PGM), the images of IDX files, or the nodes of a graph.",
        discussion: """
            A JPEG or PNG picture is cut and scaled to the model's input as pictures of a folder are in evaluation. A row holds the model's input values, 0 to \
            255 each (or, for a model trained on a table, as in that table), without a label. A model of a graph's nodes takes \
            the name of a graph (spinflip data list) in place of a file.
            """)

    @Argument(help: ArgumentHelp("Model file.", valueName: "model"))
    var model: String

    @Argument(help: ArgumentHelp("Files to classify.", valueName: "input"))
    var inputs: [String]

    @Option(help: ArgumentHelp("Of a graph: which nodes, counted from 1, as 1,5-9 (default: all).", valueName: "list"), transform: NumberList.init)
    var nodes: NumberList?

    @OptionGroup var data: DataOptions
    @OptionGroup var common: CommonOptions

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let report: PredictionReport
        if let graphModel = try LoadedGraphModel(path: model) {
            report = try inputs.map { name in
                let graph = try data.catalog.loadGraph(name, options: DatasetOptions(seed: common.seed))
                return try graphModel.predict(graph, nodes: nodes?.numbers.map { $0 - 1 }, parallel: common.parallel)
            }.reduce(PredictionReport(model: model, predictions: []), +)
        } else {
            guard nodes == nil else { throw ModelKindError(path: model, isGraph: false) }
            report = try LoadedModel(path: model).predict(inputs, parallel: common.parallel)
        }
        terminal.finish(report) { report.text }
        return .done
    }
}
