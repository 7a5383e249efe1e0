package import BitCore
public import Ising

/// Annealing on batches of samples that grow, for training sets on which every sample at every flip is too much to begin with: hinge losses, a
/// network with one hidden layer best (`NeuronSweep`).
///
/// The temperature is one a sample: as the batch grows, so does the loss. The weights of the end are returned, not the best ones met, because losses on
/// different batches do not compare.
public struct WeightBatches: SpinSolver {
    public struct Options: Hashable, Sendable, Codable {
        /// Samples of the first batch, and of the last; nil for all.
        public var first: Int
        public var last: Int?
        /// Temperatures at the start and at the end, for each sample of the batch.
        public var hot: Double
        public var cold: Double
        /// Batches from the first to the last.
        public var batches: Int
        /// Sweeps a batch where there is no limit of time.
        public var sweeps: Int
        /// Share of the time after which the batch has its last size.
        public var growth: Double

        public init(
            first: Int = 8192, last: Int? = nil, hot: Double = 0.004, cold: Double = 0.0002, batches: Int = 24, sweeps: Int = 4, growth: Double = 0.5
        ) {
            (self.first, self.last, self.hot, self.cold) = (first, last, hot, cold)
            (self.batches, self.sweeps, self.growth) = (batches, sweeps, growth)
        }

        func check() throws(SamplerError) {
            guard first > 0, last ?? 1 > 0, batches > 0, sweeps > 0 else { throw .option("batches and sweeps are counted from 1; correct them") }
            guard hot > 0, cold > 0, hot.isFinite, cold.isFinite else { throw .option("temperatures from \(hot) to \(cold); use finite numbers above 0") }
        }
    }

    public let name = "weights-batched"
    public var options: Options

    public init(_ options: Options = Options()) {
        self.options = options
    }

    public func solve(_ problem: SpinProblem, seed: UInt64, control: SamplingControl = SamplingControl()) throws -> SpinSolution {
        var inner = control
        // The evaluation at the end is part of the time, up to a tenth of it.
        inner.timeLimit = control.timeLimit.map { $0 - min($0 / 10, 5e-11 * Double(problem.network.weights) * Double(problem.samples.rows)) }
        let begin = control.seconds()
        let run = try search(problem, seed: seed, control: inner) { _, _ in }
        return SpinSolution(
            problem, weights: run.weights, lowerBound: problem.lowerBound, stopReason: run.reason ?? .completed, updates: run.updates,
            seconds: control.seconds() - begin, details: ["flips": String(run.flips)])
    }

    /// The weights alone, without their evaluation.
    /// - Parameter onBatch: hears of the weights at the end of every batch, and of the seconds so far.
    public func weights(
        _ problem: SpinProblem, seed: UInt64, control: SamplingControl, onBatch: (PackedSpins, Double) -> Void = { _, _ in }
    ) throws -> PackedSpins {
        try search(problem, seed: seed, control: control, onBatch).weights
    }

    private func search(
        _ problem: SpinProblem, seed: UInt64, control: SamplingControl, _ onBatch: (PackedSpins, Double) -> Void
    ) throws -> BatchRun {
        try options.check()
        try control.checkInitialWeights(problem)
        var run = BatchRun(problem, options, seed: seed, control: control, begin: control.seconds())
        try run.run(onBatch)
        return run
    }
}

private struct BatchRun {
    let problem: SpinProblem
    let options: WeightBatches.Options
    let control: SamplingControl
    let begin: Double
    var generator: SeededGenerator
    var weights: PackedSpins
    var updates = 0
    var flips = 0
    var reason: SampleSet.StopReason?

    init(_ problem: SpinProblem, _ options: WeightBatches.Options, seed: UInt64, control: SamplingControl, begin: Double) {
        (self.problem, self.options, self.control, self.begin) = (problem, options, control, begin)
        var generator = SeededGenerator(seed: seed)
        let random = (0..<problem.network.weights).map { _ -> Int8 in generator.next() & 1 == 0 ? 1 : -1 }
        weights = control.initialStates.first ?? PackedSpins(random)
        self.generator = generator
    }

