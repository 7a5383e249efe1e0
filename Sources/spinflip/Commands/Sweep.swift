internal import ArgumentParser
internal import Workflows

struct SweepCommand: Command {
    static let stopsCleanly = true
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "Train over grids of options and seeds with several workers; a table, plots, and nothing lost by a crash.",
        discussion: """
            The file names a base configuration, lists of values for any option (grid), variants by name, and seeds; Documentation/sweeps.md describes it. \
            Every key is checked before anything runs. The folder gets sweep.sqlite with the state of every run, a folder for each run, report.html, \
            runs.csv and sweep.json. However it was stopped, --resume goes on: runs that are done stay done, those under way go on from their checkpoints, \
            those that failed are tried again. The same command with --resume in another terminal joins in. --seed is added to the seeds of the file. \
            Exit status 1 when a run failed.
            """)

    @Argument(help: ArgumentHelp("The sweep's file (JSON).", valueName: "config"))
    var config: String

    @Option(help: ArgumentHelp("Folder of the sweep.", valueName: "dir"))
    var out: String

    @OptionGroup var workers: WorkerOptions
    @OptionGroup var engine: EngineOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var common: CommonOptions

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let plan = try SweepPlan(SweepConfiguration(path: config), firstSeed: common.seed)
        var sweep = Sweep(plan, folder: out, catalog: data.catalog, engine: try engine.resolve(), threads: common.threadCount)
        sweep.command = "spinflip sweep \(config) --out \(out)"
        let report = try workers.run(sweep, common, engine, terminal)
        terminal.finish(report) { report.text }
        if report.interrupted { terminal.note("stopped with \(report.completed) of \(report.runs) runs done; --resume goes on from \(out)") }
        return report.interrupted ? .interrupted : report.failed > 0 ? .targetNotMet : .done
    }
}
