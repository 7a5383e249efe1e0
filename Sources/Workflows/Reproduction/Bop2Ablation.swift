extension Experiment {
    /// What each number of second-order Bop does, with and without a schedule.
    static let bop2Ablation = Experiment(
        name: "bop2-ablation", title: "Second-order Bop: γ, σ, τ, their schedules, the normalisation, and the rule without any of them",
        source: "Bop2ndOrder: Suarez-Ramirez et al., CVPRW 2021, arXiv 2104.05124; the figures of its ablation were not found, its settings were",
        needs: "cifar10 or cifar10-jpeg; else the embedded digits, which say nothing about CIFAR-10",
        takes: [
            .quick: "10 minutes: nine settings, one seed, a small network",
            .full: "two hours with cifar10-jpeg and two workers: sixteen settings, two seeds",
        ]
    ) { budget, images, seed in
        let scale = RuleTable.Scale.ablation(images, budget)
        let table = RuleTable(scale)
        return ExperimentPlan(
            setting: scale.setting, rows: table.ablation(budget), comparisons: table.ablationComparisons,
            seeds: (0..<UInt64(scale.seeds)).map { seed &+ $0 },
            notShown: [
                "The published ablation: its figures were not found, so there is nothing to set ours beside.",
                "Interactions: one number is changed at a time, but for the rows that say otherwise.",
            ] + table.notShown.dropFirst(2))
    }
}

extension RuleTable.Scale {
    static func ablation(_ images: ImageSource, _ budget: Experiment.Budget) -> Self {
        var scale = cifar10(images == .cifar10 && budget == .full ? .cifar10 : images, budget)
        scale.batchSize = 100
        switch (images, budget) {
        case (.cifar10, .full): (scale.epochs, scale.isPublished) = (150, false)
        case (.jpeg, .full): (scale.seeds, scale.model, scale.limit) = (2, "binarynet:0.5", 20_000)
        case (_, .quick): scale.seeds = images == .digits ? 3 : 1
        default: break
        }
        return scale
    }
}

extension RuleTable {
    static let base = "base: γ 1e-7, σ 1e-3, τ 1e-6"

    func ablation(_ budget: Experiment.Budget) -> [ExperimentPlan.Row] {
        let constants = ["gamma": "1e-7", "sigma": "1e-3", "threshold": "1e-6", "learning-rate": "1e-2"]
        // ×0.1 after each 100 of 350 epochs: after 2/7, 4/7 and 6/7 of the run.
        let every = Double(scale.epochs) * 2 / 7
        func staircase(_ value: String) -> String { "staircase:\(value):0.1:\(every)" }
        func variant(
            _ what: String, _ changes: [String: String], quick: Bool, _ note: String = "", rule: String = "bop2-biased"
        ) -> (ExperimentPlan.Row, Bool) {
            (row(what, rule, constants.merging(changes) { $1 }, note: note.isEmpty ? "published for no figure" : note), quick)
        }
        var all = [
            variant(Self.base, [:], quick: true, "the base of the published ablation, biased"),
            variant("γ 1e-5", ["gamma": "1e-5"], quick: false), variant("γ 1e-3", ["gamma": "1e-3"], quick: true),
            variant("γ scheduled", ["gamma": staircase("1e-7")], quick: true, "×0.1 at 2/7, 4/7, 6/7 of the run"),
            variant("σ 1e-5", ["sigma": "1e-5"], quick: false), variant("σ 1e-1", ["sigma": "1e-1"], quick: false),
            variant("σ scheduled", ["sigma": staircase("1e-3")], quick: true, "×0.1 at 2/7, 4/7, 6/7 of the run"),
            variant("τ 1e-8", ["threshold": "1e-8"], quick: false), variant("τ 1e-4", ["threshold": "1e-4"], quick: true),
            variant("τ scheduled", ["threshold": staircase("1e-6")], quick: true, "×0.1 at 2/7, 4/7, 6/7 of the run"),
            variant(
                "γ, σ, τ and the rate scheduled",
                ["gamma": staircase("1e-7"), "sigma": staircase("1e-3"), "threshold": staircase("1e-6"), "learning-rate": staircase("1e-2")], quick: false),
            variant("linear schedules of the final runs", Self.bop2Schedules, quick: true, "γ 1e-2→1e-5, σ 1e-7→1e-2, τ 1e-5→1e-8, rate 1e-2→1e-3"),
            variant("bias-corrected", [:], quick: false, "the base otherwise", rule: "bop2"),
        ]
        if scale.images != .digits {
            all.append(variant("layer norm", ["norm": "layer"], quick: true, "in place of batch norm"))
            all.append(variant("layer norm, linear schedules", Self.bop2Schedules.merging(["norm": "layer"]) { $1 }, quick: false))
        }
        // τ is all that r's scale matters for: without it the second moment does nothing.
        all.append(variant("τ = 0: " + Self.control, ["threshold": "0"], quick: true, "the control that the paper lacks"))
        return all.filter { budget == .full || $0.1 }.map(\.0)
    }

    var ablationComparisons: [ExperimentPlan.Comparison] {
        [
            .init(a: Self.base, b: "τ = 0: " + Self.control, note: "an interval that covers 0: the threshold is not seen to matter here"),
            .init(a: "linear schedules of the final runs", b: Self.base, note: "what the final schedules add"),
        ]
    }
}
