internal import BinaryNN
internal import BinaryTraining
internal import BitCore
internal import Datasets
package import DenseMath
internal import Foundation
internal import ModelZoo
internal import QUBOTraining
internal import Report

extension Experiment {
    static let qpsbgdScaling = Experiment(
        name: "qpsbgd-scaling", title: "What a projected step costs, by fan-in, batch and backend", source: "nothing published was found",
        needs: "nothing", takes: [.quick: "a minute", .full: "ten minutes: enumeration up to a fan-in of 20, batches up to 1,024"]
    ) { budget, context in
        try ProjectionScaling(budget, context).table(context)
    }
}

/// Times of projections of random layers, and of whole training steps.
package struct ProjectionScaling: Sendable {
    /// A backend, with the layers it is asked for.
    struct Candidate: Sendable {
        var label: String
        var backend: any ProjectionBackend
        /// Rows timed; of slow backends a few.
        var outputs: Int
        var shapes: [(fanIn: Int, batch: Int)]
    }

    var candidates: [Candidate]
    package var seeds: [UInt64]
    /// Steps of whole networks that are timed together.
    package var steps: Int
    package var isQuick: Bool

    package init(_ budget: Experiment.Budget, _ context: ExperimentContext) throws {
        isQuick = budget == .quick
        seeds = (0..<5).map { context.seed &+ $0 }
        steps = isQuick ? 20 : 100
        let batches = isQuick ? [32, 128] : [32, 128, 512, 1024]
        func shapes(_ fanIns: [Int], _ batches: [Int]) -> [(fanIn: Int, batch: Int)] { fanIns.flatMap { n in batches.map { (n, $0) } } }
        let wide = isQuick ? [16, 64, 128, 512] : [16, 64, 128, 256, 512, 1024]
        var annealing = QUBOProjection.Options()
        (annealing.sampler, annealing.reads) = ("sa", 1)
        var exact = QUBOProjection.Options()
        exact.sampler = "exact"
        candidates = [
            Candidate(
                label: "enumeration", backend: EnumerationProjection(), outputs: 128, shapes: shapes(isQuick ? [4, 8, 12] : [4, 8, 12, 16, 20], batches)),
            Candidate(label: "local", backend: LocalProjection(), outputs: 128, shapes: shapes(wide, batches)),
            Candidate(label: "local, 20 kicks", backend: LocalProjection(kicks: 20), outputs: 128, shapes: shapes(isQuick ? [16, 128] : wide, batches)),
            Candidate(label: "QUBO, sa", backend: try QUBOProjection(annealing), outputs: 2, shapes: shapes(isQuick ? [8, 64] : [8, 16, 64, 128], [8, 32])),
            Candidate(label: "QUBO, exact", backend: try QUBOProjection(exact), outputs: 2, shapes: shapes([3, 5, 8], [4, 8])),
        ]
    }

    /// Random signs and normal gradients.
    private static func layer(_ fanIn: Int, _ batch: Int, _ outputs: Int, seed: UInt64) -> (inputs: PackedTensor, targets: Tensor) {
        var generator = SeededGenerator(seed: seed).split("scaling")
        var inputs = PackedTensor(minusOnes: [batch, fanIn])
        for sample in 0..<batch {
            for input in 0..<fanIn { inputs[sample, input] = generator.next() & 1 == 1 }
        }
        return (inputs, Tensor((0..<batch * outputs).map { _ in generator.normal() }, shape: [batch, outputs]))
    }

    func table(_ context: ExperimentContext) throws -> ExperimentTable {
        let control = context.control
        let start = control.seconds()
        let parallel = Parallel(threads: context.threads)
        var rows: [ReproductionReport.Row] = []
        var curves: [LineChart] = []
        var (completed, runs) = (0, 0)
        for candidate in candidates {
            runs += candidate.shapes.count * seeds.count
            var series: [Int: [(Int, Double)]] = [:]
            for shape in candidate.shapes where !control.isCancelled() {
                control.onProgress(
                    Progress(
                        stage: "scaling", completed: completed, total: nil, unit: "layers",
                        note: "\(candidate.label), fan-in \(shape.fanIn), batch \(shape.batch)"))
                var (times, share, proved): ([UInt64: Double], Double, Int) = ([:], 0, 0)
                for seed in seeds {
                    let layer = Self.layer(shape.fanIn, shape.batch, candidate.outputs, seed: seed)
                    // Warm caches and code; slow backends need no warming.
                    let began = control.seconds()
                    let problem = try ProjectionProblem(inputs: layer.inputs, targets: layer.targets, scale: -1)
                    let found = try candidate.backend.project(problem, seed: seed, parallel: parallel)
                    let once = control.seconds() - began
                    let repeats = min(20, max(1, Int(0.02 / max(once, 1e-6))))
                    let again = control.seconds()
                    for _ in 0..<repeats {
                        let problem = try ProjectionProblem(inputs: layer.inputs, targets: layer.targets, scale: -1)
                        _ = try candidate.backend.project(problem, seed: seed, parallel: parallel)
                    }
                    times[seed] = (control.seconds() - again) / Double(repeats) / Double(candidate.outputs) * 1e3
                    let summary = ProjectionSummary(found)
                    share += summary.objective / max(summary.bound, 1e-300) / Double(seeds.count)
                    proved += summary.provedRows
                    completed += 1
                }
                let size = ProjectionSize(fanIn: shape.fanIn, samples: shape.batch)
                rows.append(
                    .init(
                        "\(candidate.label): fan-in \(shape.fanIn), batch \(shape.batch)", times,
                        note: "\(candidate.outputs) rows" + (candidate.label.hasPrefix("QUBO") ? ", each of up to \(size.variables) bits" : ""),
                        measures: ["f of the bound": share, "rows proved": Double(proved) / Double(seeds.count * candidate.outputs)], unit: "ms a row"))
                series[shape.batch, default: []].append((shape.fanIn, times.values.reduce(0, +) / Double(max(times.count, 1))))
            }
            curves.append(
                LineChart(
                    title: "\(candidate.label): milliseconds a row by fan-in", xLabel: "fan-in",
                    series: series.keys.sorted().map { batch in
                        .init("batch \(batch)", x: (series[batch] ?? []).map { Double($0.0) }, y: (series[batch] ?? []).map(\.1))
                    }, isLogarithmic: true, xIsLogarithmic: true))
        }
        let whole = try StepTimes(layers: 8, width: 128, batch: 128, steps: steps, engine: context.engine, threads: context.threads)
        var (plain, projected): ([UInt64: Double], [UInt64: Double]) = ([:], [:])
        for seed in seeds where !control.isCancelled() {
            runs += 2
            completed += 2
            // Seeds in turn, so that a busy machine is busy for both.
            plain[seed] = try whole.milliseconds(SignSGD(), seed: seed, control)
            projected[seed] = try whole.milliseconds(QPSBGD(projection: LayerProjection(backend: LocalProjection())), seed: seed, control)
        }
        var ratios: [UInt64: Double] = [:]
        for (seed, value) in projected { ratios[seed] = value / (plain[seed] ?? .nan) }
        let what = "8 layers of 128×128, batch 128"
        rows += [
            .init("\(what): a step of signSGD", plain, note: "forward, backward and update", unit: "ms"),
            .init("\(what): a step of QP-SBGD, local", projected, note: "all layers projected", unit: "ms"),
            .init("\(what): QP-SBGD over signSGD", ratios, note: "target: at most 5", unit: "times"),
        ]
        return ExperimentTable(
            setting: "Layers of random signs with normal gradients; what is timed is the making of the problem (merging, packing) and its projection, by "
                + "\(context.threads) thread\(context.threads == 1 ? "" : "s"). “f of the bound” is the weighted agreement reached over Σ|y′|, which no direction exceeds.",
            rows: rows, details: nil,
            notShown: [
                "Gradients of trained networks: theirs are neither normal nor independent of the inputs.",
                "Times of annealers: no external sampler was asked.",
            ], seeds: seeds, completed: completed, runs: runs, trainingSeconds: control.seconds() - start, interrupted: control.isCancelled(), curves: curves,
            measure: "Time")
    }
}

