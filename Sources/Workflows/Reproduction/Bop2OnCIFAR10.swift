extension Experiment {
    /// The table of rules on BinaryNet, with Bop and its second-order form against each other.
    static let bop2OnCIFAR10 = Experiment(
        name: "bop2-cifar10", title: "Second-order Bop on CIFAR-10, beside Bop and seven other rules",
        source: "Bop: Helwegen et al., NeurIPS 2019, arXiv 1906.02107; Bop2ndOrder: Suarez-Ramirez et al., CVPRW 2021, arXiv 2104.05124; "
            + "Adam: BinaryNet, Courbariaux et al., arXiv 1602.02830",
        needs: "cifar10 for the published recipe; else cifar10-jpeg (20,000 lossy training images); else the embedded digits, which say nothing about CIFAR-10",
        takes: [
            .quick: "9 minutes: five rules, three seeds, a small network",
            .full: "2 hours with cifar10-jpeg (nine rules, three seeds); with cifar10 the published 500 epochs, weeks on two cores",
        ]
    ) { budget, images, seed in
        let scale = RuleTable.Scale.cifar10(images, budget)
        let table = RuleTable(scale)
        return ExperimentPlan(
            setting: scale.setting, rows: table.rows(budget), comparisons: table.comparisons, seeds: (0..<UInt64(scale.seeds)).map { seed &+ $0 },
            notShown: table.notShown)
    }
}

extension RuleTable.Scale {
    static let augmentation = ["augment": "pad-crop:4,flip"]
    /// Of shorter runs: half the time of float32 where the machine multiplies bfloat16.
    private static let short = augmentation.merging(["batch-norm-scale": "false", "precision": "bfloat16"]) { $1 }

    static func cifar10(_ images: ImageSource, _ budget: Experiment.Budget) -> Self {
        switch (images, budget) {
        case (.cifar10, .full):
            .init(
                images: images, model: "binarynet", epochs: 500, batchSize: 50, limit: nil, seeds: 1,
                settings: augmentation.merging(["batch-norm-scale": "false"]) { $1 }, isPublished: true)
        case (.cifar10, .quick), (.jpeg, .quick):
            .init(
                images: images, model: "binarynet:0.25", epochs: 6, batchSize: 50, limit: 4000, seeds: 3, settings: short)
        case (.jpeg, .full):
            .init(
                images: images, model: "binarynet:0.5", epochs: 8, batchSize: 50, limit: 20_000, seeds: 3, settings: short)
        case (.digits, _):
            .init(
                images: images, model: "mlp:64-256-10", epochs: budget == .quick ? 20 : 100, batchSize: 50, limit: nil, seeds: budget == .quick ? 3 : 10,
                settings: ["batch-norm-scale": "false"])
        }
    }

    /// What is trained on what.
    var setting: String {
        let data =
            switch images {
            case .cifar10: limit.map { "the first \($0) training images of CIFAR-10" } ?? "CIFAR-10"
            case .jpeg:
                "the first \(limit ?? 20_000) training images of CIFAR-10 through lossy JPEG (cifar10-jpeg), tested on its 10,000 lossy test images: "
                    + "no figure here may be set beside a published one without saying so"
            case .digits:
                "the embedded 8×8 digits, since neither cifar10 nor cifar10-jpeg is in the data folder: this shows that the rules run, "
                    + "and nothing about CIFAR-10"
            }
        let training =
            "\(epochs) epochs of batches of \(batchSize), cross-entropy" + (images == .digits ? "" : ", pad-crop-flip")
            + (settings["precision"] == "bfloat16" ? ", backward products in bfloat16" : "")
        return "\(model) on \(data). \(training), equal for all rules; hyper-parameters as published"
            + (isPublished ? "." : ", with schedules stretched over the shorter run.")
    }
}

extension RuleTable {
    /// Bop2's published schedules; `Schedule` spreads them over the whole run, whatever its length.
    static let bop2Schedules = [
        "gamma": "linear:1e-2:1e-5", "sigma": "linear:1e-7:1e-2", "threshold": "linear:1e-5:1e-8", "learning-rate": "linear:1e-2:1e-3",
    ]

