public import BinaryNN
public import BinaryTraining
internal import BitCore
public import Datasets
internal import DenseMath
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

    public let name: String
    public let network: Network
    public let optimizer: Optimizer
    public let encoding: InputEncoding
    public let options: Options

    public init(name: String, network: Network, optimizer: Optimizer, encoding: InputEncoding, options: Options = Options()) {
        (self.name, self.network, self.optimizer, self.encoding, self.options) = (name, network, optimizer, encoding, options)
    }

    /// Two rows: the step, whose roof is the engine's rate on the step's own products, and those products themselves. A step counts three
    /// products a layer (forward, kernel gradient, input gradient; the first layer has no input gradient), whatever computes them.
    public func run(_ context: ExecutionContext, seed: UInt64, _ control: RunControl) throws -> [BenchmarkRow] {
        let data = try syntheticData(seed: seed)
        let products = denseProducts()
        let operands = Operands(products, seed: seed)
        let times = Mutex((steps: [Double](), products: [Double](), last: 0.0))
        let training = TrainingOptions(
            epochs: options.rounds + 1, batchSize: options.batchSize, seed: seed, encoding: encoding, flipInterval: 0)
        var trainer = try Trainer(network, optimizer, training, context)
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
                    let seconds = operands.time(products, context, control)
                    times.withLock { $0.products.append(seconds) }
                }
                control.onProgress(
                    Progress(stage: "measuring \(name)", completed: report.epoch, total: options.rounds + 1, unit: "rounds"))
                times.withLock { $0.last = control.seconds() }
            })
        times.withLock { $0.last = control.seconds() }
        try trainer.train(data, test: nil, hooks)

        let (steps, dense) = times.withLock { ($0.steps, $0.products) }
        guard !steps.isEmpty, !dense.isEmpty else { return [] }
        let work = Double(products.reduce(0) { $0 + $1.multiplyAccumulates }) * 1e-9
        let (step, product) = (BenchmarkRow.Seconds(steps), BenchmarkRow.Seconds(dense))
        let shape = "batch \(options.batchSize)"
        let threads = context.parallel.threads
        let roof = work / product.median
        return [
            BenchmarkRow(
                name: name, shape: shape, isa: context.engine.name, threads: threads, seconds: step, rate: work / step.median, unit: "GMAC/s",
                roof: roof, fraction: work / step.median / roof),
            BenchmarkRow(
                name: "\(name): its dense products alone", shape: shape, isa: context.engine.name, threads: threads, seconds: product, rate: roof,
                unit: "GMAC/s"),
        ]
    }

    /// The products of one step as a dense engine would do all of them.
    private func denseProducts() -> [MatrixProduct] {
        var products: [MatrixProduct] = []
        for node in network.nodes {
            guard let dense = node.layer as? Dense else { continue }
            let (batch, outputs, inputs) = (options.batchSize, dense.units, network.signal(node.inputs[0]).shape.count)
            products.append(MatrixProduct(rows: batch, columns: outputs, depth: inputs, transposeB: true))
            products.append(MatrixProduct(rows: outputs, columns: inputs, depth: batch, transposeA: true))
            if node.inputs[0] != .input { products.append(MatrixProduct(rows: batch, columns: inputs, depth: outputs)) }
        }
        return products
    }

    private func syntheticData(seed: UInt64) throws -> Dataset {
        let count = options.batchSize * options.stepsPerRound
        let width = network.input.shape.count
        var generator = SeededGenerator(seed: seed).split("benchmark")
        return try Dataset(
            name: "random", itemShape: network.input.shape, features: (0..<count * width).map { _ in UInt8(truncatingIfNeeded: generator.next()) },
            labels: (0..<count).map { $0 % network.output.shape.count }, classNames: (0..<network.output.shape.count).map(String.init))
    }

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

        /// Seconds for all products once, each with the engine's and the backward pass's own precision.
        func time(_ products: [MatrixProduct], _ context: ExecutionContext, _ control: RunControl) -> Double {
            var c = Tensor(zeros: [size])
            let start = control.seconds()
            for var product in products {
                product.precision = context.precision
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
