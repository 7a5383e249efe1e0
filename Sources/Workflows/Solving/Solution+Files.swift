internal import BitCore
internal import Foundation
internal import Ising
internal import Report

extension Solution {
    /// Writes all samples as one JSON object.
    /// - Throws: `FileError`.
    public func writeSamples(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let document = Document(
            source: report.source, sampler: report.sampler, seed: report.seed, sense: report.sense, vartype: report.vartype,
            variables: report.variables, samples: samples)
        try AtomicFile.write(Array(encoder.encode(document)) + [UInt8(ascii: "\n")], to: path)
    }

    /// Writes the chart of the objective over time as an SVG file.
    /// - Throws: `FileError`.
    public func writePlot(to path: String) throws { try AtomicFile.write(report.chart.svgFile(), to: path) }

    /// Writes the report as one HTML page, and returns its path.
    /// - Parameter path: of the page, or of a folder for `report.html`.
    /// - Throws: `FileError`.
    @discardableResult
    public func writePage(to path: String) throws -> String {
        var file = path
        if !path.lowercased().hasSuffix(".html") {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            file = path + "/report.html"
        }
        try AtomicFile.write(report.page.render(), to: file)
        return file
    }
}

extension SolveReport {
    /// The best objective over time, a step at every improvement.
    var chart: LineChart {
        var (x, y): ([Double], [Double]) = ([], [])
        // A logarithmic axis needs a beginning; nothing comes before the clock's grain.
        let end = Swift.max(seconds - readSeconds, trajectory.last?.seconds ?? 0, 2e-5)
        for point in trajectory {
            let at = Swift.max(point.seconds, 1e-5)
            if let last = y.last {
                x.append(at)
                y.append(last)
            }
            x.append(at)
            y.append(point.objective)
        }
        if let last = y.last {
            x.append(end)
            y.append(last)
        }
        var series = [LineChart.Series("objective", x: x, y: y)]
        if let first = x.first {
            if let target { series.append(.init("target", x: [first, end], y: [target, target], isDashed: true)) }
            if let bound { series.append(.init("bound", x: [first, end], y: [bound, bound], isDashed: true)) }
        }
        return LineChart(
            title: "Best objective over time (\(sense.rawValue)imised)", xLabel: "seconds", yLabel: "objective", series: series, xIsWhole: false,
            xIsLogarithmic: true)
    }

    /// One page about the search.
    var page: HTMLReport {
        var cards = [HTMLReport.Card("objective", Self.grouped(objective), detail: "\(sense.rawValue)imised", tone: feasible ? .plain : .bad)]
        if !feasible { cards.append(.init("infeasible", "\(violations.count)", detail: "of \(constraints) constraints do not hold", tone: .bad)) }
        if let target {
            let isMet = targetMet == true
            cards.append(.init("target", Self.number(target), detail: isMet ? "met" : "not met", tone: isMet ? .good : .bad))
        }
        if let bound {
            cards.append(.init("bound", Self.number(bound), detail: "gap \(NumberText.percent(gap))", tone: gap == 0 ? .good : .plain))
        }
        cards.append(.init("best after", Self.time(secondsToBest), detail: "of \(Self.time(seconds - readSeconds))"))
        var rows = [
            ["sampler", sampler], ["variables", NumberText.grouped(variables)], ["interactions", NumberText.grouped(interactions)],
            ["constraints", NumberText.grouped(constraints)],
            ["searched as", form == .quadratised ? "a QUBO with \(auxiliaries) auxiliary bits" : "given"],
            ["energy", Self.number(energy)], ["end", why], ["updates", NumberText.grouped(updates)],
            ["seed", "\(seed)"], ["threads", "\(threads)"], ["samples", "\(reads)"],
        ]
        if let timeLimit { rows.append(["time limit", Self.time(timeLimit)]) }
        rows += details.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
        var sections = [
            HTMLReport.Section("", [.cards(cards), .lines(chart)]),
            .init("The search", [.table(.init(columns: [.text("what"), .text("value")], rows: rows))]),
        ]
        if !violations.isEmpty {
            let table = HTMLReport.Table(
                columns: [.text("constraint"), .number("off by")], rows: violations.map { [$0.constraint, Self.number($0.violation)] })
            sections.append(.init("Constraints that do not hold", [.table(table)]))
        }
        let steps = trajectory.suffix(200).map { [Self.time($0.seconds), Self.number($0.objective), NumberText.grouped($0.updates)] }
        let table = HTMLReport.Table(columns: [.number("after"), .number("objective"), .number("updates")], rows: steps)
        sections.append(.init("", [.details("Every improvement", [.table(table)])]))
        let name = source.split(separator: "/").last.map(String.init) ?? source
        return HTMLReport(title: name, subtitle: "spinflip \(Version.current), solve", sections: sections)
    }
}
