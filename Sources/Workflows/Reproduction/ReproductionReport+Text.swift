internal import Foundation
internal import Report

extension ReproductionReport {
    /// Below every table.
    var method: String {
        guard let scatter else {
            return """
                ± is the 95 % interval of the mean over seeds (Student's t). Differences are taken seed by seed, in percentage points, with the \
                interval of their mean.
                """
        }
        let points = { NumberText.decimal($0 * 100, 2) }
        return """
            ± is the 95 % interval of the mean (Student's t), from what the seeds of all rows scatter: a standard deviation of \
            \(points(scatter.deviation)) points with \(scatter.degrees) degrees of freedom, taken to be the same in every row. Differences are in \
            percentage points. Two rows of two seeds that are \(points(scatter.halfWidth(ofDifferences: 2))) points apart differ at 95 %, taken alone: \
            of twenty such pairs that are alike one looks different.
            """
    }

    private static func points(_ value: Double) -> String { "\(value < 0 ? "−" : "+")\(NumberText.decimal(abs(value) * 100, 2))" }

    func published(_ row: Row) -> String {
        if let unit = row.unit { return row.published.map { "\(NumberText.compact($0)) \(unit)" } ?? NumberText.none }
        return row.published.map { row.isDifference ? Self.points($0) : NumberText.percent($0, places: 1) } ?? NumberText.none
    }

    func ours(_ row: Row) -> String {
        guard let mean = row.ours else { return NumberText.none }
        if let unit = row.unit { return NumberText.compact(mean) + (row.interval.map { " ± \(NumberText.compact($0))" } ?? "") + " \(unit)" }
        let half = row.interval.map { " ± \(NumberText.decimal($0 * 100, 2))" } ?? ""
        return row.isDifference ? Self.points(mean) + half : NumberText.decimal(mean * 100, 2) + half + "\u{202F}%"
    }

