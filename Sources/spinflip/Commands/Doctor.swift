internal import ArgumentParser
internal import Workflows

struct Doctor: Command {
    static let configuration = CommandConfiguration(
        abstract: "Show what this machine offers: instruction sets, engines, threads, memory; with a model, what is odd about it.")

    @Argument(help: ArgumentHelp("Model file to look through.", valueName: "model"))
    var model: String?

    @OptionGroup var common: CommonOptions

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        var report = MachineReport.current(threads: common.threadCount)
        if let model { try report.examine(model) }
        terminal.finish(report) { report.text }
        return .done
    }
}
