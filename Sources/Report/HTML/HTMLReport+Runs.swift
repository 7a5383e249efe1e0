extension HTMLReport {
    /// Training runs side by side: what came out, the curves, and the settings and layers of each.
    /// - Parameter subtitle: when and by what the report was made.
    public init(runs: [RunLog], title: String = "Training runs", subtitle: String = "") {
        let runs = Self.withDistinctNames(runs)
        var sections = [Section("", [.cards(Self.cards(runs)), .table(Self.table(runs))])]
        let curves = Self.curves(runs)
        if !curves.isEmpty { sections.append(Section("Curves", [.columns(curves.map(Block.lines))])) }
        for run in runs { sections.append(Section(run.name, Self.blocks(run))) }
        self.init(title: title, subtitle: subtitle, sections: sections)
    }

    /// Two runs of one name become `name` and `name (2)`.
    static func withDistinctNames(_ runs: [RunLog]) -> [RunLog] {
        var seen: [String: Int] = [:]
        return runs.map { run in
            var run = run
            let name = run.start?.name ?? run.name
            seen[name, default: 0] += 1
            run.name = (seen[name] ?? 1) > 1 ? "\(name) (\(seen[name] ?? 1))" : name
            return run
        }
    }

    private static func testAccuracy(_ run: RunLog) -> Double? { run.end?.testAccuracy ?? run.epochs.last?.testAccuracy }

    /// Wall time where the run ended, else the sum of its epochs.
    private static func seconds(_ run: RunLog) -> Double { run.end?.seconds ?? run.epochs.reduce(0) { $0 + $1.seconds } }

    private static func peakBytes(_ run: RunLog) -> Int? { ([run.end?.peakBytes] + run.epochs.map(\.peakBytes)).compactMap { $0 }.max() }

    private static func best(_ runs: [RunLog]) -> RunLog? {
        runs.filter { testAccuracy($0) != nil }.max { (testAccuracy($0) ?? 0) < (testAccuracy($1) ?? 0) }
    }

    private static func state(_ run: RunLog) -> String {
        if let end = run.end { return end.reason.rawValue }
        return run.isCut ? "cut off" : "no end logged"
    }

    private static func cards(_ runs: [RunLog]) -> [Card] {
        var cards: [Card] = []
        if let best = best(runs) {
            let (label, detail) = runs.count > 1 ? ("Best test accuracy", best.name) : ("Test accuracy", best.start?.dataset ?? "")
            cards.append(Card(label, NumberText.percent(testAccuracy(best)), detail: detail))
        }
        if runs.count > 1 {
            let unfinished = runs.count { $0.end?.reason != .completed }
            cards.append(Card("Runs", "\(runs.count)", detail: unfinished == 0 ? "all completed" : "\(unfinished) not completed"))
        } else if let run = runs.first {
            cards.append(Card("Epochs", "\(run.epochs.last?.epoch ?? 0)", detail: state(run), tone: run.end?.reason == .failed ? .bad : .plain))
        }
        cards.append(Card(runs.count > 1 ? "Total time" : "Time", NumberText.duration(runs.reduce(0) { $0 + seconds($1) })))
        if let rate = runs.compactMap({ rate($0) }).max() {
            cards.append(Card(runs.count > 1 ? "Fastest training" : "Training", NumberText.compact(rate), detail: "images a second"))
        }
        if let peak = runs.compactMap({ peakBytes($0) }).max() { cards.append(Card("Peak memory", NumberText.bytes(peak))) }
        return cards
    }

    /// Median over the epochs: the first one warms up, others may be disturbed.
    private static func rate(_ run: RunLog) -> Double? {
        let rates = run.epochs.map(\.imagesPerSecond).filter { $0 > 0 && $0.isFinite }.sorted()
        return rates.isEmpty ? nil : rates[rates.count / 2]
    }

    private static func table(_ runs: [RunLog]) -> Table {
        let best = runs.count > 1 ? best(runs).flatMap { best in runs.firstIndex { $0.name == best.name } } : nil
        return Table(
            columns: [
                .text("Run"), .text("Model"), .text("Data set"), .text("Optimizer"), .number("Epochs"), .number("Train loss"), .number("Train acc."),
                .number("Test acc."), .number("Flip ratio"), .number("Images/s"), .number("Time"),
            ],
            rows: runs.map { run in
                let last = run.epochs.last
                return [
                    run.name, run.start?.model ?? NumberText.none, run.start?.dataset ?? NumberText.none, run.start?.optimizer ?? NumberText.none,
                    last.map { "\($0.epoch)" } ?? "0", NumberText.compact(last?.trainLoss), NumberText.percent(last?.trainAccuracy),
                    NumberText.percent(testAccuracy(run)), NumberText.compact(last?.flipRatio), NumberText.compact(rate(run)),
                    NumberText.duration(seconds(run)),
                ]
            },
            highlighted: best.map { [$0] } ?? [])
    }

    static func curves(_ runs: [RunLog]) -> [LineChart] {
        func chart(_ title: String, unit: ValueUnit = .plain, isLogarithmic: Bool = false, _ value: (RunEvent.Epoch) -> Double?) -> LineChart? {
            let series = runs.compactMap { run -> LineChart.Series? in
                let points = run.epochs.compactMap { epoch in value(epoch).map { (Double(epoch.epoch), $0) } }
                return points.isEmpty ? nil : LineChart.Series(run.name, x: points.map(\.0), y: points.map(\.1))
            }
            guard series.contains(where: { $0.y.contains { $0.isFinite && (!isLogarithmic || $0 > 0) } }) else { return nil }
            return LineChart(title: title, xLabel: "epoch", series: series, unit: unit, isLogarithmic: isLogarithmic)
        }
        return [
            chart("Test accuracy", unit: .percent) { $0.testAccuracy }, chart("Training accuracy", unit: .percent) { $0.trainAccuracy },
            chart("Training loss") { $0.trainLoss }, chart("Flip ratio: share of signs that change in a step", isLogarithmic: true) { $0.flipRatio },
        ].compactMap { $0 }
    }

    /// One run: settings, layers, notes.
    private static func blocks(_ run: RunLog) -> [Block] {
        var blocks: [Block] = []
        var settings: [[String]] = []
        if let start = run.start {
            settings += [
                ["Model", start.model], ["Data set", start.dataset], ["Optimizer", start.optimizer], ["Epochs", "\(start.epochs)"],
                ["Batch size", start.batchSize == 0 ? "whole set" : "\(start.batchSize)"], ["Seed", "\(start.seed)"],
            ]
            if let threads = start.threads { settings.append(["Threads", "\(threads)"]) }
            if let engine = start.engine { settings.append(["Engine", engine]) }
            if let version = start.version { settings.append(["Version", version]) }
            if start.resumedAt > 0 { settings.append(["Resumed after epoch", "\(start.resumedAt)"]) }
            settings += start.settings.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
        }
        settings.append(["State", state(run)])
        if let path = run.end?.modelPath { settings.append(["Model file", path]) }
        let table = Block.table(Table(columns: [.text("Setting"), .text("Value")], rows: settings))
        if let layers = layerChart(run) { blocks.append(.columns([table, .lines(layers)])) } else { blocks.append(table) }
        if !run.notes.isEmpty { blocks.append(.text(run.notes.map(\.text).joined(separator: "\n\n"))) }
        if let rates = rateChart(run) { blocks.append(.details("Schedules", [.lines(rates)])) }
        return blocks
    }

    private static func layerChart(_ run: RunLog) -> LineChart? {
        let epochs = run.epochs
        var names: [String] = []
        for layer in epochs.flatMap(\.layers) where layer.flipRatio != nil && !names.contains(layer.name) { names.append(layer.name) }
        let series = names.map { name in
            let points = epochs.compactMap { epoch in
                epoch.layers.first { $0.name == name }?.flipRatio.map { (Double(epoch.epoch), $0) }
            }
            return LineChart.Series(name, x: points.map(\.0), y: points.map(\.1))
        }
        guard series.contains(where: { $0.y.contains { $0 > 0 } }) else { return nil }
        return LineChart(title: "Flip ratio by layer", xLabel: "epoch", series: series, isLogarithmic: true)
    }

    /// Only where some scheduled number changes.
    private static func rateChart(_ run: RunLog) -> LineChart? {
        let epochs = run.epochs
        let names = Set(epochs.flatMap(\.learningRates.keys)).sorted()
        let series = names.map { name in
            let points = epochs.compactMap { epoch in epoch.learningRates[name].map { (Double(epoch.epoch), $0) } }
            return LineChart.Series(name, x: points.map(\.0), y: points.map(\.1))
        }.filter { Set($0.y).count > 1 }
        guard !series.isEmpty else { return nil }
        return LineChart(title: "Scheduled numbers", xLabel: "epoch", series: series, isLogarithmic: series.allSatisfy { $0.y.allSatisfy { $0 > 0 } })
    }
}
