import BinaryNN
import BinaryTraining
import BitCore
import Datasets
import DenseMath
import Foundation
import Profiling
import Testing
import Workflows

@Suite struct GraphTrainingRunTests {
    struct Folder {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("graph-run-\(UUID().uuidString)").path
        func remove() { try? FileManager.default.removeItem(atPath: path) }
    }

    static func configuration(_ optimizer: String = "adam", epochs: Int = 80, settings: [String: String] = [:]) -> TrainingConfiguration {
        TrainingConfiguration(model: "bigcn", dataset: "karate", optimizer: optimizer, epochs: epochs, batchSize: 0, seed: 2, settings: settings)
    }

    /// Every family of rules trains, and its packed model gives the classes of the network on all nodes.
    @Test(arguments: OptimizerFamily.allCases.filter { $0 != .ternaryProxQuant }) func rulesTrainAndPackExactly(_ family: OptimizerFamily) throws {
        let folder = Folder()
        defer { folder.remove() }
        let graph = try GraphDataset.karateClub()
        let run = try GraphTrainingRun(
            Self.configuration(family.rawValue, epochs: 30, settings: family.family == "projection" ? ["dropout": "0", "signal": "sums"] : [:]), graph,
            folder: folder.path)
        let result = try run.run(resume: false, engine: PortableEngine(), threads: 2, Fixtures.control())
        #expect(result.isComplete && result.exactness.inputs == 34 && result.exactness.mismatches == 0 && result.epochs == 30)
        let loaded = try #require(try LoadedGraphModel(path: result.modelPath))
        let report = try loaded.evaluate(on: graph, parallel: .serial, Fixtures.control())
        #expect(report.accuracy == result.testAccuracy && report.count == 32)
        #expect(throws: ModelKindError(path: result.modelPath, isGraph: true)) { try LoadedModel(path: result.modelPath) }
        let predicted = try loaded.predict(graph, parallel: .serial).predictions
        #expect(predicted.count == 34 && predicted.allSatisfy { $0.class == $0.scores.firstIndex(of: $0.scores.max() ?? 0) })
        #expect(graph.split.test.count { predicted[$0].class == graph.labels[$0] } == report.correct)
        #expect(try loaded.predict(graph, nodes: [33, 0], parallel: .serial).predictions == [predicted[33], predicted[0]])
        #expect(throws: ConfigurationError.self) { try loaded.predict(graph, nodes: [34], parallel: .serial) }
        let summary = try ModelSummary(contentsOf: result.modelPath)
        #expect(summary.layers.count == 2 && summary.totals.operations.binaryMACs == 34 * 16 + 16 * 2 && summary.totals.parameters["1"] == 34 * 16 + 16 * 2)
        #expect(summary.totals.bytes < summary.totals.fileBytes ?? 0)
        var machine = MachineReport.current(threads: 1)
        try machine.examine(result.modelPath)
        #expect(machine.model == result.modelPath)
    }

    @Test func keepsTheBestAndResumes() throws {
        let (folder, other) = (Folder(), Folder())
        defer {
            folder.remove()
            other.remove()
        }
        let graph = try GraphDataset.karateClub().split(perClass: 3, validation: 8, seed: 1)
        let settings = ["keep": "best", "learning-rate": "1e-2"]
        let whole = try GraphTrainingRun(Self.configuration(epochs: 40, settings: settings), graph, folder: folder.path)
            .run(resume: false, engine: PortableEngine(), threads: 1, Fixtures.control())
        #expect(whole.bestEpoch == whole.modelEpoch && whole.bestAccuracy != nil && whole.validationAccuracy != nil)
        _ = try GraphTrainingRun(Self.configuration(epochs: 15, settings: settings), graph, folder: other.path)
            .run(resume: false, engine: PortableEngine(), threads: 1, Fixtures.control())
        let resumed = try GraphTrainingRun(Self.configuration(epochs: 40, settings: settings), graph, folder: other.path)
            .run(resume: true, engine: PortableEngine(), threads: 1, Fixtures.control())
        #expect(resumed.testAccuracy == whole.testAccuracy && resumed.bestEpoch == whole.bestEpoch && resumed.trainLoss == whole.trainLoss)
    }

    @Test func refusesWhatMakesNoSense() throws {
        let graph = try GraphDataset.karateClub()
        func refused(_ configuration: TrainingConfiguration) -> Bool { (try? GraphTrainingPlan(configuration, graph)) == nil }
        #expect(!refused(Self.configuration()))
        #expect(refused(TrainingConfiguration(model: "mlp:34-2", dataset: "karate")))
        #expect(refused(TrainingConfiguration(model: "bigcn", dataset: "karate", limit: 3)))
        #expect(refused(Self.configuration(settings: ["validation": "0.2"])))
        #expect(refused(Self.configuration(settings: ["augment": "flip"])))
        #expect(refused(Self.configuration(settings: ["dropout": "1"])))
        #expect(refused(Self.configuration("nonsense")))
        #expect(refused(Self.configuration("proxquant-ternary")))
        #expect(throws: ConfigurationError.self) { try TrainingPlan(TrainingConfiguration(model: "bigcn", dataset: "digits"), .digits()) }
        let request = TrainingRequest(folder: "/nowhere", model: "bigcn", dataset: "karate")
        #expect(try request.resolve().batchSize == 0 && request.resolve().epochs == 550)
    }
}
