internal import BitCore
public import Datasets
public import DenseMath
internal import Foundation
internal import Report

/// What `spinflip reproduce` does: an experiment's sweep in a folder, and below it our figures beside the published ones as a table, a Markdown
/// page, a web page and an object.
public struct Reproduction: Sendable {
    public let experiment: Experiment
    public let budget: Experiment.Budget
    public var sweep: Sweep
    let plan: ExperimentPlan
    let folder: String
    /// The command line, and what commit the program was built from, for the pages.
    public var command = ""
    public var commit = "unknown"

    /// - Parameter seed: the first of the seeds.
    /// - Precondition: the experiment is a sweep.
    public init(
        _ experiment: Experiment, budget: Experiment.Budget, folder: String, catalog: DatasetCatalog, engine: any DenseEngine, threads: Int,
        seed: UInt64 = 0
    ) throws {
        self.experiment = experiment
        self.budget = budget
        self.folder = folder
        guard let plan = experiment.plan(budget, ImageSource.best(in: catalog), seed) else {
            preconditionFailure("\(experiment.name) is no sweep")
        }
        self.plan = plan
        sweep = Sweep(try plan.sweep(named: "\(experiment.name) (\(budget.rawValue))"), folder: folder, catalog: catalog, engine: engine, threads: threads)
    }

    /// What is trained on what, before it begins.
    public var setting: String { plan.setting }

    /// Puts the published figures beside those of a sweep, and writes the pages.
    public func report(_ sweep: SweepReport) throws -> ReproductionReport {
        var report = ReproductionReport(experiment, plan, budget, sweep, folder: folder)
        report.command = command
        report.commit = commit
        report.machine = Self.machine(threads: self.sweep.threads, engine: self.sweep.engine)
        try report.write(curves: "The curves are in \(sweep.reportPath), every run in \(sweep.csvPath).")
        return report
    }

    static func machine(threads: Int, engine: any DenseEngine) -> String {
        let machine = MachineReport.current(threads: threads)
        return "\(machine.processor), \(machine.cores) cores, \(threads) threads; \(NumberText.bytes(machine.memoryBytes)); kernels \(machine.isa), "
            + "engine \(engine.name) (\(engine.details)); \(machine.system)"
    }
}

extension ReproductionReport {
    /// Writes the object, the pages and the charts.
    /// - Parameters:
    ///   - charts: beside that of the accuracies.
    ///   - lines: likewise.
    ///   - scatters: likewise.
    ///   - curves: where more is to be seen.
    func write(charts: [IntervalChart] = [], lines: [LineChart] = [], scatters: [ScatterChart] = [], curves: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        try AtomicFile.write([UInt8](try encoder.encode(self)) + [10], to: jsonPath)
        let pictures = pictures(charts: charts, lines: lines, scatters: scatters)
        let folder = markdownPath.dropLast("\(name).md".count)
        for picture in pictures { try AtomicFile.write(picture.svg, to: folder + picture.name) }
        try AtomicFile.write(markdown(pictures), to: markdownPath)
        try AtomicFile.write(page(charts: charts, lines: lines, scatters: scatters, curves: curves).render(), to: pagePath)
    }
}

/// What `spinflip reproduce list` prints.
public struct ExperimentList: Sendable, Hashable, Codable {
    public struct Entry: Sendable, Hashable, Codable {
        public var name: String
        public var title: String
        public var source: String
        public var needs: String
        /// On two cores.
        public var quick: String
        public var full: String
    }

    public var experiments: [Entry]

    public init() {
        experiments = Experiment.all.map {
            Entry(name: $0.name, title: $0.title, source: $0.source, needs: $0.needs, quick: $0.takes[.quick] ?? "", full: $0.takes[.full] ?? "")
        }
    }

    public var text: String {
        experiments.map { entry in
            """
            \(entry.name)
              what    \(entry.title)
              source  \(entry.source)
              needs   \(entry.needs)
              quick   \(entry.quick)
              full    \(entry.full)
            """
        }.joined(separator: "\n\n")
    }
}
