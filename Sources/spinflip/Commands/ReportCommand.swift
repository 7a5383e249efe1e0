internal import ArgumentParser
internal import Workflows

struct ReportCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write one self-contained HTML page from the logs of training runs.")

    @Argument(help: ArgumentHelp("Folders of training runs, or their logs.", valueName: "dir"))
    var folders: [String]

    @Option(help: ArgumentHelp("The page to write; with a name that ends in .svg, only the chart of test accuracy.", valueName: "file"))
    var out: String

    @Option(help: ArgumentHelp("Its title.", valueName: "text"))
    var title: String?

    @OptionGroup var common: CommonOptions

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let report = try RunsReport(folders: folders, title: title, to: out)
        terminal.finish(report) { report.text }
        return .done
    }
}
