internal import Profiling
internal import Report

extension Experiment {
    static let boolNetEnergy = Experiment(
        name: "boolnet-energy", title: "Energy of Bi-Real-18, BaseNet and BoolNet under stated models",
        source:
            "Guo et al., arXiv 2106.06991: 0.61, 0.74, 0.84 and 1.18 mJ, and 4.6 times less than Bi-RealNet; their table and their accelerator are not public, and "
            + "what Bi-RealNet takes is not among their figures",
        needs: "nothing", takes: [.quick: "seconds", .full: "seconds: the same"]
    ) { _, context in
        try BoolNetEnergyStudy().table(seed: context.seed)
    }
}

/// Five networks at 224², by every table and hierarchy that comes along.
package struct BoolNetEnergyStudy: Sendable {
    struct Subject: Sendable {
        var name: String
        var title: String
        /// Top-1 accuracy on ImageNet as published.
        var accuracy: Double
        var millijoules: Double?
    }

    static let subjects = [
        Subject(name: "birealnet18:imagenet", title: "Bi-Real-18", accuracy: 0.564),
        Subject(name: "basenet:k1:imagenet", title: "BaseNet k=1", accuracy: 0.489, millijoules: 0.61),
        Subject(name: "basenet:k4:imagenet", title: "BaseNet k=4", accuracy: 0.551, millijoules: 0.74),
        Subject(name: "boolnet:k4:imagenet", title: "BoolNet k=4", accuracy: 0.576, millijoules: 0.84),
        Subject(name: "boolnet:k4:star:imagenet", title: "BoolNet★ k=4", accuracy: 0.596, millijoules: 1.18),
    ]

    /// Bi-Real-18 over BoolNet k=4.
    static let publishedRatio = 4.6

    package init() {}

    package func table(seed: UInt64) throws -> ExperimentTable {
        let works = try Self.subjects.map { try Workload(named: $0.name) }
        var (rows, ratios): ([ReproductionReport.Row], [ReproductionReport.Row]) = ([], [])
        var charts: [ScatterChart] = []
        for table in EnergyTable.builtIn {
            var series: [ScatterChart.Series] = []
            for memory in MemoryHierarchy.builtIn {
                let estimates = try works.map { try EnergyEstimate($0, table, memory) }
                let setting = "\(table.name), \(memory.name)"
                for (subject, estimate) in zip(Self.subjects, estimates) {
                    let interval = estimate.interval
                    var note = "\(millijoules(interval.lowerBound))–\(millijoules(interval.upperBound)) mJ at the ends of all ranges"
                    if subject.millijoules != nil {
                        let sensitivity = EnergySensitivity(estimate, estimates[0])
                        note =
                            "Bi-Real-18 takes \(NumberText.decimal(sensitivity.ratio, 2)) times as much (\(NumberText.decimal(sensitivity.ratioLower, 2))–"
                            + "\(NumberText.decimal(sensitivity.ratioUpper, 2))); \(note)"
                    }
                    rows.append(
                        .init(
                            "\(setting): \(subject.title)", published: subject.millijoules, [seed: estimate.totalMicrojoules * 1e-3], note: note,
                            measures: shares(estimate), unit: "mJ"))
                }
                ratios.append(ratio(setting, of: estimates, seed))
                series.append(
                    .init(
                        "\(memory.name)",
                        points: zip(Self.subjects, estimates).map { .init(x: $1.totalMicrojoules * 1e-3, y: $0.accuracy, label: $0.title) }))
            }
            charts.append(
                ScatterChart(
                    title: "Estimated energy (\(table.name)) and published top-1 accuracy on ImageNet", xLabel: "mJ an inference", yLabel: "top-1 accuracy",
                    series: series, unit: .percent))
        }
        var result = ExperimentTable(
            setting: setting, rows: ratios + rows, details: nil, notShown: Self.notShown, seeds: [seed], completed: works.count, runs: works.count,
            trainingSeconds: 0)
        result.scatters = charts
        result.measure = "Energy"
        return result
    }

    private func ratio(_ setting: String, of estimates: [EnergyEstimate], _ seed: UInt64) -> ReproductionReport.Row {
        let result = EnergySensitivity(estimates[3], estimates[0])
        let swings = result.singles.prefix(2).map {
            let ends = [$0.atLower, $0.atUpper].sorted()
            return "\($0.name) alone moves it from \(NumberText.decimal(ends[0], 2)) to \(NumberText.decimal(ends[1], 2))"
        }
        return .init(
            "\(setting): Bi-Real-18 over BoolNet k=4", published: Self.publishedRatio, [seed: result.ratio],
            note: ([
                "\(NumberText.decimal(result.ratioLower, 2))–\(NumberText.decimal(result.ratioUpper, 2)) with all constants anywhere in their ranges",
                result.survives ? "BoolNet is cheaper in all of them" : "which is cheaper depends on the constants",
            ] + swings).joined(separator: "; "), measures: ["of what maps move alone": maps(estimates[0]) / maps(estimates[3])], unit: "times")
    }

    /// Energy of everything but arithmetic and weights.
    private func maps(_ estimate: EnergyEstimate) -> Double {
        [Traffic.Cause.inputs, .outputs, .shortcuts].reduce(0) { $0 + (estimate.causes[$1.rawValue] ?? 0) }
    }

    private func shares(_ estimate: EnergyEstimate) -> [String: Double] {
        var shares: [String: Double] = [:]
        for (cause, value) in estimate.causes { shares["\(cause) mJ"] = value * 1e-3 }
        return shares
    }

    private func millijoules(_ microjoules: Double) -> String { NumberText.compact(microjoules * 1e-3) }

    private var setting: String {
        "Networks at 224×224 with 1,000 classes, real stem and classifier, counted operation by operation and bit by bit (Documentation/Design/energy.md). Tables: "
            + EnergyTable.builtIn.map { "\($0.name) (\($0.citation))" }.joined(separator: "; ") + ". Hierarchies: "
            + MemoryHierarchy.builtIn.map { memory in
                "\(memory.name) (" + memory.levels.map { $0.bytes.map { NumberText.bytes($0) } ?? "DRAM" }.joined(separator: ", ") + ")"
            }.joined(separator: ", ")
            + ". A value lies in the smallest level that holds it whole, the weights in the smallest that holds them all. Nothing is random. Accuracies are the published ones."
    }

    private static let notShown = [
        "The published millijoules: they come from a table and an accelerator that are not public. Only ratios can be set beside each other, and only as far as the models are alike.",
        "4.6 times is of BoolNet k=4; 3.9 mJ for Bi-RealNet would follow from it, and stands in no table that was found.",
        "Any machine: leakage, clocks, control and instructions are left out, and so is traffic within a pass.",
        "Accuracies of our own: nothing was trained for this page.",
    ]
}
