internal import ArgumentParser
internal import Workflows

struct Reproduce: Command {
    static let stopsCleanly = true
    static let configuration = CommandConfiguration(
        abstract: "Do a published experiment again: our figures beside the published ones.",
        discussion: """
            "list" says what there is, what it needs and how long it takes. Most experiments are sweeps (spinflip sweep --help): stopped, they go on with \
            --resume, and --workers shares the work. The folder gets NAME.json, NAME.md and NAME.html with the table, the command, the machine, the seeds and \
            what the table does not show, besides what a sweep writes. Exit status 1 when a run failed.
            """)

    @Argument(help: ArgumentHelp("An experiment, or list.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("quick (an impression) or full (the table).", valueName: "name"))
    var budget = "quick"

    @Option(help: ArgumentHelp("Folder to write into.", valueName: "dir"))
    var out: String?

    @Option(help: ArgumentHelp("The commit that the program was built from, for the pages.", valueName: "text"))
    var commit: String?

    @OptionGroup var workers: WorkerOptions
    @OptionGroup var engine: EngineOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if name != "list", out == nil { throw ValidationError("--out is missing; name the folder to write into") }
    }

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        guard name != "list", let out else {
            let list = ExperimentList()
            terminal.finish(list) { list.text }
            return .done
        }
        guard let budget = Experiment.Budget(rawValue: budget) else {
            throw UnknownName("budget", self.budget, known: Experiment.Budget.allCases.map(\.rawValue))
        }
        let experiment = try Experiment(named: name)
        let command = "spinflip reproduce \(name) --budget \(budget.rawValue) --out \(out)"
        if experiment.isTable {
            guard !workers.resume, workers.workers == 1 else {
                throw ConfigurationError(reason: "\(name) is made in one go; leave out --resume and --workers")
            }
            var table = try TableReproduction(
                experiment, budget: budget, folder: out, catalog: data.catalog, engine: engine.resolve(), threads: common.threadCount, seed: common.seed)
            table.command = command
            table.commit = commit ?? table.commit
            let report = try table.run(terminal.control)
            terminal.finish(report) { report.text }
            return report.interrupted ? .interrupted : .done
        }
        var reproduction = try Reproduction(
            experiment, budget: budget, folder: out, catalog: data.catalog, engine: engine.resolve(), threads: common.threadCount, seed: common.seed)
        reproduction.command = command
        reproduction.commit = commit ?? reproduction.commit
        reproduction.sweep.command = reproduction.command
        terminal.note(reproduction.setting)
        let report = try reproduction.report(workers.run(reproduction.sweep, common, engine, terminal))
        terminal.finish(report) { report.text }
        if report.interrupted { terminal.note("stopped with \(report.completed) of \(report.runs) runs done; --resume goes on from \(out)") }
        return report.interrupted ? .interrupted : report.failed > 0 ? .targetNotMet : .done
    }
}
