import BinaryTraining
import BitCore
import Datasets
import DenseMath
import Foundation
import Report
import Testing
import Workflows

/// The experiments of QP-SBGD, in small, and the rules in runs.
@Suite struct ProjectionExperimentTests {
    static func context(isCancelled: @escaping @Sendable () -> Bool = { false }) -> ExperimentContext {
        ExperimentContext(
            catalog: DatasetCatalog(folder: "/nowhere"), engine: PortableEngine(), threads: 2, seed: 0, control: Fixtures.control(isCancelled: isCancelled))
    }

    @Test func rosenbrocksGradient() {
        let x = [0.3, -0.7, 1.2, 0.1]
        let gradient = RosenbrockStudy.gradient(x)
        for i in x.indices {
            var (up, down) = (x, x)
            up[i] += 1e-6
            down[i] -= 1e-6
            #expect(abs((RosenbrockStudy.value(up) - RosenbrockStudy.value(down)) / 2e-6 - gradient[i]) < 1e-3)
        }
        #expect(RosenbrockStudy.value([1, 1, 1]) == 0 && RosenbrockStudy.gradient([1, 1, 1]) == [0, 0, 0])
    }

    /// The ones project onto themselves, and every corner leads to them.
    @Test(arguments: [2, 10, 100])
    func projectedStepsReachTheOnes(_ dimension: Int) {
        let study = RosenbrockStudy(.quick, Self.context())
        for seed in 0..<5 as Range<UInt64> {
            let projected = study.run(.projected, dimension: dimension, rate: 0.2, seed: seed)
            let latent = study.run(.qpsbgd, dimension: dimension, rate: 0.1, seed: seed)
            #expect(projected.isOptimal && projected.value == 0 && latent.isOptimal)
            // Once there, it stays.
            if let reached = projected.reached { #expect(projected.ones[reached...].allSatisfy { $0 == 1 }) }
        }
    }

    @Test func rulesAreComparedOnOneTask() throws {
        let digits = try LabelledData.digits()
        let train = try digits.train.pair(0, 2)
        #expect(train.classCount == 2 && Set(train.labels) == [0, 1] && train.count > 200)
        var contest = try DigitPairs(.quick, Self.context()).contest
        #expect(contest.tasks.map(\.name) == ["0/2, 64-16-2", "1/2, 64-16-2", "1/7, 64-16-2"])
        contest.tasks.removeLast(2)
        (contest.tasks[0].name, contest.tasks[0].epochs, contest.tasks[0].published) = ("0/2", 4, ["QP-SBGD": 0.66])
        (contest.seeds, contest.tuningSeeds) = ([1, 2], [9])
        let table = try contest.table(Self.context(), setting: "Digits.", notShown: ["much"])
        #expect(table.completed == 14 && table.runs == 14 && !table.interrupted)
        #expect(table.rows.count { !$0.isDifference } == 7 && table.details?.count == 7)
        #expect(table.rows.count { $0.isDifference } == 7)
        for row in table.rows where !row.isDifference {
            #expect(row.seeds == [1, 2] && (row.ours ?? 0) > 0.7, "\(row.what): \(row.ours ?? 0)")
            #expect((row.measures?["training accuracy"] ?? 0) > 0.7 && row.note.contains("η = "))
            #expect(row.published == (row.what.hasSuffix(": QP-SBGD") ? 0.66 : nil))
        }
    }

    @Test func imagesArePooledAndFeaturesChosen() throws {
        let set = try Dataset(
            name: "made", itemShape: [2, 4], features: [0, 4, 100, 100, 8, 12, 100, 100, 1, 1, 0, 0, 1, 1, 0, 0], labels: [0, 1], classNames: ["a", "b"])
        #expect(try set.pooled(2).features == [6, 100, 1, 0] && set.pooled(2).itemShape == [1, 2])
        #expect(try set.choosing([0, 5]).features == [0, 12, 1, 1])
        let uneven = try Dataset(name: "made", itemShape: [1], features: [1, 2, 3, 4], labels: [1, 0, 1, 1], classNames: ["a", "b"])
        #expect(uneven.balanced().features == [1, 2])
    }

    @Test func stoppedExperimentsSaySo() throws {
        let stopped = Self.context(isCancelled: { true })
        let contest = RuleContest(tasks: [], seeds: [1], tuningSeeds: [2], engine: PortableEngine(), threads: 1)
        #expect(try contest.table(stopped, setting: "", notShown: []).interrupted)
    }

    @Test func theRosenbrockPageHasCurves() throws {
        try Fixtures.withFolder { folder in
            let report = try TableReproduction(
                Experiment(named: "qpsbgd-rosenbrock"), budget: .quick, folder: folder, catalog: DatasetCatalog(folder: "/nowhere"), engine: PortableEngine(),
                threads: 1
            ).run(Fixtures.control())
            #expect(report.rows.count == 18 && report.measure == "Share of seeds that end at the optimum")
            for row in report.rows where row.what.contains("QP-SBGD") { #expect(row.ours == 1, "\(row.what)") }
            let page = try String(contentsOfFile: report.pagePath, encoding: .utf8)
            #expect(page.contains("Curves") && page.contains("d = 100"))
        }
    }

    // MARK: Runs

    private func run(_ optimizer: String, _ settings: [String: String], folder: String) throws -> [RunEvent.Epoch] {
        let configuration = TrainingConfiguration(
            model: "mlp:64-24-10", dataset: "digits", optimizer: optimizer, epochs: 2, batchSize: 50, limit: 200,
            settings: settings.merging(["input": "binarised", "flip-interval": "1"]) { own, _ in own })
        let run = try TrainingRun(configuration, try LabelledData.digits(), folder: folder)
        _ = try run.run(resume: false, engine: PortableEngine(), threads: 1, Fixtures.control())
        return try RunLog(path: folder).epochs
    }

    @Test(arguments: ["qpsbgd", "qpsbgd-projected"], ["add", "subtract"])
    func logsSayHowGoodProjectionsAre(_ optimizer: String, _ variant: String) throws {
        try Fixtures.withFolder { folder in
            let epochs = try run(optimizer, ["variant": variant, "signal": variant == "add" ? "signs" : "sums"], folder: folder)
            let layers = try #require(epochs.last?.layers)
            #expect(layers.map(\.name) == ["dense1.kernel", "dense2.kernel"])
            for layer in layers {
                let measures = try #require(layer.measures)
                let (objective, start) = (try #require(measures["projection.objective"]), try #require(measures["projection.start"]))
                #expect(objective >= start && objective <= measures["projection.bound"] ?? 0)
                #expect(measures["projection.rows"] == (layer.name == "dense1.kernel" ? 96 : 40))
            }
        }
    }

    @Test func quboProjectionsRunAndFailCleanly() throws {
        try Fixtures.withFolder { folder in
            let epochs = try run(
                "qpsbgd", ["projection": "qubo", "projection-sampler": "greedy", "projection-reads": "1"], folder: folder + "/greedy")
            #expect(epochs.last?.layers.allSatisfy { ($0.measures?["projection.objective"] ?? 0) > 0 } == true)
            let large = #expect(throws: TrainingError.self) { try run("qpsbgd", ["projection": "qubo"], folder: folder + "/exact") }
            #expect(large.map { "\($0)" }?.contains("use the local backend") == true)
            let dead = #expect(throws: TrainingError.self) {
                try run("qpsbgd", ["projection": "qubo", "projection-sampler": "external:exit 3"], folder: folder + "/dead")
            }
            #expect(dead.map { "\($0)" }?.contains("status 3") == true)
            #expect(throws: ConfigurationError.self) { try run("qpsbgd", ["projection": "gurobi"], folder: folder + "/unknown") }
            #expect(throws: ConfigurationError.self) { try run("qpsbgd", ["projection-sampler": "sa"], folder: folder + "/unread") }
        }
    }
}
