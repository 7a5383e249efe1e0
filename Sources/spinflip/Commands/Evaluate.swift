internal import ArgumentParser
internal import Datasets
internal import Workflows

struct Evaluate: Command {
    static let stopsCleanly = true
    static let configuration = CommandConfiguration(abstract: "Run packed inference over the test split of a data set, or over a graph.")

    @Argument(help: ArgumentHelp("Model file.", valueName: "model"))
    var model: String

    @Option(help: ArgumentHelp("Data set (spinflip data list names them).", valueName: "name"))
    var dataset: String

    @Option(help: ArgumentHelp("Use only the first items.", valueName: "n"))
    var limit: Int?

    @Option(help: ArgumentHelp("Of folder:PATH: fail, skip or decode, what is done about files that cannot be decoded.", valueName: "how"))
    var damagedImages = "fail"

    @OptionGroup var data: DataOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1, not \(limit)") }
    }

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        if DatasetCatalog.isGraph(dataset) {
            guard limit == nil else { throw ConfigurationError(reason: "a graph is evaluated whole; leave out --limit") }
            let graph = try data.catalog.loadGraph(dataset, options: DatasetOptions(seed: common.seed))
            guard let loaded = try LoadedGraphModel(path: model) else { throw ModelKindError(path: model, isGraph: false) }
            let report = try loaded.evaluate(on: graph, parallel: common.parallel, terminal.control)
            terminal.finish(report) { report.text }
            return .done
        }
        let loaded = try LoadedModel(path: model)
        guard let damaged = DamagedImages(rawValue: damagedImages) else {
            throw UnknownName("way with damaged images", damagedImages, known: DamagedImages.allCases.map(\.rawValue))
        }
        var options = loaded.datasetOptions(seed: common.seed)
        (options.damagedImages, options.parallel) = (damaged, common.parallel)
        let labelled = try data.catalog.load(dataset, options: options)
        var report = try loaded.evaluate(on: labelled.test.prefix(limit), parallel: common.parallel, terminal.control)
        if damaged != .fail { report.leftOut = labelled.leftOut.count }
        terminal.finish(report) { report.text }
        return report.isComplete ? .done : .interrupted
    }
}
