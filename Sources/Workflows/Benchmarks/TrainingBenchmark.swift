internal import BinaryNN
internal import BinaryTraining
public import BitCore
internal import Datasets
public import DenseMath
internal import ModelZoo
public import Profiling
internal import Synchronization

/// Times whole training steps beside the dense products that a step consists of, both in the same run and turn by turn, so that a slow
/// moment of the machine hits both.
public struct TrainingBenchmark: Sendable {
    public struct Options: Sendable, Hashable {
        public var batchSize: Int
        public var rounds: Int
        public var stepsPerRound: Int

        public init(batchSize: Int = 128, rounds: Int = 5, stepsPerRound: Int = 4) {
            (self.batchSize, self.rounds, self.stepsPerRound) = (batchSize, rounds, stepsPerRound)
        }
    }

    public let plan: TrainingPlan
    public let options: Options
    private let data: LabelledData

    /// - Parameters:
    ///   - model: as configurations name it.
    ///   - settings: of the training plan: `precision`, `input`, …
    /// - Throws: what is wrong with a name or a setting.
    public init(model: String, optimizer: String, settings: [String: String] = [:], seed: UInt64 = 0, options: Options = Options()) throws {
        let (items, classes) = try ModelName(model).standard
        var generator = SeededGenerator(seed: seed).split("benchmark")
        func random(_ count: Int) throws -> Dataset {
            try Dataset(
                name: "random", itemShape: items, features: (0..<count * items.count).map { _ in UInt8(truncatingIfNeeded: generator.next()) },
                labels: (0..<count).map { $0 % classes }, classNames: (0..<classes).map(String.init))
        }
        data = try LabelledData(train: random(options.batchSize * options.stepsPerRound), test: random(1))
        let configuration = TrainingConfiguration(
            model: model, dataset: "random", optimizer: optimizer, epochs: options.rounds + 1, batchSize: options.batchSize, seed: seed,
            settings: settings.merging(["flip-interval": "0"]) { given, _ in given })
        plan = try TrainingPlan(configuration, data)
        self.options = options
    }

    /// Two rows: the step, whose roof is the engine's rate on the step's own products, and those products themselves. A step counts three
    /// products a layer (forward, kernel gradient, input gradient; the first layer has no input gradient), whatever computes them.
    public func run(engine: any DenseEngine, kernels: Kernels = .active, parallel: Parallel, _ control: RunControl) throws -> [BenchmarkRow] {
        let context = ExecutionContext(engine: engine, kernels: kernels, parallel: parallel, precision: plan.precision)
        let name = plan.configuration.model
        let products = denseProducts
        let operands = Operands(products, seed: plan.configuration.seed)
        let times = Mutex((steps: [Double](), products: [Double](), last: 0.0))
        var trainer = try Trainer(plan.network, plan.optimizer, plan.options, context)
        let hooks = TrainingHooks(
            now: control.seconds, isCancelled: control.isCancelled,
            didStep: { _ in
                let now = control.seconds()
                times.withLock {
                    $0.steps.append(now - $0.last)
                    $0.last = now
                }
            },
            didFinishEpoch: { report, _ in
                // The first epoch warms caches and pages; what it measured is dropped.
                if report.epoch == 1 {
                    times.withLock { $0.steps = [] }
                } else {
                    // Once before the measurement, so that the roof is not one of cold caches.
                    _ = operands.time(products, context, control)
                    let seconds = operands.time(products, context, control)
                    times.withLock { $0.products.append(seconds) }
                }
                control.onProgress(
                    Progress(stage: "measuring \(name)", completed: report.epoch, total: options.rounds + 1, unit: "rounds"))
                times.withLock { $0.last = control.seconds() }
            })
        times.withLock { $0.last = control.seconds() }
        try trainer.train(data.train, test: nil, hooks)

        let (steps, dense) = times.withLock { ($0.steps, $0.products) }
        guard !steps.isEmpty, !dense.isEmpty else { return [] }
        let work = Double(products.reduce(0) { $0 + $1.multiplyAccumulates }) * 1e-9
        let (step, product) = (BenchmarkRow.Seconds(steps), BenchmarkRow.Seconds(dense))
        let shape = "batch \(options.batchSize)"
        let threads = context.parallel.threads
        let roof = work / product.median
        return [
            BenchmarkRow(
                name: name, shape: shape, isa: "\(engine.name), \(plan.precision.rawValue)", threads: threads, seconds: step, rate: work / step.median,
                unit: "GMAC/s",
                roof: roof, fraction: work / step.median / roof),
            BenchmarkRow(
                name: "dense products of \(name)", shape: shape, isa: "\(engine.name), \(plan.precision.rawValue)", threads: threads, seconds: product,
                rate: roof,
                unit: "GMAC/s"),
        ]
    }

    /// The products of one step as a dense engine would do all of them: forward, kernel gradient and, but for the first layer, input gradient.
    /// A convolution is a product with a row for each position, cut into blocks of rows.
    private var denseProducts: [MatrixProduct] {
        var isFirst = true
        return plan.network.nodes.flatMap { node -> [MatrixProduct] in
            let extents: (rows: Int, outputs: Int, depth: Int, groups: Int)
            if let geometry = (node.layer as? Conv2D)?.geometry {
                extents = (
                    options.batchSize * geometry.positions.positions, geometry.outputs / geometry.groups, geometry.depth, geometry.groups
                )
            } else if let dense = node.layer as? Dense {
                extents = (options.batchSize, dense.units, plan.network.signal(node.inputs[0]).shape.count, 1)
            } else {
                return []
            }
            defer { isFirst = false }
            let starts = stride(from: 0, to: extents.rows, by: Self.blockRows)
            let blocks = starts.map { min(Self.blockRows, extents.rows - $0) }.flatMap { Array(repeating: $0, count: extents.groups) }
            return blocks.flatMap { rows -> [MatrixProduct] in
                let forward = MatrixProduct(
                    rows: rows, columns: extents.outputs, depth: extents.depth, transposeB: true, precision: plan.precision)
                let data = MatrixProduct(rows: rows, columns: extents.depth, depth: extents.outputs, precision: plan.precision)
                let weights = MatrixProduct(
                    rows: extents.outputs, columns: extents.depth, depth: rows, transposeA: true, precision: plan.precision)
                return [forward] + (isFirst ? [] : [data]) + [weights]
            }
        }
    }

    private static let blockRows = 8192

    /// Operands large enough for every product: ±1, as in a step.
    private struct Operands: Sendable {
        let a: Tensor
        let b: Tensor
        let size: Int

        init(_ products: [MatrixProduct], seed: UInt64) {
            size = products.map { Swift.max($0.rows * $0.columns, $0.rows * $0.depth, $0.columns * $0.depth) }.max() ?? 1
            var generator = SeededGenerator(seed: seed).split("operands")
            let count = size
            func signs() -> Tensor { Tensor((0..<count).map { _ in generator.next() & 1 == 0 ? -1 : 1 }, shape: [count]) }
            a = signs()
            b = signs()
        }

        /// Seconds for all products once.
        func time(_ products: [MatrixProduct], _ context: ExecutionContext, _ control: RunControl) -> Double {
            var c = Tensor(zeros: [size])
            let start = control.seconds()
            for product in products {
                a.withUnsafeElements { a in
                    b.withUnsafeElements { b in
                        c.withUnsafeMutableElements { c in
                            context.engine.multiply(product, a.baseAddress!, b.baseAddress!, c.baseAddress!, parallel: context.parallel)
                        }
                    }
                }
            }
            return control.seconds() - start
        }
    }
}
