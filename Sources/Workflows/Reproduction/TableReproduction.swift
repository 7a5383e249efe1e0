public import Datasets
public import DenseMath
internal import Foundation
internal import Report

/// What an experiment that is no sweep is given.
package struct ExperimentContext: Sendable {
    package var catalog: DatasetCatalog
    package var engine: any DenseEngine
    package var threads: Int
    /// The first of the seeds.
    package var seed: UInt64
    package var control: RunControl

    package init(catalog: DatasetCatalog, engine: any DenseEngine, threads: Int, seed: UInt64, control: RunControl) {
        (self.catalog, self.engine, self.threads, self.seed, self.control) = (catalog, engine, threads, seed, control)
    }

    /// Whether a published set lies in the data folder.
    func has(_ name: String) -> Bool { catalog.list().contains { $0.name == name && $0.state == .present } }
}

/// What it gives: rows, and what is to be said of them.
package struct ExperimentTable: Sendable {
    package var setting: String
    package var rows: [ReproductionReport.Row]
    /// What the rows sum up; nil where they stand for themselves.
    package var details: [ReproductionReport.Row]?
    package var notShown: [String]
    package var seeds: [UInt64]
    /// Networks trained, and to be trained.
    package var completed: Int
    package var runs: Int
    /// Summed over them.
    package var trainingSeconds: Double
    package var interrupted = false
    var charts: [IntervalChart] = []
    var curves: [LineChart] = []
    var scatters: [ScatterChart] = []
    /// What the rows are; nil for test accuracies.
    var measure: String?
}

/// What `spinflip reproduce` does for an experiment that is no sweep: makes its table, and writes it as an object and as pages.
public struct TableReproduction: Sendable {
    public let experiment: Experiment
    public let budget: Experiment.Budget
    let folder: String
    let catalog: DatasetCatalog
    let engine: any DenseEngine
    let threads: Int
    let seed: UInt64
    public var command = ""
    public var commit = "unknown"

    /// - Precondition: the experiment is no sweep.
    public init(
        _ experiment: Experiment, budget: Experiment.Budget, folder: String, catalog: DatasetCatalog, engine: any DenseEngine, threads: Int, seed: UInt64 = 0
    ) throws {
        precondition(experiment.isTable, "\(experiment.name) is a sweep")
        guard threads >= 1 else { throw ConfigurationError(reason: "\(threads) threads; use 1 or more") }
        (self.experiment, self.budget, self.folder, self.catalog, self.engine) = (experiment, budget, folder, catalog, engine)
        (self.threads, self.seed) = (threads, seed)
    }

    public func run(_ control: RunControl) throws -> ReproductionReport {
        guard case .table(let make) = experiment.work else { preconditionFailure("\(experiment.name) is a sweep") }
        let start = control.seconds()
        // A folder that cannot be written to is found out before the work.
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let table = try make(budget, ExperimentContext(catalog: catalog, engine: engine, threads: threads, seed: seed, control: control))
        var report = ReproductionReport(experiment, table, budget, seconds: control.seconds() - start, folder: folder)
        report.command = command
        report.commit = commit
        report.machine = Reproduction.machine(threads: threads, engine: engine)
        try report.write(charts: table.charts, lines: table.curves, scatters: table.scatters, curves: "")
        return report
    }
}

extension ReproductionReport.Row {
    /// Values of a measurement, one a seed.
    init(
        _ what: String, published: Double? = nil, _ values: [UInt64: Double], note: String, measures: [String: Double]? = nil, unit: String? = nil
    ) {
        let seeds = values.keys.sorted()
        let interval = MeanInterval(seeds.map { values[$0] ?? 0 })
        self.init(
            what: what, published: published, ours: interval?.mean, interval: interval?.halfWidth, seeds: seeds, values: seeds.map { values[$0] ?? 0 },
            note: note,
            isDifference: false, measures: measures, unit: unit)
    }

    /// a − b, seed by seed.
    init(difference what: String, _ a: [UInt64: Double], _ b: [UInt64: Double], note: String) {
        let seeds = a.keys.filter { b[$0] != nil }.sorted()
        let interval = MeanInterval.paired(a, b)
        self.init(
            what: what, published: nil, ours: interval?.mean, interval: interval?.halfWidth, seeds: seeds, values: seeds.map { (a[$0] ?? 0) - (b[$0] ?? 0) },
            note: note, isDifference: true, pValue: interval?.pValue)
    }
}

/// p-values of several comparisons, so that one among them that chance made small counts for as little as it should (Holm 1979): in ascending order the
/// i-th of n is multiplied by n − i + 1, and none is smaller than the one before.
package func holm(_ values: [Double?]) -> [Double?] {
    let order = values.indices.filter { values[$0] != nil }.sorted { (values[$0] ?? 1) < (values[$1] ?? 1) }
    var result = values
    var least = 0.0
    for (place, index) in order.enumerated() {
        least = max(least, min(1, (values[index] ?? 1) * Double(order.count - place)))
        result[index] = least
    }
    return result
}
