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
        /// Sweeps a temperature; nil for 4, or for 1, doubling with every population, where their number is left to the limits; a population that a
        /// limit of time has no room for is made smaller.
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
            try SamplerError.check(reads, "reads")
            guard (2...1_000_000).contains(population) else { throw .option("a population of \(population); use 2 to 1000000") }
            try SamplerError.check(sweeps, "sweeps")
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
        let reads = options.reads ?? (control.isLimited ? nil : 1)
        let couplings = SpinCouplings(model, .any)
        let generator = SeededGenerator(seed: seed)
        let options = options
        let samples = Reads.run(reads, monitor: monitor) { read in
            var population = Population(model, couplings, options, generator: generator.split(UInt64(read)), monitor: monitor)
            return population.run(read, isEndless: reads == nil)
        }
        return monitor.sampleSet(samples, seed: seed, sampler: name, details: ["engine": couplings.form.rawValue])
    }
}

/// One population, on the integer model: β here counts in its units.
private struct Population {
    let model: IntegerModel
    let couplings: SpinCouplings
    let options: PopulationAnnealing.Options
    let monitor: SearchMonitor
    var generator: SeededGenerator
    var replicas: [SpinChain] = []
    var pace: Anneal.Pace
    /// Steps of temperature, at most.
    var steps = 200
    let coldest: Double
    var best: (words: [UInt64], energy: Int64)?

    init(
        _ model: IntegerModel, _ couplings: SpinCouplings, _ options: PopulationAnnealing.Options, generator: SeededGenerator, monitor: SearchMonitor
    ) {
        (self.model, self.couplings, self.options) = (model, couplings, options)
        (self.monitor, self.generator) = (monitor, generator)
        pace = Anneal.Pace(monitor: monitor, tally: Anneal.Tally())
        coldest = options.coldest.map { $0 * model.scale } ?? 12 / Swift.max(1e-9, SingleFlip.fieldDeviation(model))
    }

    mutating func run(_ read: Int, isEndless: Bool) -> [PackedSpins] {
        var sweeps = options.sweeps ?? 4
        var size = options.population
        guard add() else { return result() }
        if isEndless, options.sweeps == nil {
            sweeps = 1 << Swift.min(read, 20)
            if let limit = monitor.control.timeLimit { fit(to: limit, sweeps: &sweeps, size: &size) }
        }
        while replicas.count < size { guard add() else { return result() } }
        var beta = 0.0
        while beta < coldest {
            let next = step(from: beta)
            guard resample(next - beta) else { return result() }
            beta = next
            for chain in replicas {
                for _ in 0..<sweeps {
                    guard pace.sweep(chain, count: model.variables, temperature: 1 / beta) else { return result() }
                    note(chain)
                }
            }
        }
        if options.descends {
            for chain in replicas {
                pace.finish(chain, count: model.variables, descends: true)
                note(chain)
                if monitor.isStopped { break }
            }
        }
        pace.finish(replicas[0], count: model.variables, descends: false)
        return result()
    }

    /// One more replica, at random; false when the search is over.
    private mutating func add() -> Bool {
        let chain = SpinChain(couplings)
        chain.set(randomSpins(count: model.variables, &generator))
        chain.seed(&generator)
        replicas.append(chain)
        note(chain)
        return replicas.count & 15 != 0 && model.variables + model.interactions < 1 << 12 || monitor.poll(updates: 0)
    }

    /// Makes a population that would not be done by the limit of time shorter: fewer sweeps, then fewer replicas and steps. What
    /// remains for no other one is given to this one.
    private mutating func fit(to limit: Double, sweeps: inout Int, size: inout Int) {
        let start = monitor.elapsed
        let trials = 8
        for _ in 0..<trials where !pace.sweep(replicas[0], count: model.variables, temperature: 2 / coldest) { return }
        let budget = 0.9 * (limit - monitor.elapsed) / Swift.max(monitor.elapsed - start, 1e-9) * Double(trials)
        replicas[0].set(randomSpins(count: model.variables, &generator))
        let whole = budget / Double(steps * size)
        if whole < 3 * Double(sweeps) { sweeps = Swift.max(1, Int(whole)) }
        guard whole < 1 else { return }
        size = Swift.max(Swift.min(8, size), Swift.min(size, Int(budget / 100)))
        steps = Swift.max(4, Swift.min(steps, Int(budget / Double(size))))
    }

    private mutating func note(_ chain: SpinChain) {
        guard chain.energy < best?.energy ?? .max else { return }
        let words = chain.words
        best = (words, chain.energy)
        monitor.offer(chain.energy) { PackedSpins(words: words, count: model.variables) }
    }

    private func result() -> [PackedSpins] {
        let all = replicas.map { ($0.energy, PackedSpins(words: $0.words, count: model.variables)) }
        // A rounded model takes different energies for equal ones. The best by its own count was offered when it came.
        if !model.isExact { for (energy, spins) in all where monitor.poll(updates: 0) { monitor.offer(energy) { spins } } }
        // The best ever met belongs to the result where minima are wanted; a thermal sample is left as it is.
        guard options.descends, let best else { return Array(all.map(\.1).prefix(options.keep ?? all.count)) }
        let sorted = all.sorted { $0 < $1 }.map(\.1)
        let first = PackedSpins(words: best.words, count: model.variables)
        let rest = sorted.contains(first) ? sorted : [first] + sorted
        return Array(rest.prefix(options.keep ?? options.population))
    }

    /// The next β: the largest step that keeps the effective share, by bisection.
    private func step(from beta: Double) -> Double {
        let energies = replicas.map(\.energy)
        let least = energies.min() ?? 0
        func share(_ delta: Double) -> Double {
            let weights = energies.map { PortableMath.exp(-delta * Double($0 - least)) }
            let (sum, squares) = weights.reduce((0.0, 0.0)) { ($0.0 + $1, $0.1 + $1 * $1) }
            return sum * sum / squares / Double(weights.count)
        }
        // The least step sees to it that the end is reached; the whole rest at most.
        let rest = coldest - beta
        if share(rest) >= options.overlap { return coldest }
        var (low, high) = (Swift.min(rest, coldest / Double(steps)), rest)
        if share(low) >= options.overlap {
            for _ in 0..<20 {
                let middle = (low + high) / 2
                if share(middle) >= options.overlap { low = middle } else { high = middle }
            }
        }
        return beta + low
    }

    /// False when the search is over, and the population is of no temperature any more.
    private mutating func resample(_ delta: Double) -> Bool {
        let least = replicas.reduce(Int64.max) { Swift.min($0, $1.energy) }
        let weights = replicas.map { PortableMath.exp(-delta * Double($0.energy - least)) }
        let (sum, count) = (weights.reduce(0, +), replicas.count)
        // The comb starts anywhere within its first tooth; 53 bits.
        var tooth = Double(generator.next() >> 11) * 0x1p-53
        var (passed, made) = (0.0, 0)
        var copies = [Int](repeating: 0, count: count)
        for (index, weight) in weights.enumerated() {
            passed += weight / sum * Double(count)
            while tooth < passed, made < count {
                copies[index] += 1
                made += 1
                tooth += 1
            }
        }
        // The last sum may fall short of the count by its rounding.
        copies[count - 1] += count - made
        // A replica stays where it is; further copies of it take the places of those without any.
        var free = 0
        for index in replicas.indices {
            for _ in 1..<Swift.max(1, copies[index]) {
                while copies[free] > 0 { free += 1 }
                replicas[free].copy(replicas[index])
                free += 1
                guard model.variables < 1 << 12 || monitor.poll(updates: 0) else { return false }
            }
        }
        return true
    }
}