    /// The note, with the p-value and what else was measured.
    func note(_ row: Row) -> String {
        let p = row.pValue.map { $0 < 0.0001 ? "p < 0.0001" : "p = \(NumberText.decimal($0, 4))" }
        let measures = (row.measures ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \(NumberText.compact($0.value))" }
        return ([p].compactMap { $0 } + measures + [row.note]).filter { !$0.isEmpty }.joined(separator: "; ")
    }

    private func cells(_ row: Row) -> [String] { [row.what, published(row), ours(row), "\(row.seeds.count)", note(row)] }

    /// What `spinflip reproduce` prints.
    public var text: String {
        var table = TextTable([.text("what"), .number("published"), .number("ours"), .number("seeds"), .text("note")])
        var ruled = false
        for row in rows {
            if row.isDifference, !ruled {
                table.appendRule()
                ruled = true
            }
            table.append(cells(row))
        }
        var lines = ["\(title) (\(budget.rawValue))", "", setting, "", table.render(), "", method, ""]
        lines += ["Not shown:"] + notShown.map { "- \($0)" }
        if !failures.isEmpty { lines += [""] + failures.map { "failed  \($0.label): \($0.message)" } }
        lines += ["", "pages  \(pagePath), \(markdownPath)" + (sweepPath.map { "; curves \($0)" } ?? "")]
        return lines.joined(separator: "\n")
    }

    /// The chart of the means.
    private var means: IntervalChart? {
        let accuracies = rows.filter { !$0.isDifference && $0.ours != nil && $0.unit == nil }
        guard accuracies.count > 1 else { return nil }
        // More dots than these hide one another.
        let showsRuns = accuracies.allSatisfy { $0.values.count <= 40 }
        return IntervalChart(
            title: "\(measure ?? "Test accuracy"): mean over seeds with its 95 % interval" + (showsRuns ? "; small dots are the runs" : ""),
            points: accuracies.map { row in
                .init(row.what, row.ours ?? 0, halfWidth: row.interval, values: showsRuns ? row.values : [], text: ours(row))
            }, unit: .percent)
    }

    /// A chart as a file beside the page.
    struct Picture {
        var name: String
        var title: String
        var svg: String
    }

    func pictures(charts: [IntervalChart], lines: [LineChart], scatters: [ScatterChart] = []) -> [Picture] {
        let intervals = ([means].compactMap { $0 } + charts).map { ($0.title, $0.svgFile()) }
        let all = intervals + lines.map { ($0.title, $0.svgFile()) } + scatters.map { ($0.title, $0.svgFile()) }
        return all.enumerated().map { place, chart in
            Picture(name: all.count == 1 ? "\(name).svg" : "\(name)-\(place + 1).svg", title: chart.0, svg: chart.1)
        }
    }

    /// The page for a folder of results.
    func markdown(_ pictures: [Picture]) -> String {
        var lines = ["# \(title)", "", setting, "", "Source of the published figures: \(source).", ""]
        lines += markdownTable(rows)
        lines += ["", method, ""] + pictures.flatMap { ["![\($0.title)](\($0.name))", ""] }
        lines += ["## What is not shown", ""] + notShown.map { "- \($0)" }
        if !failures.isEmpty { lines += ["", "## Failed runs", ""] + failures.map { "- \($0.label): \($0.message)" } }
        lines += ["", "## How it was made", "", "```", command, "```", ""]
        lines += facts.map { "- \($0.0): \($0.1)" }
        if let details { lines += ["", "## What the table sums up", ""] + markdownTable(details) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func markdownTable(_ rows: [Row]) -> [String] {
        ["| what | published | ours | seeds | note |", "|---|---:|---:|---:|---|"]
            + rows.map { "| " + cells($0).map { $0.replacingOccurrences(of: "|", with: "\\|") }.joined(separator: " | ") + " |" }
    }

    private var facts: [(String, String)] {
        [
            ("budget", budget.rawValue), ("runs", "\(completed) of \(runs) done" + (failed > 0 ? ", \(failed) failed" : "")),
            ("seeds", seeds.map { "\($0)" }.joined(separator: ", ")),
            ("training time", "\(NumberText.duration(trainingSeconds)), summed over the runs"), ("program", "spinflip \(version), commit \(commit)"),
            ("machine", machine),
        ]
    }

    private func pageTable(_ rows: [Row]) -> HTMLReport.Table {
        HTMLReport.Table(columns: [.text("What"), .number("Published"), .number("Ours"), .number("Seeds"), .text("Note")], rows: rows.map(cells))
    }

    /// The web page.
    func page(charts: [IntervalChart], lines: [LineChart] = [], scatters: [ScatterChart] = [], curves: String) -> HTMLReport {
        let first: [HTMLReport.Block] = [
            .text(setting), .table(pageTable(rows)), .text(method), .text("Source of the published figures: \(source)."),
        ]
        var sections = [HTMLReport.Section("", first)]
        if let means { sections.append(.init("Ours", [.intervals(means)])) }
        if !lines.isEmpty { sections.append(.init("Curves", lines.map { .lines($0) })) }
        if !scatters.isEmpty { sections.append(.init("Plots", scatters.map { .scatter($0) })) }
        if !charts.isEmpty { sections.append(.init("Differences", charts.map { .intervals($0) })) }
        if let details { sections.append(.init("What the table sums up", [.details("\(details.count) rows", [.table(pageTable(details))])])) }
        sections.append(.init("What is not shown", [.text(notShown.map { "• \($0)" }.joined(separator: "\n"))]))
        if !failures.isEmpty {
            sections.append(
                .init("Failed runs", [.table(.init(columns: [.text("Run"), .text("Why")], rows: failures.map { [$0.label, $0.message] }))]))
        }
        sections.append(
            .init(
                "How it was made",
                [
                    .code(command), .table(.init(columns: [.text(""), .text("")], rows: facts.map { [$0.0, $0.1] })),
                ] + (curves.isEmpty ? [] : [.text(curves)])))
        return HTMLReport(title: title, subtitle: "\(name), budget \(budget.rawValue)", sections: sections)
    }
}