    var elapsed: Double { control.seconds() - begin }

    mutating func poll() -> Bool {
        if let limit = control.timeLimit, elapsed >= limit { reason = .timeLimit }
        if let limit = control.updateLimit, updates >= limit { reason = .updateLimit }
        if control.isCancelled() { reason = .cancelled }
        return reason == nil
    }

    mutating func run(_ onBatch: (PackedSpins, Double) -> Void) throws {
        let all = problem.samples.count
        let last = min(options.last ?? all, all)
        let first = min(options.first, last)
        var layout: WeightLayout?
        var state: WeightState?
        for batch in 0..<options.batches {
            let place = Double(batch) / Double(options.batches)
            let share = min(1, place / max(options.growth, 1e-9))
            let size = batch == options.batches - 1 ? last : Int(WeightWalk.temperature(from: Double(first), to: Double(last), at: share))
            // All samples are the same batch again.
            if layout == nil || size < all || layout?.problem.samples.count != all {
                let part = size >= all ? problem : try problem.drawing(size, &generator)
                let next = WeightLayout(part)
                layout = next
                let fresh = WeightState(next)
                fresh.set(weights)
                state = fresh
            }
            guard let now = layout, let here = state else { return }
            anneal(now, here, size: min(size, all), batch: batch)
            weights = here.weights
            onBatch(weights, elapsed)
            if reason != nil { return }
        }
    }

    private mutating func anneal(_ layout: WeightLayout, _ state: WeightState, size: Int, batch: Int) {
        let sweep = NeuronSweep(layout)
        let others = sweep?.others ?? Array(0..<layout.weights)
        let neurons = sweep?.neurons ?? []
        let end = Double(batch + 1) / Double(options.batches)
        var made = 0
        while true {
            let place = control.timeLimit.map { min(1, elapsed / $0) } ?? (Double(batch) + Double(made) / Double(options.sweeps)) / Double(options.batches)
            if control.timeLimit != nil ? place >= end && made > 0 : made == options.sweeps { return }
            let temperature = WeightWalk.temperature(from: options.hot, to: options.cold, at: min(1, place)) * Double(size)
            for neuron in generator.permutation(max(neurons.count, 1)) {
                if let sweep {
                    flips += sweep.sweep(neurons[neuron], state, temperature: temperature, &generator)
                    updates += layout.problem.network.fanIn(neurons[neuron] + layout.firstNeuron)
                }
                // The others in proportion, but not all at every sweep: they look at every row.
                let count = sweep == nil ? others.count : others.isEmpty ? 0 : 1
                for _ in 0..<count {
                    let weight = others[generator.index(below: others.count)]
                    let change = state.propose(weight)
                    if change <= temperature * WeightWalk.exponential(UInt32(truncatingIfNeeded: generator.next())) {
                        state.accept()
                        flips += 1
                    } else {
                        state.reject()
                    }
                    updates += 1
                }
                if !poll() { return }
            }
            made += 1
        }
    }
}

extension SpinProblem {
    /// The same on some of the samples, each of them at most once.
    package func drawing(_ count: Int, _ generator: inout SeededGenerator) throws -> SpinProblem {
        var values: [Int8] = []
        var targets: [Bool] = []
        // What each sample of a merged row wants is not known, but how many want what.
        var used = [Int](repeating: 0, count: samples.rows)
        for sample in generator.permutation(samples.count).prefix(count) {
            let row = samples.rowOfSample[sample]
            values += samples.row(row)
            let wanted = samples.positives[row * samples.outputs..<(row + 1) * samples.outputs]
            if samples.outputs > 1, wanted.reduce(0, +) == samples.weights[row] {
                var (left, label) = (used[row], 0)
                while left >= wanted[wanted.startIndex + label] {
                    left -= wanted[wanted.startIndex + label]
                    label += 1
                }
                targets += (0..<samples.outputs).map { $0 == label }
            } else {
                targets += wanted.map { used[row] < $0 }
            }
            used[row] += 1
        }
        return try SpinProblem(network, SpinSamples(inputs: samples.inputs, outputs: samples.outputs, values: values, targets: targets), objective)
    }
}
