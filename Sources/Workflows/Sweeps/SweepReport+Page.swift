internal import Foundation
internal import Report
internal import RunStore

extension SweepReport {
    /// The page: what came out, with intervals, the curves of every group, what failed, how it was made.
    /// - Parameter curves: what the runs logged, by group label.
    func page(_ curves: [(label: String, logs: [RunLog])], command: String) -> HTMLReport {
        var sections = [HTMLReport.Section("", [.cards(cards), .table(table), .text(Self.method)])]
        if let chart = intervals { sections.append(.init("Test accuracy", [.intervals(chart)])) }
        let lines = Self.lines(curves)
        if !lines.isEmpty { sections.append(.init("Curves, mean over seeds", [.columns(lines.map { .lines($0) })])) }
        if !failures.isEmpty {
            sections.append(
                .init("Failed runs", [.table(.init(columns: [.text("Run"), .text("Why")], rows: failures.map { [$0.label, $0.message] }))]))
        }
        sections.append(.init("How it was made", [.code(command), .details("Configurations", configurations)]))
        return HTMLReport(title: name, subtitle: "sweep of \(runs) runs, spinflip \(Version.current)", sections: sections)
    }

    private var cards: [HTMLReport.Card] {
        var cards: [HTMLReport.Card] = []
        if let best, let accuracy = best.testAccuracy { cards.append(.init("Best mean test accuracy", Self.text(accuracy), detail: best.label)) }
        cards.append(
            .init("Runs done", "\(completed) of \(runs)", detail: failed > 0 ? "\(failed) failed" : "", tone: failed > 0 ? .bad : .plain))
        cards.append(.init("Training time", NumberText.duration(trainingSeconds), detail: "summed over the runs"))
        return cards
    }

    var table: HTMLReport.Table {
        .init(
            columns: tableColumns, rows: groups.map(cells), highlighted: best.flatMap { best in groups.firstIndex(of: best) }.map { [$0] } ?? [])
    }

    var intervals: IntervalChart? {
        let points = groups.compactMap { group in
            group.testAccuracy.map { accuracy in
                IntervalChart.Point(
                    group.label, accuracy.mean, halfWidth: accuracy.halfWidth, values: group.testAccuracies, text: Self.text(accuracy))
            }
        }
        guard points.count > 1 else { return nil }
        return IntervalChart(title: "Mean over seeds with its 95 % interval; small dots are the runs", points: points, unit: .percent)
    }

    /// Mean over the seeds of a group, epoch by epoch, as far as all its logs go.
    static func lines(_ curves: [(label: String, logs: [RunLog])]) -> [LineChart] {
        func chart(_ title: String, unit: ValueUnit = .plain, isLogarithmic: Bool = false, _ value: (RunEvent.Epoch) -> Double?) -> LineChart? {
            let series = curves.compactMap { curve -> LineChart.Series? in
                let runs = curve.logs.map(\.epochs)
                guard let length = runs.map(\.count).min(), length > 0 else { return nil }
                var (x, y): ([Double], [Double]) = ([], [])
                for index in 0..<length {
                    let values = runs.compactMap { value($0[index]) }
                    guard values.count == runs.count else { continue }
                    x.append(Double(runs[0][index].epoch))
                    y.append(values.reduce(0, +) / Double(values.count))
                }
                return x.isEmpty ? nil : LineChart.Series(curve.label, x: x, y: y)
            }
            guard series.contains(where: { $0.y.contains { $0.isFinite && (!isLogarithmic || $0 > 0) } }) else { return nil }
            return LineChart(title: title, xLabel: "epoch", series: series, unit: unit, isLogarithmic: isLogarithmic)
        }
        return [
            chart("Test accuracy", unit: .percent) { $0.testAccuracy }, chart("Training loss") { $0.trainLoss },
            chart("Training accuracy", unit: .percent) { $0.trainAccuracy },
            chart("Flip ratio: share of signs that change in a step", isLogarithmic: true) { $0.flipRatio },
        ].compactMap { $0 }
    }

    private var configurations: [HTMLReport.Block] {
        groups.map { group in
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            let text = (try? encoder.encode(group.configuration)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            return .code("\(group.label), seeds \(group.seeds.map { "\($0)" }.joined(separator: ", "))\n\(text)")
        }
    }
}
