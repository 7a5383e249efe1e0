import BinaryNN
import BitCore
import Datasets
import DenseMath
import Foundation
import Testing
import Workflows

/// The experiments: that every run of theirs can be started, that no figure stands beside a published one without a word, and what comes out.
@Suite struct ReproductionTests {
    static let plans: [(Experiment, Experiment.Budget, ImageSource)] = Experiment.all.filter { !$0.isTable }.flatMap { experiment in
        Experiment.Budget.allCases.flatMap { budget in ImageSource.allCases.map { (experiment, budget, $0) } }
    }

    /// Every rule of the tables has a name here, and training images can be augmented.
    static let hasRules = ["bop2", "bop2-biased", "sign-m", "bold", "binaryconnect", "proxquant", "signsgd"].allSatisfy {
        (try? OptimizerFamily(named: $0)) != nil
    }
    static let hasAugmentation = TrainingPlan.settingsHelp.contains { $0.key == "augment" }

    /// A few made-up images of the right shape: enough to check a configuration.
    static func data(_ images: ImageSource) throws -> LabelledData {
        if images == .digits { return try LabelledData.digits() }
        let classes = (0..<10).map { "\($0)" }
        func part(_ count: Int) throws -> Dataset {
            try Dataset(
                name: "made up", itemShape: [32, 32, 3], features: [UInt8](repeating: 7, count: count * 32 * 32 * 3),
                labels: (0..<count).map { $0 % 10 }, classNames: classes)
        }
        return try LabelledData(train: part(20), test: part(10))
    }

    @Test(.enabled(if: hasRules && hasAugmentation), arguments: plans)
    func everyRunCanBeStarted(_ experiment: Experiment, _ budget: Experiment.Budget, _ images: ImageSource) throws {
        let plan = try #require(experiment.plan(budget, images, 0))
        #expect(Set(plan.rows.map(\.what)).count == plan.rows.count)
        let data = try Self.data(images)
        for row in plan.rows {
            #expect(throws: Never.self, "\(row.what)") { _ = try TrainingPlan(row.configuration, data) }
        }
        for comparison in plan.comparisons {
            #expect(plan.rows.contains { $0.what == comparison.a } && plan.rows.contains { $0.what == comparison.b })
        }
        #expect(!plan.notShown.isEmpty && !plan.setting.isEmpty)
    }

    @Test(arguments: plans)
    func publishedFiguresComeWithAWord(_ experiment: Experiment, _ budget: Experiment.Budget, _ images: ImageSource) throws {
        let plan = try #require(experiment.plan(budget, images, 0))
        let notes =
            plan.rows.filter { $0.published != nil }.map(\.note) + plan.comparisons.filter { $0.published != nil }.map(\.note)
        for note in notes where images != .cifar10 { #expect(note.hasPrefix("NOT comparable"), "\(note)") }
        for note in notes where images == .cifar10 && budget == .quick { #expect(note.hasPrefix("published: 500 epochs"), "\(note)") }
        if images == .jpeg { #expect(plan.setting.contains("lossy JPEG")) }
        if images == .digits { #expect(plan.setting.contains("nothing about CIFAR-10")) }
    }

    @Test func thePublishedRecipeIsTheAuthors() throws {
        let plan = try #require(try Experiment(named: "bop2-cifar10").plan(.full, .cifar10, 0))
        #expect(plan.rows.map(\.published) == [0.913, 0.919, 0.914])
        let bop = try #require(plan.rows.first).configuration
        #expect(bop.model == "binarynet" && bop.epochs == 500 && bop.batchSize == 50 && bop.limit == nil)
        #expect(bop.settings["gamma"] == "staircase:1e-4:0.1:100.0" && bop.settings["threshold"] == "1e-8")
        #expect(plan.rows[1].configuration.settings["sigma"] == "linear:1e-7:1e-2")
    }

    @Test func seedsBeginWhereAsked() throws {
        #expect(try Experiment(named: "bop2-cifar10").plan(.full, .jpeg, 5)?.seeds == [5, 6, 7])
    }

    @Test func unknownNamesListTheKnown() {
        #expect(throws: UnknownName("experiment", "bop3-cifar10", known: Experiment.all.map(\.name))) { try Experiment(named: "bop3-cifar10") }
        let list = ExperimentList()
        let projections = ["qpsbgd-rosenbrock", "qpsbgd-mnist-pairs", "qpsbgd-adult", "qpsbgd-gnn", "qpsbgd-scaling"]
        let networks = ["boolnet-cifar", "boolnet-energy"]
        #expect(list.experiments.map(\.name) == ["bop2-cifar10", "bop2-ablation", "qubo-regularisation", "few-shot-mnist"] + projections + networks)
        for entry in list.experiments { #expect(list.text.contains(entry.name) && !entry.quick.isEmpty && !entry.full.isEmpty && !entry.needs.isEmpty) }
    }

    private func markdown(_ p: Double, in text: String) -> Bool { text.contains(p < 0.0001 ? "p < 0.0001" : "p = ") }

    /// The whole of it on the digits.
    @Test(.enabled(if: hasRules)) func theTableIsWritten() throws {
        try Fixtures.withFolder { folder in
            var reproduction = try Reproduction(
                Experiment(named: "bop2-cifar10"), budget: .quick, folder: folder, catalog: DatasetCatalog(folder: folder + "/none"),
                engine: PortableEngine(), threads: 2)
            reproduction.command = "spinflip reproduce bop2-cifar10"
            reproduction.commit = "abc123"
            let sweep = try reproduction.sweep.run(
                resume: false, as: WorkerName(host: "here", process: 1, began: 1), Fixtures.control(), wallTime: { 1000 })
            let report = try reproduction.report(sweep)
            #expect(report.completed == report.runs && report.failed == 0 && !report.interrupted)
            for row in report.rows {
                #expect(row.ours != nil && row.interval != nil && row.seeds.count == report.seeds.count, "\(row.what)")
            }
            let bop = try #require(report.rows.first { $0.what == "Bop" })
            let biased = try #require(report.rows.first { $0.what == "Bop2 biased" })
            let difference = try #require(report.rows.first { $0.what == "Bop2 biased − Bop" })
            #expect(abs((difference.ours ?? 0) - ((biased.ours ?? 0) - (bop.ours ?? 0))) < 1e-12)
            let p = try #require(difference.pValue)
            // The interval covers 0 exactly where p is above 0.05.
            #expect((p > 0.05) == (abs(difference.ours ?? 0) < difference.interval ?? 0) && markdown(p, in: report.text))
            let json = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: report.jsonPath))) as? [String: Any])
            #expect(json["name"] as? String == "bop2-cifar10")
            let rows = try #require(json["rows"] as? [[String: Any]])
            for row in rows { for key in ["what", "published", "ours", "note"] { #expect(row[key] != nil, "\(key) is missing") } }
            let markdown = try String(contentsOfFile: report.markdownPath, encoding: .utf8)
            for part in ["NOT comparable", "spinflip reproduce bop2-cifar10", "commit abc123", "What is not shown", "| Bop2 biased − Bop | +0.60 |"] {
                #expect(markdown.contains(part), "\(part) is missing")
            }
            let page = try String(contentsOfFile: report.pagePath, encoding: .utf8)
            #expect(page.contains("<svg") && page.contains("NOT comparable"))
            #expect(report.text.contains("NOT comparable"))
        }
    }
}
