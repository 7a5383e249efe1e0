extension Experiment {
    /// Networks whose feature maps are bits beside Bi-Real-18, with the ablations of shortcuts, local shifting and slices.
    static let boolNetOnCIFAR = Experiment(
        name: "boolnet-cifar", title: "BaseNet and BoolNet beside Bi-Real-18, and what shortcuts, local shifting and slices add",
        source: "BoolNet: Guo et al., 2021, arXiv 2106.06991, and its released code; Bi-Real Net: Liu et al., ECCV 2018, arXiv 1808.00278. "
            + "Nothing was published on CIFAR-10; accuracies in the notes are on ImageNet",
        needs: "cifar10; else cifar10-jpeg (20,000 lossy training images); else the embedded digits, which say nothing about CIFAR-10",
        takes: [
            .quick: "5 minutes: five networks, one seed, an eighth of the width",
            .full: "2 hours and 40 minutes with cifar10-jpeg: nine networks of a quarter of the width, three seeds",
        ]
    ) { budget, images, seed in
        let table = BooleanTable(images: images, budget: budget)
        return ExperimentPlan(
            setting: table.setting, rows: table.rows, comparisons: table.comparisons, seeds: (0..<UInt64(table.seeds)).map { seed &+ $0 },
            notShown: table.notShown)
    }
}

/// The networks of the table, trained alike but for what belongs to each.
private struct BooleanTable {
    var images: ImageSource
    var budget: Experiment.Budget

    static let biReal = "Bi-Real-18"
    static func base(_ slices: Int, _ form: String = "") -> String { "BaseNet k=\(slices)\(form)" }
    static func bool(_ slices: Int, _ form: String = "") -> String { "BoolNet k=\(slices)\(form)" }
    static let plain = ", no shortcuts"
    static let shifted = ", local shifting"
    static let unshifted = ", no local shifting"

    var seeds: Int { budget == .full ? 3 : 1 }
    /// Small ones: before some hundred steps networks of bits have learned nothing.
    let batchSize = 50
    var epochs: Int { images == .digits ? (budget == .full ? 40 : 4) : budget == .full ? 6 : 5 }
    var limit: Int? { images == .digits ? (budget == .full ? nil : 500) : budget == .full ? 10_000 : 3000 }
    /// Eight channels in the first stage, or sixteen: what four and eight slices divide.
    var width: String { budget == .full ? "0.25" : "0.125" }

    private var shared: [String: String] {
        var settings = ["precision": "bfloat16"]
        if images != .digits { settings["augment"] = "pad-crop:4,flip" }
        return settings
    }

    private func row(_ what: String, _ model: String, _ imageNet: String?, _ form: String = "") -> ExperimentPlan.Row {
        let name = model + ":" + width + form
        let isBoolean = model != "birealnet18"
        // The authors' temperature, 0.965 to the power of 255 epochs, spread over these.
        let own =
            isBoolean
            ? [
                "kernel-quantizer": "progressive", "weight-temperature": "exponential:1:1e-4", "degenerate": "false", "clip-norm": "2.5",
                "learning-rate": "cosine:2e-3:1e-8",
            ] : ["learning-rate": "linear:1e-3:0"]
        return .init(
            what: what, published: nil,
            note: "nothing published on CIFAR-10" + (imageNet.map { "; on ImageNet \($0) %" } ?? ""),
            configuration: TrainingConfiguration(
                model: name, dataset: images.dataset, optimizer: isBoolean ? "radam" : "adam", epochs: epochs, batchSize: batchSize, limit: limit,
                settings: shared.merging(own) { $1 }))
    }

    var rows: [ExperimentPlan.Row] {
        let all: [(row: ExperimentPlan.Row, isQuick: Bool)] = [
            (row(Self.biReal, "birealnet18", "56.4"), true),
            (row(Self.base(1, Self.plain), "basenet", "46.26", ":k1:plain"), false),
            (row(Self.base(1), "basenet", "48.60", ":k1"), true),
            (row(Self.base(1, Self.shifted), "basenet", "48.83", ":k1:las"), false),
            (row(Self.base(4), "basenet", "52.15", ":k4"), true),
            (row(Self.base(8), "basenet", "52.51", ":k8"), false),
            (row(Self.bool(1, Self.unshifted), "boolnet", "49.92", ":k1:nolas"), false),
            (row(Self.bool(1), "boolnet", "51.51", ":k1"), true),
            (row(Self.bool(4), "boolnet", "54.45", ":k4"), true),
        ]
        return all.filter { budget == .full || $0.isQuick }.map(\.row)
    }

    var comparisons: [ExperimentPlan.Comparison] {
        let slices: [ExperimentPlan.Comparison] = [
            .init(a: Self.base(4), b: Self.base(1), note: "four slices for one; on ImageNet +3.55 points"),
            .init(a: Self.bool(4), b: Self.bool(1), note: "likewise in BoolNet; on ImageNet +2.94 points"),
            .init(a: Self.bool(4), b: Self.base(4), note: "twice the channels between blocks, and local shifting; on ImageNet +2.30 points"),
            .init(a: Self.bool(4), b: Self.biReal, note: "bits for reals in every feature map; on ImageNet +1.2 points with 80 epochs and a teacher"),
        ]
        guard budget == .full else { return slices }
        return slices + [
            .init(a: Self.base(1), b: Self.base(1, Self.plain), note: "XNOR and OR shortcuts; on ImageNet +2.34 points"),
            .init(a: Self.base(1, Self.shifted), b: Self.base(1), note: "local shifting; on ImageNet +0.23 points"),
            .init(a: Self.bool(1), b: Self.bool(1, Self.unshifted), note: "local shifting; on ImageNet +1.59 points"),
            .init(a: Self.base(8), b: Self.base(4), note: "eight slices for four; on ImageNet +0.36 points"),
        ]
    }

    var setting: String {
        let data =
            switch images {
            case .cifar10: "the first \(limit ?? 50_000) training images of CIFAR-10"
            case .jpeg: "the first \(limit ?? 20_000) training images of CIFAR-10 through lossy JPEG (cifar10-jpeg), tested on its 10,000 lossy test images"
            case .digits:
                "the embedded 8×8 digits, since neither cifar10 nor cifar10-jpeg is in the data folder: this shows that the networks train, and nothing about "
                    + "CIFAR-10"
            }
        return "Networks of \(width) of the published width in their CIFAR form, on \(data). \(epochs) epochs of batches of \(batchSize) for all, "
            + "cross-entropy with hard labels, backward products in bfloat16. BaseNet and BoolNet: RAdam 2e-3, cosine, at rest until its variance is certain; progressive signs with T from 1 to 1e-4; "
            + "gradient norm 2.5. Bi-Real-18: Adam 1e-3, linear to 0."
    }

    var notShown: [String] {
        var lines = [
            "The published loss, which is that against a teacher's softmax alone: these runs have hard labels.",
            "What full width and 80 to 255 epochs would reach: slices and local shifting may matter more, or less, there.",
            "Each network at its best: rates and schedules are the authors', and none was tuned here.",
        ]
        if images == .jpeg { lines.append("Accuracy on the published pixels: training and test images went through JPEG.") }
        if images == .digits { lines.append("Anything about CIFAR-10: put cifar10 or cifar10-jpeg into the data folder.") }
        if seeds < 5 { lines.append("Small differences: \(seeds == 1 ? "one seed gives no interval" : "\(seeds) seeds give wide intervals").") }
        return lines
    }
}
