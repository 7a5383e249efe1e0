internal import Datasets

/// A published experiment that can be done again: what it is, what it takes, and how its runs are made.
public struct Experiment: Sendable {
    /// How much of it: an impression, or the table that stands in the results.
    public enum Budget: String, Sendable, Codable, CaseIterable {
        case quick, full
    }

    public var name: String
    public var title: String
    /// Where the published figures come from.
    public var source: String
    /// Data it uses, and what it does without.
    public var needs: String
    /// On two cores, by budget.
    public var takes: [Budget: String]
    package var work: Work

    /// How its figures come about.
    package enum Work: Sendable {
        /// Training runs: a sweep, which can be shared among processes and goes on where it was stopped. The last argument is the first seed.
        case sweep(@Sendable (Budget, ImageSource, UInt64) -> ExperimentPlan)
        /// Anything else: made in one go.
        case table(@Sendable (Budget, ExperimentContext) throws -> ExperimentTable)
    }

    public static let all: [Experiment] = [
        .bop2OnCIFAR10, .bop2Ablation, .quboRegularisation, .fewShotMNIST, .qpsbgdRosenbrock, .qpsbgdMNISTPairs, .qpsbgdAdult, .qpsbgdGraphs,
        .qpsbgdScaling, .boolNetOnCIFAR, .boolNetEnergy,
    ]

    /// - Throws: `UnknownName` that lists the known ones.
    public init(named name: String) throws(UnknownName) {
        guard let found = Self.all.first(where: { $0.name == name }) else { throw UnknownName("experiment", name, known: Self.all.map(\.name)) }
        self = found
    }

    init(
        name: String, title: String, source: String, needs: String, takes: [Budget: String],
        plan: @escaping @Sendable (Budget, ImageSource, UInt64) -> ExperimentPlan
    ) {
        (self.name, self.title, self.source, self.needs, self.takes, work) = (name, title, source, needs, takes, .sweep(plan))
    }

    package init(
        name: String, title: String, source: String, needs: String, takes: [Budget: String],
        table: @escaping @Sendable (Budget, ExperimentContext) throws -> ExperimentTable
    ) {
        (self.name, self.title, self.source, self.needs, self.takes, work) = (name, title, source, needs, takes, .table(table))
    }

    /// The runs of an experiment that is a sweep; nil of one that is not.
    package func plan(_ budget: Budget, _ images: ImageSource, _ seed: UInt64) -> ExperimentPlan? {
        if case .sweep(let plan) = work { plan(budget, images, seed) } else { nil }
    }

    /// Made in one go: nothing to share among processes, or to go on with.
    public var isTable: Bool { if case .table = work { true } else { false } }
}

/// An experiment made concrete: the runs, and what each group of them is set beside.
package struct ExperimentPlan: Sendable {
    /// Runs of one row of the table.
    package struct Row: Sendable {
        package var what: String
        /// Test accuracy as published, a share; nil where none was found.
        package var published: Double?
        package var note: String
        package var configuration: TrainingConfiguration
    }

    /// The difference of two rows' accuracies over the same seeds.
    package struct Comparison: Sendable {
        /// Names of rows: `a` minus `b`.
        package var a: String
        package var b: String
        package var published: Double? = nil
        package var note: String
    }

    /// What was trained on what, in a sentence or two.
    package var setting: String
    package var rows: [Row]
    package var comparisons: [Comparison]
    package var seeds: [UInt64]
    /// What a reader could take from the table and should not.
    package var notShown: [String]

    func sweep(named name: String) throws -> SweepPlan {
        try SweepPlan(
            name: name,
            groups: rows.map { row in
                .init(label: row.what, variant: row.what, values: [], configuration: row.configuration, seeds: seeds)
            })
    }
}

/// Which images stand in for CIFAR-10.
package enum ImageSource: Sendable, CaseIterable {
    /// All 60,000, as published.
    case cifar10
    /// 20,000 training images and the test images, through lossy JPEG.
    case jpeg
    /// The embedded 8×8 digits: no images like those of CIFAR-10, but always there.
    case digits

    static func best(in catalog: DatasetCatalog) -> ImageSource {
        func has(_ name: String) -> Bool { catalog.list().contains { $0.name == name && $0.state == .present } }
        return has("cifar10") ? .cifar10 : has("cifar10-jpeg") ? .jpeg : .digits
    }

    var dataset: String {
        switch self {
        case .cifar10: "cifar10"
        case .jpeg: "cifar10-jpeg"
        case .digits: "digits"
        }
    }
}
