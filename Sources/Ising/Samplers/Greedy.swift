internal import BitCore
internal import Synchronization

/// Steepest descent: from random spins, or from one of the control's initial states, always the flip that lowers the energy most, until
/// none does. In models of more than 8192 variables every flip that lowers the energy is made as it is met, in sweeps.
public struct Greedy: Sampler {
    public struct Options: Hashable, Sendable, Codable {
        /// Descents; nil for as many as the limits allow, or 100 without limits.
        public var reads: Int?

        public init(reads: Int? = nil) { self.reads = reads }
    }

    public let name = "greedy"
    public var options: Options

    public init(_ options: Options = Options()) {
        self.options = options
    }

    private static let steepestLimit = 8192

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        try SamplerError.check(options.reads, "reads")
        try control.checkInitialStates(model)
        let monitor = SearchMonitor(IntegerModel(model), control: control)
        let model = monitor.model
        let couplings = SpinCouplings(model, .any)
        let reads = options.reads ?? (control.isLimited && model.variables > 0 ? nil : 100)
        let samples = Reads.run(reads, monitor: monitor) { read in
            var generator = SeededGenerator(seed: seed).split(UInt64(read))
            let chain = SpinChain(couplings)
            chain.set(control.start(read, count: model.variables, &generator))
            Self.descend(chain, monitor)
            let result = PackedSpins(words: chain.words, count: model.variables)
            monitor.offer(chain.energy) { result }
            return reads == nil && model.energy(chain.energy) > monitor.bestEnergy ? [] : [result]
        }
        return monitor.sampleSet(samples, seed: seed, sampler: name)
    }

    private static func descend(_ chain: SpinChain, _ monitor: SearchMonitor) {
        let isSteepest = chain.count <= steepestLimit
        let none = [UInt64](repeating: 0, count: isSteepest ? (chain.count + 63) / 64 : 0)
        var evaluated = 0
        while true {
            evaluated += chain.count
            if isSteepest {
                guard let move = chain.bestMoves(tabu: none, start: 0).free, move.gain > 0 else { break }
                chain.flip(move.spin)
            } else if chain.sweep(temperature: 0) == 0 {
                break
            }
            // A sixteenth of a nanosecond an evaluation, or a few nanoseconds in sweeps.
            if evaluated >= (isSteepest ? 1 << 21 : 1 << 17) {
                guard monitor.poll(updates: evaluated) else { return }
                evaluated = 0
            }
        }
        _ = monitor.poll(updates: evaluated)
    }
}

/// Random spins: what every other sampler should beat.
public struct RandomSampler: Sampler {
    public struct Options: Hashable, Sendable, Codable {
        /// Assignments; nil for as many as the limits allow, or 100 without limits.
        public var reads: Int?

        public init(reads: Int? = nil) { self.reads = reads }
    }

    public let name = "random"
    public var options: Options

    public init(_ options: Options = Options()) {
        self.options = options
    }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        try SamplerError.check(options.reads, "reads")
        let monitor = SearchMonitor(IntegerModel(model), control: control)
        let model = monitor.model
        let reads = options.reads ?? (control.isLimited && model.variables > 0 ? nil : 100)
        let samples = Reads.run(reads, monitor: monitor) { read in
            var generator = SeededGenerator(seed: seed).split(UInt64(read))
            let result = PackedSpins(words: randomSpins(count: model.variables, &generator), count: model.variables)
            let energy = model.integerEnergy(of: result.spins)
            monitor.offer(energy) { result }
            _ = monitor.poll(updates: 1)
            return reads == nil && model.energy(energy) > monitor.bestEnergy ? [] : [result]
        }
        return monitor.sampleSet(samples, seed: seed, sampler: name)
    }
}

extension SamplingControl {
    /// Whether a search without an end of its own comes to one.
    var isLimited: Bool { timeLimit != nil || updateLimit != nil }

    /// The spins from which a read starts.
    func start(_ read: Int, count: Int, _ generator: inout SeededGenerator) -> [UInt64] {
        initialStates.isEmpty ? randomSpins(count: count, &generator) : initialStates[read % initialStates.count].words
    }

    /// Initial states are the caller's data: each must be one of the model.
    func checkInitialStates(_ model: IsingModel) throws(SamplerError) {
        for initial in initialStates where initial.count != model.variables {
            throw .option("an initial state of \(initial.count) variables for a model of \(model.variables); give one of the model")
        }
    }
}