/// Times of whole steps of a perceptron with binary layers, all of one width, on random items.
package struct StepTimes: Sendable {
    private let network: Network
    private let data: Dataset
    private let batch: Int
    private let steps: Int
    private let context: ExecutionContext

    package init(layers: Int, width: Int, batch: Int, steps: Int, engine: any DenseEngine, threads: Int) throws {
        network = try MultilayerPerceptron(widths: Array(repeating: width, count: layers + 1)).network(input: .sign)
        var generator = SeededGenerator(seed: 7)
        data = try Dataset(
            name: "random", itemShape: [width], features: (0..<batch * width).map { _ in UInt8(generator.next() & 1) },
            labels: (0..<batch).map { _ in generator.index(below: width) }, classNames: (0..<width).map(String.init), encodings: .bits)
        (self.batch, self.steps) = (batch, steps)
        context = ExecutionContext(engine: engine, parallel: Parallel(threads: threads))
    }

    /// Of a step, the rule on the kernels and Adam beside, after a few that are not counted.
    func milliseconds(_ rule: any UpdateRule, seed: UInt64, _ control: RunControl) throws -> Double {
        let optimizer = Optimizer([.init(.role(.kernel), rule), .init(.everythingElse, Adam())])
        func seconds(_ epochs: Int) throws -> Double {
            let options = TrainingOptions(epochs: epochs, batchSize: batch, seed: seed, encoding: data.encodings.binarised, flipInterval: 0)
            var trainer = try Trainer(network, optimizer, options, context)
            let start = control.seconds()
            try trainer.train(data, test: nil, TrainingHooks())
            return control.seconds() - start
        }
        // An epoch is a step.
        _ = try seconds(3)
        return try seconds(steps) / Double(steps) * 1e3
    }
}
