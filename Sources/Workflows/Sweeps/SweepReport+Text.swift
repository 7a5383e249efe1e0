internal import Foundation
internal import Report

extension SweepReport {
    /// What stands below every table.
    static let method = "± is the 95 % interval of the mean over seeds (Student's t); a single seed has none"

    /// `96.39 ± 0.42 %`.
    static func text(_ interval: MeanInterval?) -> String {
        guard let interval else { return NumberText.none }
        guard let half = interval.halfWidth else { return NumberText.percent(interval.mean) }
        return "\(NumberText.decimal(interval.mean * 100, 2)) ± \(NumberText.percent(half))"
    }

    /// What `spinflip sweep` prints.
    public var text: String {
        var lines = ["\(name): \(runs) run\(runs == 1 ? "" : "s"), \(completed) done" + (failed > 0 ? ", \(failed) failed" : ""), ""]
        var table = TextTable(tableColumns)
        for group in groups { table.append(cells(group)) }
        lines += [table.render(), "", Self.method]
        if !failures.isEmpty {
            lines += [""] + failures.prefix(20).map { "failed  \($0.label): \($0.message)" }
            if failures.count > 20 { lines.append("        and \(failures.count - 20) more; \(csvPath) has them all") }
        }
        lines += ["", "report  \(reportPath)", "data    \(csvPath), \(storePath)"]
        return lines.joined(separator: "\n")
    }

    private var hasVariants: Bool { groups.contains { $0.variant != nil } }

    var tableColumns: [TextTable.Column] {
        var result: [TextTable.Column] = []
        if hasVariants || columns.isEmpty { result.append(.text(hasVariants ? "variant" : "sweep")) }
        result += columns.map { .text($0) }
        return result + [.number("seeds"), .number("test accuracy"), .number("median"), .number("min – max"), .number("train"), .number("time a run")]
    }

    func cells(_ group: Group) -> [String] {
        var cells: [String] = []
        if hasVariants || columns.isEmpty { cells.append(group.variant ?? group.label) }
        cells += columns.map { group.values[$0] ?? "" }
        let total = group.seeds.count + group.failed + group.open
        var range = NumberText.none
        if let low = group.testAccuracies.min(), let high = group.testAccuracies.max(), low < high {
            range = "\(NumberText.decimal(low * 100, 2)) – \(NumberText.percent(high))"
        }
        return cells + [
            group.seeds.count == total ? "\(total)" : "\(group.seeds.count) of \(total)", Self.text(group.testAccuracy),
            NumberText.percent(group.testAccuracy?.median),
            range,
            NumberText.percent(group.trainAccuracy), NumberText.duration(group.seconds),
        ]
    }

    // MARK: Files

    /// One line a run: `runs.csv`.
    static func csv(_ plan: SweepPlan, _ stored: [RunLine]) -> String {
        let byKey = Dictionary(stored.map { ($0.key, $0) }) { first, _ in first }
        var lines = [
            (["label", "variant"] + plan.columns + [
                "model", "dataset", "optimizer", "epochs", "batchSize", "limit", "seed", "state", "testAccuracy", "trainAccuracy", "trainLoss",
                "flipRatio", "imagesPerSecond", "seconds", "peakBytes", "folder", "message",
            ]).map(quoted).joined(separator: ",")
        ]
        for run in plan.runs {
            guard let line = byKey[run.key] else { continue }
            let (group, configuration, result) = (plan.groups[run.group], run.configuration, line.result)
            func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
            var cells = [run.label, group.variant ?? ""] + group.values.map { $0 ?? "" }
            cells += [
                configuration.model, configuration.dataset, configuration.optimizer, "\(configuration.epochs)", "\(configuration.batchSize)",
                configuration.limit.map { "\($0)" } ?? "", "\(configuration.seed)", line.state,
            ]
            cells += [
                number(result?.testAccuracy), number(result?.trainAccuracy), number(result?.trainLoss), number(result?.flipRatio),
                number(result?.imagesPerSecond), number(result?.seconds), result?.peakBytes.map { "\($0)" } ?? "", line.folder, line.message ?? "",
            ]
            lines.append(cells.map(quoted).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What a line of the file says of a run besides its configuration.
    struct RunLine {
        var key: String
        var state: String
        var folder: String
        var result: RunResult?
        var message: String?
    }

    /// RFC 4180: cells with a comma, a quote or a line end stand in quotes.
    private static func quoted(_ cell: String) -> String {
        guard cell.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return cell }
        return "\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
