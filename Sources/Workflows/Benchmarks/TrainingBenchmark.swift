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
    ///   - model: as configurations name it; it gets random items of the shape it was published for.
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

    /// The same network and items under another optimizer, with its defaults.
    func with(optimizer: String) throws -> TrainingBenchmark {
        var configuration = plan.configuration
        configuration.optimizer = optimizer
        return try TrainingBenchmark(plan: TrainingPlan(configuration, data), options: options, data: data)
    }

    private init(plan: TrainingPlan, options: Options, data: LabelledData) { (self.plan, self.options, self.data) = (plan, options, data) }

    /// What a run measures.
    public struct Result: Sendable {
        public var rows: [BenchmarkRow]
        /// Seconds of every step, in order, without those that warmed up.
        public var steps: [Double]
        /// The most memory that was resident before the roof was measured; nil where the system does not tell.
        public var peakBytes: Int?
    }

    /// Two rows: the step, whose roof is the engine's rate on the step's own products, and those products themselves. A step counts three
    /// products a layer (forward, kernel gradient, input gradient; the first layer has no input gradient), whatever computes them.
    public func run(engine: any DenseEngine, kernels: Kernels = .active, parallel: Parallel, _ control: RunControl) throws -> Result {
        let context = ExecutionContext(engine: engine, kernels: kernels, parallel: parallel, precision: plan.precision)
        let name = plan.configuration.model
        let products = StepProducts(plan.network, batch: options.batchSize, precision: plan.precision)
        let times = Mutex((steps: [Double](), products: [Double](), last: 0.0, peak: Int?.none, operands: StepProducts.Operands?.none))
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
                    times.withLock {
                        $0.steps = []
                        $0.peak = ProcessMemory.peakBytes
                        $0.operands = products.makeOperands(seed: plan.configuration.seed)
                    }
                } else {
                    guard let operands = times.withLock({ $0.operands }) else { return }
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

        let (steps, dense, peak) = times.withLock { ($0.steps, $0.products, $0.peak) }
        guard !steps.isEmpty, !dense.isEmpty else { return Result(rows: [], steps: steps, peakBytes: peak) }
        let work = products.multiplyAccumulates * 1e-9
        let (step, product) = (BenchmarkRow.Seconds(steps), BenchmarkRow.Seconds(dense))
        let shape = "batch \(options.batchSize)"
        let threads = context.parallel.threads
        let roof = work / product.median
        let rows = [
            BenchmarkRow(
                name: name, shape: shape, isa: "\(engine.name), \(plan.precision.rawValue)", threads: threads, seconds: step, rate: work / step.median,
                unit: "GMAC/s", roof: roof, fraction: work / step.median / roof),
            BenchmarkRow(
                name: "dense products of \(name)", shape: shape, isa: "\(engine.name), \(plan.precision.rawValue)", threads: threads, seconds: product,
                rate: roof, unit: "GMAC/s"),
        ]
        return Result(rows: rows, steps: steps, peakBytes: peak)
    }
}
