internal import ArgumentParser
internal import Datasets
internal import Workflows

struct Export: Command {
    static let configuration = CommandConfiguration(
        abstract: "Write a model as C99 or safetensors with test vectors, and verify it.",
        discussion: """
            The exported C is compiled with the system's compiler, where there is one, and every class and score of it is compared with the reference; \
            exit status 1 when any differs.
            """)

    @Argument(help: ArgumentHelp("Model file.", valueName: "model"))
    var model: String

    @Option(help: ArgumentHelp("What to write: c or safetensors.", valueName: "name"))
    var format: String

    @Option(help: ArgumentHelp("Folder to write into.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("Take test vectors from the test split of this data set (default: random bytes).", valueName: "name"))
    var dataset: String?

    @OptionGroup var data: DataOptions
    @OptionGroup var common: CommonOptions

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let format = try ExportFormat(named: format)
        let loaded = try LoadedModel(path: model)
        var options = loaded.datasetOptions(seed: common.seed)
        options.allowsStreaming = false
        let samples = try dataset.map { try data.catalog.load($0, options: options).test }
        let report = try loaded.export(
            as: format, to: out, samples: samples, seed: common.seed, parallel: common.parallel, terminal.control)
        terminal.finish(report) { report.text }
        return report.verified == false ? .targetNotMet : .done
    }
}
