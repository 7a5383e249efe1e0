internal import BinaryInference
internal import BinaryTraining
public import BitCore
internal import Datasets
public import DenseMath
internal import Deployment
internal import Foundation
internal import Report

/// The whole story on the embedded digits: train one network of each family, pack the best, export it as C, check that every way to run it
/// gives the same answers, and write a report.
public struct Demo: Sendable {
    public let folder: String
    public let seed: UInt64
    /// Fewer than the recipe's for a quick look.
    public let epochs: Int

    public init(folder: String, seed: UInt64 = 0, epochs: Int? = nil) {
        self.folder = folder
        self.seed = seed
        self.epochs = epochs ?? DemoRecipe.epochs
    }

    /// - Parameter wallTime: seconds since 1970, for the logs; nil keeps times out of them.
    /// - Returns: nil when it was stopped early; what was trained until then lies in the folder.
    public func run(
        engine: any DenseEngine, kernels: Kernels = .active, parallel: Parallel, _ control: RunControl,
        wallTime: @escaping @Sendable () -> Double? = { nil }
    ) throws -> DemoReport? {
        let started = control.seconds()
        let data = try LabelledData.digits()
        var results: [(family: OptimizerFamily, folder: String, result: TrainingResult)] = []
        for recipe in DemoRecipe.all {
            let configuration = recipe.configuration(seed: seed, epochs: epochs)
            let family = try OptimizerFamily(named: configuration.optimizer)
            let runFolder = path(configuration.optimizer)
            var run = try TrainingRun(configuration, data, folder: runFolder)
            run.checksTrainingItems = true
            // Epoch by epoch is too much to read here; the run's own log has it.
            var quiet = control
            quiet.log = { _ in }
            let result = try run.run(
                resume: false, engine: engine, kernels: kernels, threads: parallel.threads, quiet, wallTime: wallTime)
            guard result.isComplete else { return nil }
            control.log(
                "\(family.family) (\(family.rawValue)): \(NumberText.percent(result.testAccuracy)) of the test images after \(NumberText.duration(result.seconds))"
            )
            results.append((family, runFolder, result))
        }
        guard let spins = try DemoSpins.row(data, seed: seed, epochs: epochs, path: path("weights"), control) else { return nil }
        control.log(
            "\(spins.family) (\(spins.optimizer)): \(NumberText.percent(spins.testAccuracy)) of the test images after \(NumberText.duration(spins.seconds))")
        guard let best = results.max(by: { $0.result.testAccuracy < $1.result.testAccuracy }) else { return nil }

        let model = try InferenceModel(contentsOf: best.result.modelPath)
        let modelPath = path("digits.safetensors")
        try model.write(to: modelPath)
        // Every image there is, those trained on too.
        let inputs = data.train.features + data.test.features
        let count = data.train.count + data.test.count
        control.onProgress(Progress(stage: "comparing every path", completed: 0, total: nil, unit: "images"))
        let packed = Verification.verifyPaths(model, inputs: inputs, count: count, parallel: parallel)
        let exported = try CExporter(model, name: "digits").write(to: path("c"), vectors: Array(data.test.features.prefix(32 * data.test.featureCount)))
        let compiled = Verification.verifyC(exported, model, inputs: inputs, count: count, parallel: parallel)
        if compiled.verified == false { control.log("the exported C failed: \(compiled.detail)") }

        let exactness = exactness(packed, compiled, best.result, count: count)
        let report = DemoReport(
            model: DemoRecipe.model,
            rows: results.map { item in
                .init(
                    family: item.family.family, optimizer: item.family.rawValue, testAccuracy: item.result.testAccuracy, seconds: item.result.seconds,
                    epochs: item.result.epochs, parameterBytes: item.result.memory.parameters, modelPath: item.result.modelPath)
            } + [spins],
            exactness: exactness, modelBytes: item(at: modelPath), modelPath: modelPath, files: exported.files, flashBytes: exported.flashBytes,
            ramBytes: exported.ramBytes, reportPath: path("report.html"), seconds: control.seconds() - started)
        try AtomicFile.write(page(report, try results.map { try RunLog(path: $0.folder) }).render(), to: report.reportPath)
        return report
    }

    private func path(_ name: String) -> String { folder + "/" + name }

    private func item(at path: String) -> Int { ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int) ?? 0 }

    private func exactness(
        _ packed: Verification.Paths, _ compiled: Verification.CReport, _ training: TrainingResult, count: Int
    ) -> DemoReport.Exactness {
        var paths: [DemoReport.Exactness.Path] = [
            .init(name: "the network as trained", inputs: training.exactness.inputs, mismatches: training.exactness.mismatches)
        ]
        paths += packed.paths.map { .init(name: "packed on \($0.name)", inputs: packed.inputs, mismatches: $0.mismatches) }
        switch compiled.verified {
        case true: paths.append(.init(name: "exported C", inputs: compiled.inputs, mismatches: compiled.mismatches))
        // Code that does not compile or run gives no answer to any input.
        case false: paths.append(.init(name: "exported C", inputs: count, mismatches: Swift.max(compiled.mismatches, 1)))
        default: break
        }
        return .init(
            inputs: count, mismatches: paths.reduce(0) { $0 + $1.mismatches }, paths: paths, compiledC: compiled.verified != nil)
    }

    private func page(_ report: DemoReport, _ logs: [RunLog]) -> HTMLReport {
        var page = HTMLReport(
            runs: logs, title: "Spinflip demo", subtitle: "\(report.model) on the digits, seed \(seed), spinflip \(Version.current)")
        let exactness = report.exactness
        page.sections.insert(
            .init(
                "Bit-exactness",
                [
                    .exactness(.init(inputs: exactness.inputs, mismatches: exactness.mismatches, paths: exactness.paths.map(\.name))),
                    .cards([
                        .init("Model file", NumberText.bytes(report.modelBytes)), .init("C tables (flash)", NumberText.bytes(report.flashBytes)),
                        .init("C work buffer (RAM)", NumberText.bytes(report.ramBytes)),
                    ]),
                ]), at: Swift.min(1, page.sections.count))
        return page
    }
}
