internal import ArgumentParser
internal import Workflows

struct Doctor: Command {
    static let configuration = CommandConfiguration(
        abstract: "Show what this machine offers: instruction sets, engines, threads, memory.")

    @OptionGroup var common: CommonOptions

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let report = MachineReport.current(threads: common.threadCount)
        terminal.finish(report) { report.text }
        return .done
    }
}
