internal import BitCore

/// Population annealing (Hukushima and Iba 2003; Machta, Phys. Rev. E 82, 026704, 2010; adaptive steps: Weigel et al., Phys. Rev. E 103, 053301, 2021).
///
/// A population of R replicas starts at β = 0, in equilibrium. At each step β grows by Δβ, replica r is copied τ_r times on average,
///
///     τ_r = R · exp(−Δβ·E_r) / Σ exp(−Δβ·E)
///
/// which makes the population one of the new temperature, and θ Metropolis sweeps take the copies apart. Δβ is chosen so that the weights keep an
/// effective size (Σw)² / Σw² of a given share of R: steps are short where the energies of neighbouring temperatures overlap little. Copies
/// are made by systematic resampling: a comb of R teeth over the sums of the weights, one random number.
///
/// A population belongs to one read; reads run on several threads. Exponentials come from `PortableMath`, so samples are the same on every machine.
public struct PopulationAnnealing: Sampler {
    public struct Options: Hashable, Sendable, Codable {
        /// Populations; nil for as many as the limits allow, or 1 without limits.
        public var reads: Int?
        /// Replicas of the first population.
        public var population = 128
        /// Sweeps a temperature; nil for 4, doubling with every population where their number is left to the limits.
        public var sweeps: Int?
        /// Effective share of the population that a step of temperature may leave, above 0 and below 1.
        public var overlap = 0.86
        /// The last inverse temperature, in units of 1 / energy; nil for one at which nearly all spins are frozen.
        public var coldest: Double?
        /// How many replicas of each population to return, the best first; nil for all.
        public var keep: Int?
        /// Whether replicas are descended to local minima at the end. Without that they are a sample of the last temperature.
        public var descends = true

        public init() {}

        func check() throws(SamplerError) {
            if let reads, reads < 1 { throw .option("\(reads) reads; use 1 or more") }
            guard (2...1_000_000).contains(population) else { throw .option("a population of \(population); use 2 to 1000000") }
            if let sweeps, sweeps < 1 { throw .option("\(sweeps) sweeps; use 1 or more") }
            guard overlap > 0, overlap < 1 else { throw .option("an overlap of \(overlap); use a number between 0 and 1") }
            if let coldest, !(coldest >= 0 && coldest.isFinite) { throw .option("an inverse temperature of \(coldest); use 0 or more") }
            if let keep, keep < 1 { throw .option("\(keep) replicas to keep; use 1 or more") }
        }
    }

    public let name = "pa"
    public var options: Options

    public init(_ options: Options = Options()) {
        self.options = options
    }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        try options.check()
        let monitor = SearchMonitor(IntegerModel(model), control: control)
        let model = monitor.model
        let isLimited = control.timeLimit != nil || control.updateLimit != nil
        let reads = options.reads ?? (isLimited ? nil : 1)
        let grows = reads == nil && options.sweeps == nil
        let generator = SeededGenerator(seed: seed)
        let options = options
        let samples = Reads.run(reads, monitor: monitor) { read in
            let sweeps = (options.sweeps ?? 4) << (grows ? Swift.min(read, 20) : 0)
            var population = Population(model, options, sweeps: sweeps, generator: generator.split(UInt64(read)), monitor: monitor)
            return population.run()
        }
        return monitor.sampleSet(samples, seed: seed, sampler: name)
    }
}

/// One population, on the integer model: β here counts in its units.
private struct Population {
    let model: IntegerModel
    let options: PopulationAnnealing.Options
    let sweeps: Int
    let monitor: SearchMonitor
    var generator: SeededGenerator
    var replicas: [SingleFlip]
    let coldest: Double
    var best: SingleFlip?

    init(_ model: IntegerModel, _ options: PopulationAnnealing.Options, sweeps: Int, generator: SeededGenerator, monitor: SearchMonitor) {
        self.model = model
        self.options = options
        self.sweeps = sweeps
        self.monitor = monitor
        self.generator = generator
        replicas = []
        coldest = options.coldest.map { $0 * model.scale } ?? 12 / Swift.max(1e-9, SingleFlip.fieldDeviation(model))
    }

    mutating func run() -> [PackedSpins] {
        for _ in 0..<options.population {
            replicas.append(SingleFlip(model, randomly: &generator))
            note(replicas.count - 1)
            if replicas.count & 15 == 0, !monitor.poll(updates: 0) { return result() }
        }
        var beta = 0.0
        while beta < coldest {
            let next = step(from: beta)
            resample(next - beta)
            beta = next
            for index in replicas.indices {
                for _ in 0..<sweeps {
                    guard replicas[index].sweep(model, beta: beta, &generator, monitor) else { return result() }
                    note(index)
                }
            }
        }
        if options.descends {
            for index in replicas.indices {
                guard let (spins, energy) = Descent.run(model, from: replicas[index].spins, monitor: monitor) else { break }
                replicas[index] = SingleFlip(model, spins: spins, energy: energy)
                note(index)
            }
        }
        return result()
    }

    private mutating func note(_ index: Int) {
        guard replicas[index].energy < best?.energy ?? .max else { return }
        let replica = replicas[index]
        best = replica
        monitor.offer(replica.energy) { PackedSpins(replica.spins) }
    }

    private func result() -> [PackedSpins] {
        let all = replicas.map { ($0.energy, PackedSpins($0.spins)) }
        // A rounded model takes different energies for equal ones.
        if !model.isExact { for (energy, spins) in all { monitor.offer(energy) { spins } } }
        // The best ever met belongs to the result where minima are wanted; a thermal sample is left as it is.
        guard options.descends, let best else { return Array(all.map(\.1).prefix(options.keep ?? all.count)) }
        let sorted = all.sorted { $0 < $1 }.map(\.1)
        let first = PackedSpins(best.spins)
        let rest = sorted.contains(first) ? sorted : [first] + sorted
        return Array(rest.prefix(options.keep ?? options.population))
    }

    /// The next β: the largest step that keeps the effective share, by bisection.
    private func step(from beta: Double) -> Double {
        func share(_ delta: Double) -> Double {
            let weights = self.weights(delta)
            let (sum, squares) = weights.reduce((0.0, 0.0)) { ($0.0 + $1, $0.1 + $1 * $1) }
            return sum * sum / squares / Double(weights.count)
        }
        // A fiftieth at least, so that the end is reached; the whole rest at most.
        let rest = coldest - beta
        if share(rest) >= options.overlap { return coldest }
        var (low, high) = (Swift.min(rest, coldest / 200), rest)
        if share(low) >= options.overlap {
            for _ in 0..<20 {
                let middle = (low + high) / 2
                if share(middle) >= options.overlap { low = middle } else { high = middle }
            }
        }
        return beta + low
    }

    private func weights(_ delta: Double) -> [Double] {
        let least = replicas.reduce(Int64.max) { Swift.min($0, $1.energy) }
        return replicas.map { PortableMath.exp(-delta * Double($0.energy - least)) }
    }

    private mutating func resample(_ delta: Double) {
        let weights = weights(delta)
        let sum = weights.reduce(0, +)
        let count = replicas.count
        // The comb starts anywhere within its first tooth; 53 bits.
        var tooth = Double(generator.next() >> 11) * 0x1p-53
        var next: [SingleFlip] = []
        next.reserveCapacity(count)
        var passed = 0.0
        for (replica, weight) in zip(replicas, weights) {
            passed += weight / sum * Double(count)
            while tooth < passed, next.count < count {
                next.append(replica)
                tooth += 1
            }
        }
        // The last sum may fall short of the count by its rounding.
        while next.count < count, let last = replicas.last { next.append(last) }
        replicas = next
    }
}
