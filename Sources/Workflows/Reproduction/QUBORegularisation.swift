internal import BitCore
internal import Datasets
internal import QUBOTraining

extension Experiment {
    /// Margins and dropout of the first of the four systems, on data of our choice.
    static let quboRegularisation = Experiment(
        name: "qubo-regularisation", title: "Do margins and the dropout iteration help binary networks trained as discrete problems?",
        source: "Villumsen and Sugita, arXiv 2601.00449: abstract alone; its data, networks, settings and figures are not public",
        needs: "the embedded digits; mnist and semeion where they are there",
        takes: [
            .quick: "about a minute: three tasks, networks of 20 and 30 weights, 20 seeds",
            .full: "an hour: three data sets, networks of 30 to 155 weights, 10 to 40 samples, 20 seeds, optima of those of 30 weights",
        ]
    ) { budget, context in
        let study = try RegularisationStudy(budget, context)
        let outcomes = try study.run(threads: context.threads, context.control)
        let (rows, details, chart) = RegularisationTable(study, outcomes).table()
        return ExperimentTable(
            setting: study.setting, rows: rows, details: details, notShown: RegularisationStudy.notShown, seeds: study.seeds, completed: outcomes.count,
            runs: study.runs, trainingSeconds: outcomes.values.reduce(0) { $0 + $1.seconds }, interrupted: context.control.isCancelled(), charts: [chart])
    }
}

extension RegularisationStudy {
    static let notShown = [
        "The published experiment: its data, network sizes, penalties, rates and figures are not public, so there is nothing to set ours beside. "
            + "Both regularisers are derived from one sentence each of the abstract.",
        "The best strength of each regulariser: the grids are fixed beforehand, and every point of them is shown. Nothing was chosen by test accuracy.",
        "Whether the gains would last with more samples or larger networks.",
    ]

    static let grid = [
        Regulariser.none,
        Regulariser(label: "margin ×1", margin: 1), Regulariser(label: "margin ×8", margin: 8), Regulariser(label: "margin ×64", margin: 64),
        Regulariser(label: "worst margin", margin: 1, measure: .worst),
        Regulariser(label: "dropout 0.2", dropout: .init(rate: 0.2)), Regulariser(label: "dropout 0.5", dropout: .init(rate: 0.5)),
        // Half of what can buy no error for margins leaves as much for penalties.
        Regulariser(label: "margin ×½ and dropout 0.2", margin: 0.5, dropout: .init(rate: 0.2)),
    ]

    /// - Throws: what is wrong with the data.
    package init(_ budget: Experiment.Budget, _ context: ExperimentContext) throws {
        let isQuick = budget == .quick
        var sources: [(name: String, dataset: Dataset, classes: ClassTask)] = []
        if !isQuick, context.has("mnist") {
            let data = try context.catalog.load("mnist")
            // More than any seed needs, at a size that is quickly shrunk.
            let items = try ItemChoice.firstOfEach(1200).items(data.train.labels, of: [3, 5], name: "mnist", seed: 0)
            sources.append(("MNIST 3 or 5", data.train.selecting(items), .pair(3, 5)))
        } else {
            sources.append(("digits 3 or 5", try Dataset.digits(), .pair(3, 5)))
        }
        if context.has("semeion") {
            let data = try context.catalog.load("semeion")
            sources.append(("Semeion 3 or 5", try Dataset(joining: data), .pair(3, 5)))
        }
        var tasks: [Task] = []
        var cells: [Cell] = []
        let shapes: [(side: Int, shape: Shape)] =
            isQuick
            ? [(3, .init(layers: [9, 2, 1])), (3, .init(layers: [9, 3, 1]))]
            : [
                (3, .init(layers: [9, 3, 1])), (3, .init(layers: [9, 3, 1], hasSkips: true)), (4, .init(layers: [16, 4, 1])),
                (5, .init(layers: [25, 5, 1])), (5, .init(layers: [25, 5, 1], hasSkips: true)),
            ]
        let counts = isQuick ? [20] : [10, 20, 40]
        func add(_ name: String, _ side: Int, _ items: LabelledSpins, _ classes: ClassTask) {
            for (_, shape) in shapes where shape.layers[0] == side * side {
                for samples in counts { cells.append(.init(task: tasks.count, shape: shape, samples: samples)) }
            }
            tasks.append(.init(name: "\(name), \(side)×\(side)", items: items, classes: classes))
        }
        let sides = Set(shapes.map(\.side)).sorted()
        for source in sources {
            for side in sides {
                let encoding = SpinEncoding(side: side).resolved(on: source.dataset)
                add(source.name, side, try LabelledSpins(source.dataset, encoding: encoding), source.classes)
            }
        }
        for side in sides {
            let patterns = try Dataset.barsAndStripes(side: side, noise: Self.noise, count: 2400, seed: 1)
            add("bars or stripes", side, try LabelledSpins(patterns), .pair(0, 1))
        }
        self.init(
            tasks: tasks, cells: cells, regularisers: Self.grid, seeds: (0..<20).map { context.seed &+ $0 }, solver: try SpinForm.weights.solver(nil),
            updateLimit: isQuick ? 20_000 : 200_000, exact: SpinForm.exactSolver, exactWeights: isQuick ? 20 : 30)
    }

    /// Of the pixels of bars and stripes that are turned round.
    static let noise = 0.1

    var setting: String {
        let names = tasks.map(\.name).joined(separator: "; ")
        let shapes = cells.map(\.shape.label).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: ", ")
        let counts = Set(cells.map(\.samples)).sorted().map(String.init).joined(separator: ", ")
        return
            "Networks \(shapes) on images of two classes (\(names)), shrunk by area and cut at the mean; \(counts) samples, half of each class, drawn by the "
            + "seed, and up to \(testLimit) others to test on. Bars and stripes have \(Int(Self.noise * 100)) % of their pixels turned round. A margin of ×1 is "
            + "the greatest weight at which margins can buy no training error; the steps of dropout are chosen likewise, over 20 rounds. Samples and "
            + "seeds are the same for all. Searched in the space of weights, \(updateLimit) flips a search"
            + (exact == nil ? "." : "; networks of at most \(exactWeights) weights also by enumeration.")
    }
}

extension Dataset {
    /// Both parts of a set as one.
    fileprivate init(joining data: LabelledData) throws(DatasetError) {
        try self.init(
            name: data.name, itemShape: data.itemShape, features: data.train.features + data.test.features, labels: data.train.labels + data.test.labels,
            classNames: data.classNames, encodings: data.encodings)
    }
}
