import BinaryNN
import BinaryTraining
import BitCore
import Datasets
import DenseMath
import Foundation
import ModelZoo
import Testing

@Suite struct GraphTrainerTests {
    static let context = ExecutionContext(engine: PortableEngine())

    static func options(_ epochs: Int, batch: Int = 0, seed: UInt64 = 1) -> TrainingOptions {
        TrainingOptions(epochs: epochs, batchSize: batch, seed: seed, encoding: .binarised(threshold: 1))
    }

    static func trainer(
        _ task: GraphTask, _ options: TrainingOptions, rule: some UpdateRule = Adam(learningRate: 0.01), kernel: ParameterEncoding = .latentBinary,
        context: ExecutionContext = Self.context
    ) throws -> GraphTrainer {
        let network = try BinaryGCN(dropout: 0.2, kernel: kernel).network(features: task.input.featureCount, classes: task.classCount)
        let routes: [Optimizer.Route] =
            kernel == .binary ? [.init(.encoding(.binary), rule), .init(.everythingElse, Adam())] : [.init(.everythingElse, rule)]
        return try GraphTrainer(network, Optimizer(routes), options, GraphTrainingOptions(latentDecay: 1e-4, centresGradients: true), context)
    }

    static func karate(perClass: Int = 4) throws -> GraphTask { try GraphTask(.karateClub().split(perClass: perClass, seed: 3)) }

    @Test func learnsTheKarateClub() throws {
        let task = try Self.karate()
        var trainer = try Self.trainer(task, Self.options(150))
        #expect(try trainer.train(task, TrainingHooks()))
        let accuracy = GraphAccuracy(task, trainer.classes(task))
        #expect(accuracy.train == 1 && accuracy.test >= 0.8 && accuracy.validation == nil)
    }

    /// Three groups of forty nodes, mostly joined within, each with sixty features of its own of which a node has a third.
    static func communities() throws -> GraphTask {
        var generator = SeededGenerator(seed: 5)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("graph-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var (nodes, edges, features) = ("node,label\n", "u,v\n", "node,feature\n")
        for node in 0..<120 {
            nodes += "\(node),\(node % 3)\n"
            for other in 0..<node where generator.uniform() < (node % 3 == other % 3 ? 0.08 : 0.01) { edges += "\(other),\(node)\n" }
            for feature in 0..<180 where generator.uniform() < (feature % 3 == node % 3 ? 0.33 : 0.1) { features += "\(node),\(feature)\n" }
        }
        for (name, text) in [("nodes.csv", nodes), ("edges.csv", edges), ("features.coo.csv", features)] {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        return try GraphTask(GraphDataset(folder: folder.path, name: "communities", seed: 1))
    }

    @Test func bitsLearnToo() throws {
        let task = try Self.communities()
        var trainer = try Self.trainer(task, Self.options(100), rule: Bop(gamma: 1e-2, threshold: 1e-6), kernel: .binary)
        try trainer.train(task, TrainingHooks())
        let accuracy = GraphAccuracy(task, trainer.classes(task))
        #expect(accuracy.train >= 0.9 && accuracy.test >= 0.8)
    }

    /// One batch of all training nodes is the whole graph; several are parts of it, and they learn as well.
    @Test func batchesOfNodes() throws {
        let task = try Self.karate()
        var whole = try Self.trainer(task, Self.options(20))
        var named = try Self.trainer(task, Self.options(20, batch: 8))
        try whole.train(task, TrainingHooks())
        try named.train(task, TrainingHooks())
        #expect(whole.state.parameters.reals(whole.state.parameters.ids[0]) == named.state.parameters.reals(named.state.parameters.ids[0]))
        let communities = try Self.communities()
        var parts = try Self.trainer(communities, Self.options(60, batch: 15))
        try parts.train(communities, TrainingHooks())
        #expect(GraphAccuracy(communities, parts.classes(communities)).train >= 0.9)
    }

    @Test func seedsAndThreadsFixTheRun() throws {
        let task = try Self.karate()
        func run(_ seed: UInt64, threads: Int) throws -> [Float] {
            var context = Self.context
            context.parallel = Parallel(threads: threads)
            var trainer = try Self.trainer(task, Self.options(12, seed: seed), context: context)
            try trainer.train(task, TrainingHooks())
            return trainer.state.parameters.ids.flatMap { trainer.state.parameters.reals($0) }
        }
        let first = try run(1, threads: 1)
        #expect(try run(1, threads: 2) == first)
        #expect(try run(2, threads: 1) != first)
    }

    /// A run taken up from a checkpoint goes on bit for bit.
    @Test func resumes() throws {
        let task = try Self.karate()
        var unbroken = try Self.trainer(task, Self.options(10))
        try unbroken.train(task, TrainingHooks())
        var first = try Self.trainer(task, Self.options(4))
        try first.train(task, TrainingHooks())
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("graph-\(UUID().uuidString).safetensors").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Checkpoint.write(first.state, options: first.options, data: "karate", to: path)
        let fresh = try Self.trainer(task, Self.options(10))
        let state = try Checkpoint.read(path, into: fresh.state, options: fresh.options, data: "karate")
        var second = GraphTrainer(fresh.network, state: state, fresh.options, fresh.graphOptions, Self.context)
        try second.train(task, TrainingHooks())
        for id in second.state.parameters.ids { #expect(second.state.parameters.reals(id) == unbroken.state.parameters.reals(id)) }
    }

    @Test func refusesWhatDoesNotFit() throws {
        let task = try Self.karate()
        let network = try BinaryGCN().network(features: 30, classes: 2)
        var trainer = try GraphTrainer(network, Optimizer([.init(.everythingElse, Adam())]), Self.options(1), GraphTrainingOptions(), Self.context)
        #expect(throws: TrainingError.self) { try trainer.train(task, TrainingHooks()) }
    }
}
