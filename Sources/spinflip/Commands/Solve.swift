internal import ArgumentParser
internal import Synchronization
internal import Workflows

struct Solve: Command {
    static let stopsCleanly = true
    static let configuration = CommandConfiguration(
        abstract: "Solve an Ising, QUBO, Max-Cut or polynomial problem.",
        discussion: """
            The best assignment found is valid at any time; Ctrl-C keeps it. Samplers: \(SolveRequest.samplerNames). An external sampler is any \
            program that reads the problem as JSON and writes lines of 0 and 1; Sources/Ising/README.md has its format. Constraints and terms of \
            higher degree are searched as they are by polynomial, as a QUBO with auxiliary bits by other samplers; auto chooses. Exit status 1 says \
            that a target was given and not met.
            """)

    @Argument(help: ArgumentHelp("Problem file.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("Format to read (default: by name and content).", valueName: "name"))
    var format: String?

    @Option(
        help: ArgumentHelp(
            "min or max: sense of the file (default: max for rudy, bqp and mqlib, else min; qplib and json say it).", valueName: "name"))
    var sense: String?

    @Option(help: ArgumentHelp("What searches.", valueName: "name"))
    var sampler = "auto"

    @Option(help: ArgumentHelp("Options of the sampler: a JSON object, or @ and a file that holds one.", valueName: "json"))
    var options: String?

    @Option(
        help: ArgumentHelp(
            "Seconds to search, reading excluded (default: 10, but none with --reads or for samplers that end by themselves).", valueName: "s"))
    var timeLimit: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Objective at which to stop, in units of the file.", valueName: "e"))
    var target: Double?

    @Option(help: ArgumentHelp("Reads to make.", valueName: "n"))
    var reads: Int?

    @Flag(help: "Give the best assignment: two hexadecimal digits for each 8 variables, the first variable the lowest bit.")
    var assignment = false

    @Option(help: ArgumentHelp("Write a chart of the objective over time, as SVG.", valueName: "file"))
    var plot: String?

    @Option(help: ArgumentHelp("Write all samples, as JSON.", valueName: "file"))
    var out: String?

    @Option(help: ArgumentHelp("Write a page about the search: FILE.html, or a folder for report.html.", valueName: "path"))
    var report: String?

    @OptionGroup var common: CommonOptions

    func perform(_ terminal: Terminal) throws -> ExitStatus {
        let request = SolveRequest(
            file, format: format, sense: sense, sampler: sampler, options: options, timeLimit: timeLimit, target: target, reads: reads,
            seed: common.seed, threads: common.threadCount)
        let notes = ImprovementNotes(terminal)
        var solution = try request.solve(terminal.control) { notes.add($0) }
        if assignment { solution.report.assignment = solution.samples.first?.assignment }
        if let out { try solution.writeSamples(to: out) }
        if let plot { try solution.writePlot(to: plot) }
        if let report { try solution.writePage(to: report) }
        terminal.finish(solution.report) { solution.report.text }
        guard solution.report.isComplete else { return .interrupted }
        return solution.report.targetMet == false ? .targetNotMet : .done
    }
}

/// A line at improvements, but not hundreds a second.
private final class ImprovementNotes: Sendable {
    private let terminal: Terminal
    private let last = Mutex(-Double.infinity)

    init(_ terminal: Terminal) { self.terminal = terminal }

    func add(_ point: SolveReport.Point) {
        let isDue = last.withLock { last in
            guard point.seconds - last >= 0.2 else { return false }
            last = point.seconds
            return true
        }
        if isDue { terminal.note(point.line) }
    }
}
