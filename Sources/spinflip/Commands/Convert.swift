internal import ArgumentParser
internal import Workflows

struct Convert: Command {
    static let configuration = CommandConfiguration(
        abstract: "Convert a problem over spins or bits between file formats.",
        discussion: """
            Formats: rudy (Max-Cut graphs), qubo (qbsolv), coo (dimod), bqp (OR-Library), sparse (Biq Mac), mqlib (its QUBO files), \
            qplib (its binary problems), bqm (dimod, binary), json. A format with a sense of its own gets the objective, \
            negated where the senses differ; what a format cannot hold is an error.
            """)

    @Argument(help: ArgumentHelp("Problem file.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("Format to write.", valueName: "name"))
    var to: String

    @Option(help: ArgumentHelp("File to write.", valueName: "file"))
    var out: String

    @Option(help: ArgumentHelp("Format to read (default: by name and content).", valueName: "name"))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "min or max: sense of the file that is read (default: max for rudy, bqp and mqlib, else min; qplib and json say it).",
            valueName: "name"))
    var sense: String?

    @OptionGroup var common: CommonOptions

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let report = try ConversionReport(file, from: from, sense: sense, to: to, path: out)
        terminal.finish(report) { report.text }
        return .done
    }
}
