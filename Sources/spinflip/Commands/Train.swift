internal import ArgumentParser
internal import Datasets
internal import Foundation
internal import Workflows

struct Train: Command {
    static let stopsCleanly = true
    static let configuration = CommandConfiguration(
        abstract: "Train a network; write config, log, checkpoints and the packed model into a folder.",
        discussion: """
            Options on the command line override those of --config. With --resume, a run goes on from its last checkpoint, as if it had never stopped; \
            its folder's config.json is read unless --config names another.

            SETTINGS for --set:
            \(TrainingPlan.settingsHelp.map { "  \($0.key): \($0.meaning)" }.joined(separator: "\n"))
            """)

    @Option(help: ArgumentHelp("Model: mlp:784-1024-10 and so on, widths from inputs to classes; bigcn for graphs.", valueName: "name"))
    var model: String?

    @Option(help: ArgumentHelp("Data set (spinflip data list names them).", valueName: "name"))
    var dataset: String?

    @Option(help: ArgumentHelp("Optimizer: adam (latent weights) or bop (bit flips) (default: adam).", valueName: "name"))
    var optimizer: String?

    @Option(help: ArgumentHelp("Passes over the training items (default: 10; of graphs: 550).", valueName: "n"))
    var epochs: Int?

    @Option(help: ArgumentHelp("Items a step; 0 is the full batch (default: 128; of graphs: 0).", valueName: "n"))
    var batchSize: Int?

    @Option(help: ArgumentHelp("Folder of the run.", valueName: "dir"))
    var out: String

    @Option(name: .customLong("set"), parsing: .singleValue, help: ArgumentHelp("A setting; may be given more than once.", valueName: "key=value"))
    var settings: [String] = []

    @Option(help: ArgumentHelp("Configuration file, as written to a run's folder.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Use only the first training items.", valueName: "n"))
    var limit: Int?

    @Flag(help: "Go on from the folder's checkpoint.")
    var resume = false

    @Flag(help: "Check configuration and data, say what would be trained, and stop.")
    var dryRun = false

    @OptionGroup var engine: EngineOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var common: CommonOptions

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let request = TrainingRequest(
            folder: out, configuration: config, resume: resume, model: model, dataset: dataset, optimizer: optimizer, epochs: epochs,
            batchSize: batchSize, seed: common.givenSeed, limit: limit, settings: settings)
        let configuration = try request.resolve()
        let engine = try engine.resolve()
        if DatasetCatalog.isGraph(configuration.dataset) {
            let graph = try data.catalog.loadGraph(configuration.dataset, options: configuration.datasetOptions())
            if dryRun { throw ConfigurationError(reason: "--dry-run is of runs over items, not over the graph \(configuration.dataset); leave it out") }
            return finish(
                try GraphTrainingRun(configuration, graph, folder: out).run(
                    resume: resume, engine: engine, threads: common.threadCount, terminal.control, wallTime: { Date().timeIntervalSince1970 }),
                configuration, terminal)
        }
        let labelled = try data.catalog.load(configuration.dataset, options: configuration.datasetOptions(parallel: common.parallel))
        if dryRun {
            let outline = try TrainingOutline(configuration, labelled)
            terminal.finish(outline) { outline.text }
            return .done
        }
        let run = try TrainingRun(configuration, labelled, folder: out)
        let result = try run.run(
            resume: resume, engine: engine, threads: common.threadCount, terminal.control, wallTime: { Date().timeIntervalSince1970 })
        return finish(result, configuration, terminal)
    }

    private func finish(_ result: TrainingResult, _ configuration: TrainingConfiguration, _ terminal: Terminal) -> ExitStatus {
        terminal.finish(result) { result.text }
        if !result.isComplete { terminal.note("stopped after \(result.epochs) of \(configuration.epochs) epochs; --resume goes on from \(out)") }
        return result.isComplete ? .done : .interrupted
    }
}
