internal import BinaryInference
internal import BinaryNN
public import BitCore
public import DenseMath
internal import Deployment
internal import ModelZoo
internal import Profiling

extension BenchmarkReport {
    /// The network that benchmarks use unless told otherwise: LFC of FINN, 2.9 million signs.
    public static let defaultModel = "mlp:784-1024-1024-1024-10"

    /// The kernels of the instruction set in use, on real shapes beside their roofs.
    public static func kernels(parallel: Parallel, quick: Bool, _ control: RunControl) -> BenchmarkReport {
        var done = 0
        let rows = KernelBenchmark.run(
            isa: .active, threads: parallel.threads, quick: quick, seconds: control.seconds, isCancelled: control.isCancelled
        ) { row, total in
            done += 1
            control.onProgress(Progress(stage: "measuring kernels", completed: done, total: total, unit: "rows", note: row.name))
        }
        return BenchmarkReport(rows: rows, isComplete: !control.isCancelled())
    }

    /// Packed inference of a model file, or of a named model with random weights.
    public static func inference(
        _ model: String, parallel: Parallel, layers: Bool = false, seed: UInt64, _ control: RunControl
    ) throws -> BenchmarkReport {
        let name = try? ModelName(model)
        let loaded = name?.isGraph == false ? try untrained(model, seed: seed) : try LoadedModel(path: model)
        let rows = loaded.benchmark(parallel: parallel, layers: layers, seed: seed, control)
        return BenchmarkReport(rows: rows, isComplete: !control.isCancelled())
    }

    /// Training steps beside the engine's products.
    public static func training(
        _ benchmark: TrainingBenchmark, engine: any DenseEngine, parallel: Parallel, _ control: RunControl
    ) throws -> BenchmarkReport {
        let result = try benchmark.run(engine: engine, parallel: parallel, control)
        if benchmark.plan.family.family == "projection", !control.isCancelled() {
            // What a projection costs is a question of how it compares with the step it improves on: the same network and batches under signSGD.
            let plain = try benchmark.with(optimizer: "signsgd").run(engine: engine, parallel: parallel, control)
            if let step = result.rows.first, var beside = plain.rows.first {
                beside.name = "signsgd on \(beside.name)"
                let ratio = BenchmarkRow(
                    name: "\(benchmark.plan.configuration.optimizer) over signsgd", shape: step.shape, isa: step.isa, threads: step.threads,
                    seconds: step.seconds,
                    rate: step.seconds.median / beside.seconds.median, unit: "times")
                return BenchmarkReport(
                    rows: result.rows + [beside, ratio], isComplete: !control.isCancelled(), steps: result.steps, peakBytes: result.peakBytes)
            }
        }
        return BenchmarkReport(rows: result.rows, isComplete: !control.isCancelled(), steps: result.steps, peakBytes: result.peakBytes)
    }

    private static func untrained(_ name: String, seed: UInt64) throws -> LoadedModel {
        let named = try ModelName(name)
        let (items, classes) = named.standard
        let isImages = items.rank == 3
        let network = try named.network(
            items: items, classes: classes, input: isImages ? .byte(zeroPoint: 128, shift: 7) : .sign,
            ModelOptions(kernel: isImages ? .latentBinary : .binary))
        let parameters = network.makeParameters(SeededGenerator(seed: seed))
        let model = try Lowering.lower(network, parameters, input: .init(shape: items, threshold: isImages ? nil : 128), name: name)
        return LoadedModel(model, path: name)
    }
}
