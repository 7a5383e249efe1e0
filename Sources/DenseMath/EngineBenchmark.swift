public import BitCore

/// The matrix-product rates of engines, measured by turns so that whatever else the machine does falls on all of them alike.
public struct EngineBenchmark: Sendable {
    /// A product and what it is for.
    public struct Item: Sendable, Hashable {
        public var name: String
        public var product: MatrixProduct

        public init(_ name: String, _ product: MatrixProduct) {
            self.name = name
            self.product = product
        }
    }

    /// How long one engine took for one product.
    public struct Measurement: Sendable, Hashable {
        /// `MatrixProduct` and its purpose.
        public var item: Item
        /// Name of the engine.
        public var engine: String
        public var threads: Int
        /// Seconds of the shortest, the middle and the longest repetition.
        public var minimum: Double
        public var median: Double
        public var maximum: Double

        /// 10^9 multiply-accumulates a second, in the median repetition.
        public var gigaMACsPerSecond: Double { EngineBenchmark.rate(item.product.multiplyAccumulates, seconds: median) }
        /// The same in the shortest repetition: what the engine can do undisturbed.
        public var peakGigaMACsPerSecond: Double { EngineBenchmark.rate(item.product.multiplyAccumulates, seconds: minimum) }
    }

    public var items: [Item]
    public var repetitions: Int

    /// - Precondition: at least one repetition.
    public init(_ items: [Item], repetitions: Int = 15) {
        precondition(repetitions >= 1, "a measurement needs at least one repetition, not \(repetitions)")
        self.items = items
        self.repetitions = repetitions
    }

    /// Measurements in the order of items, and of engines for each. Every repetition runs all engines on an item one after the other;
    /// one round before them is not counted. Time is what `clock` says.
    public func run<C: Clock>(engines: [any DenseEngine], parallel: Parallel, clock: C) -> [Measurement] where C.Duration == Duration {
        items.flatMap { item in measure(item, engines, parallel, clock) }
    }

    /// The rate of doing all these products once: their multiply-accumulates over the sum of their median times.
    public static func combinedGigaMACsPerSecond(_ measurements: [Measurement]) -> Double {
        rate(measurements.reduce(0) { $0 + $1.item.product.multiplyAccumulates }, seconds: measurements.reduce(0) { $0 + $1.median })
    }

    private func measure<C: Clock>(_ item: Item, _ engines: [any DenseEngine], _ parallel: Parallel, _ clock: C) -> [Measurement]
    where C.Duration == Duration {
        let product = item.product
        var generator = SeededGenerator(seed: 0)
        func operand(_ count: Int) -> Tensor { Tensor((0..<count).map { _ in generator.uniform() - 0.5 }, shape: [count]) }
        let (a, b) = (operand(product.rows * product.depth), operand(product.depth * product.columns))
        var c = Tensor(zeros: [product.rows * product.columns])
        var times = [[Double]](repeating: [], count: engines.count)
        a.withUnsafeElements { a in
            b.withUnsafeElements { b in
                c.withUnsafeMutableElements { c in
                    guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
                    for repetition in 0...repetitions {
                        for (index, engine) in engines.enumerated() {
                            let time = clock.measure { engine.multiply(product, a, b, c, parallel: parallel) }
                            if repetition > 0 { times[index].append(time / .seconds(1)) }
                        }
                    }
                }
            }
        }
        return zip(engines, times).map { engine, times in
            let sorted = times.sorted()
            return Measurement(
                item: item, engine: engine.name, threads: parallel.threads, minimum: sorted[0], median: sorted[sorted.count / 2],
                maximum: sorted[sorted.count - 1])
        }
    }

    /// 0 when the clock saw no time pass.
    static func rate(_ multiplyAccumulates: Int, seconds: Double) -> Double {
        seconds > 0 ? Double(multiplyAccumulates) / seconds * 1e-9 : 0
    }
}

extension EngineBenchmark {
    /// The products of one training step of dense layers: for layers of `widths` [inputs, hidden …, outputs], z = x·Wᵀ forward,
    /// dx = dz·W backward to the inputs (not for the first layer) and dW = dzᵀ·x backward to the weights, with W [outputs × inputs].
    ///
    /// - Precondition: at least two widths.
    public static func trainingStep(batch: Int, widths: [Int], precision: MatrixPrecision = .float32) -> [Item] {
        precondition(widths.count >= 2, "a network has at least an input and an output width, not \(widths)")
        return zip(widths, widths.dropFirst()).enumerated().flatMap { layer, extents in
            let (inputs, outputs) = extents
            let name = "layer \(layer + 1)"
            let forward = MatrixProduct(rows: batch, columns: outputs, depth: inputs, transposeB: true, precision: precision)
            let data = MatrixProduct(rows: batch, columns: inputs, depth: outputs, precision: precision)
            let weights = MatrixProduct(rows: outputs, columns: inputs, depth: batch, transposeA: true, precision: precision)
            return [Item("\(name) forward", forward)] + (layer == 0 ? [] : [Item("\(name) backward data", data)])
                + [Item("\(name) backward weights", weights)]
        }
    }
}
