internal import ArgumentParser
internal import Foundation
internal import Workflows

struct Doctor: Command {
    static let configuration = CommandConfiguration(
        abstract: "Show what this machine offers: instruction sets, engines, threads, memory; with a model, what is odd about it.",
        discussion: """
            With the folder of a training run that keeps latent weights, their geometry is shown too: the angles between filters and their signs, how well \
            products with the signs follow those with the latent weights on the data, with and without the inputs permuted, and how the weights are spread.
            """)

    @Argument(help: ArgumentHelp("Model file, or folder of a training run, to look through.", valueName: "model"))
    var model: String?

    @Option(help: ArgumentHelp("Of a training run: test items whose activations are looked at.", valueName: "n"))
    var items = 128

    @Option(help: ArgumentHelp("Of a training run: folder for charts of its geometry, and geometry.json.", valueName: "dir"))
    var out: String?

    @OptionGroup var engine: EngineOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...100_000).contains(items) else { throw ValidationError("--items must be between 1 and 100000, not \(items)") }
    }

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        var report = MachineReport.current(threads: common.threadCount)
        if let model, GeometryCheckup.isRun(model) {
            let file = model + "/" + TrainingRun.modelName
            if FileManager.default.fileExists(atPath: file) { try report.examine(file) }
            var checkup = try GeometryCheckup(run: model, catalog: data.catalog, items: items, engine: engine.resolve(), parallel: common.parallel)
            if let out { try checkup.writePlots(to: out) }
            report.examine(checkup)
        } else if let model {
            guard out == nil else {
                throw ConfigurationError(reason: "\(model) is no training run; charts are of latent weights, which only a run's folder holds")
            }
            try report.examine(model)
        }
        terminal.finish(report) { report.text }
        return .done
    }
}
