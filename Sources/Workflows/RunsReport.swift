internal import BitCore
internal import Report

/// What `spinflip report` does: one HTML page from run logs, or one chart.
public struct RunsReport: Codable, Sendable, Hashable {
    public var path: String
    public var runs: Int

    /// Reads the logs in `folders` and writes the page to `path`, or only the chart of test accuracy where the path ends in `.svg`.
    /// - Parameter title: nil for one that the page chooses.
    /// - Throws: `RunLogError` for a folder without a log, `FileError` when the page cannot be written.
    public init(folders: [String], title: String? = nil, to path: String) throws {
        let logs = try folders.map { try RunLog(path: $0) }
        if path.lowercased().hasSuffix(".svg") {
            guard let chart = LineChart(runs: logs) else { throw ConfigurationError(reason: "the logs hold no finished epoch to draw") }
            try AtomicFile.write(chart.svgFile(), to: path)
        } else {
            let page = HTMLReport(runs: logs, title: title ?? "Training runs", subtitle: "spinflip \(Version.current)").render()
            try AtomicFile.write(page, to: path)
        }
        self.path = path
        runs = logs.count
    }

    public var text: String { "wrote \(path), \(runs) run\(runs == 1 ? "" : "s")" }
}