    func rows(_ budget: Experiment.Budget) -> [ExperimentPlan.Row] {
        // ×0.1 every fifth of the run: every 100 epochs of the published 500.
        let fifth = Double(scale.epochs) / 5
        let bop = row(
            Self.bop, published: 0.913, "bop", ["gamma": "staircase:1e-4:0.1:\(fifth)", "threshold": "1e-8", "learning-rate": "1e-2"],
            note: "γ 1e-4 ×0.1 every fifth of the run, τ 1e-8, Adam 1e-2")
        let biased = row(
            Self.biased, published: 0.919, "bop2-biased", Self.bop2Schedules, note: "γ 1e-2→1e-5, σ 1e-7→1e-2, τ 1e-5→1e-8, Adam 1e-2→1e-3, linear")
        let corrected = row(Self.corrected, published: 0.914, "bop2", Self.bop2Schedules, note: "the same schedules; exact correction")
        let control = row(
            Self.control, "sign-m", ["gamma": "linear:1e-2:1e-5", "learning-rate": "linear:1e-2:1e-3"],
            note: "Bop2's γ, and neither σ nor τ: what is left of Bop2 when its threshold does nothing; no published figure")
        let adam = row(
            Self.adam, published: 0.886, "adam", ["learning-rate": "exponential:1e-3:3e-7"],
            note: "rate 1e-3→3e-7; the published run had no augmentation")
        if scale.isPublished { return [bop, biased, corrected] }
        if budget == .quick { return [adam, bop, biased, corrected, control] }
        return [
            adam,
            row(
                Self.binaryConnect, "binaryconnect", ["learning-rate": "exponential:3e-3:2e-6"],
                note: "deterministic, step scaled by fan; rate 3e-3→2e-6; 91.7 % was published with real activations: another network"),
            row(
                // Published: 1e-4 more an epoch, over 300 epochs.
                Self.proxQuant, "proxquant", ["learning-rate": "1e-2", "strength": "ramp:\(300e-4 / Double(scale.epochs))"],
                note: "Adam 1e-2, λ growing to 0.02, hard signs after two thirds; published for ResNets with real activations alone"),
            row(Self.signSGD, "signsgd", ["learning-rate": "exponential:1e-3:1e-6"], note: "rate 1e-3→1e-6; no published figure for binary networks"),
            row(Self.bold, "bold", [:], note: "Boolean accumulator; 92.4 % was published for VGG-small: another network"),
            bop, biased, corrected, control,
        ]
    }

    var comparisons: [ExperimentPlan.Comparison] {
        [
            .init(a: Self.biased, b: Self.bop, published: 0.006, note: "\(caution); published difference of two single runs"),
            .init(a: Self.corrected, b: Self.bop, published: 0.001, note: "\(caution); published difference of two single runs"),
            .init(a: Self.corrected, b: Self.biased, published: -0.005, note: "\(caution); published difference of two single runs"),
        ]
            + (scale.isPublished
                ? [] : [.init(a: Self.biased, b: Self.control, note: "an interval that covers 0: the second moment is not seen to matter here")])
    }

    var notShown: [String] {
        var lines = [
            "Whether the published differences, of one run each, would hold over seeds: the papers give no scatter.",
            "Each rule at its best: hyper-parameters are the published ones, and rules differ in how well theirs suit a shorter run.",
        ]
        switch scale.images {
        case .cifar10 where scale.isPublished: lines.append("Rules other than Bop and Bop2, whose papers trained other networks.")
        case .cifar10, .jpeg: lines.append("What 500 epochs of a network of full width would reach: short runs favour rules that move fast.")
        case .digits: lines.append("Anything about CIFAR-10: put cifar10 or cifar10-jpeg into the data folder.")
        }
        if scale.images == .jpeg { lines.append("Accuracy on the published pixels: training and test images went through JPEG.") }
        if scale.seeds < 5 { lines.append("Small differences: \(scale.seeds) seeds give wide intervals.") }
        return lines
    }
}
