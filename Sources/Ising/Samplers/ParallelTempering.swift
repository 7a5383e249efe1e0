internal import BitCore

/// Parallel tempering (Hukushima, Nemoto 1996) with iso-energetic cluster moves (Houdayer 2001; Zhu, Ochoa, Katzgraber 2015).
///
/// Replicas are swept at a ladder of temperatures, and neighbours on the ladder exchange temperatures with probability
/// min(1, exp((βᵢ − βⱼ)(Eᵢ − Eⱼ))): what is stuck where it is cold gets warm again. On sparse models two replicas stand at every temperature, and
/// connected clusters of variables in which the two differ are flipped in both. That keeps the sum of their energies, so it is always accepted,
/// and it crosses barriers that single flips do not. Above a mean degree of about 6 such clusters span the model, and the move is left out.
///
/// Each read is an ensemble of its own. Temperatures are moved along the ladder until neighbours exchange equally often, during the first
/// half of a run at most.
public struct ParallelTempering: Sampler {
    public struct Options: Hashable, Sendable, Codable {
        /// Ensembles; nil for one a thread until the limits, or 4 without limits.
        public var reads: Int?
        /// Sweeps of every replica; nil for 1000, or no end with limits.
        public var sweeps: Int?
        /// Temperatures of the ladder; nil for a number that follows from the size of the model.
        public var temperatures: Int?
        /// Inverse temperatures of the ladder, from hot to cold, kept as they are; instead of `temperatures`.
        public var betas: [Double]?
        /// Whether to flip clusters; nil for models of a mean degree of at most 6 with at most 100,000 variables.
        public var clusters: Bool?
        /// Whether a read gives the best assignment it met. If not, it gives the last one of its coldest replica, which with fixed temperatures is a
        /// draw from the Boltzmann distribution.
        public var keepsBest: Bool

        public init(
            reads: Int? = nil, sweeps: Int? = nil, temperatures: Int? = nil, betas: [Double]? = nil, clusters: Bool? = nil, keepsBest: Bool = true
        ) {
            (self.reads, self.sweeps, self.temperatures) = (reads, sweeps, temperatures)
            (self.betas, self.clusters, self.keepsBest) = (betas, clusters, keepsBest)
        }

        func check() throws(SamplerError) {
            try SamplerError.check(reads, "reads")
            try SamplerError.check(sweeps, "sweeps")
            if let temperatures {
                guard (1...1024).contains(temperatures) else { throw .option("\(temperatures) temperatures; use 1 to 1024") }
                guard betas == nil else { throw .option("both a number of temperatures and a list of inverse temperatures; give one") }
            }
            if let betas {
                guard (1...1024).contains(betas.count) else { throw .option("\(betas.count) inverse temperatures; give 1 to 1024") }
                for beta in betas where !(beta > 0) || !beta.isFinite { throw .option("inverse temperature \(beta); use finite numbers above 0") }
                for (hot, cold) in zip(betas, betas.dropFirst()) where !(hot < cold) {
                    throw .option("inverse temperatures \(hot), \(cold); list them from hot to cold, ascending")
                }
            }
        }
    }

    public let name = "pt"
    public var options: Options

    public init(_ options: Options = Options()) {
        self.options = options
    }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        try options.check()
        try control.checkInitialStates(model)
        let monitor = SearchMonitor(IntegerModel(model), control: control)
        let model = monitor.model
        guard model.variables > 0 else {
            let empty = PackedSpins(count: 0)
            monitor.offer(empty, energy: model.energy(0))
            return monitor.sampleSet([PackedSpins](repeating: empty, count: options.reads ?? 4), seed: seed, sampler: name)
        }
        let couplings = SpinCouplings(model, .any)
        let betas = options.betas ?? TemperatureLadder.betas(model, count: options.temperatures)
        let hasClusters = options.clusters ?? (model.meanDegree <= 6 && model.variables <= 100_000)
        let sweeps = options.sweeps ?? (control.isLimited ? nil : 1000)
        let reads = options.reads ?? (control.isLimited ? nil : 4)
        let samples = Reads.run(reads, monitor: monitor) { read in
            let ensemble = TemperingEnsemble(
                model, couplings, betas: betas, isAdaptive: options.betas == nil, hasClusters: hasClusters,
                generator: SeededGenerator(seed: seed).split(UInt64(read)))
            if !control.initialStates.isEmpty { ensemble.load(control.initialStates) }
            ensemble.run(sweeps: sweeps, monitor: monitor)
            return [options.keepsBest ? ensemble.best : ensemble.coldest]
        }
        return monitor.sampleSet(
            samples, seed: seed, sampler: name,
            details: ["temperatures": String(betas.count), "clusters": String(hasClusters), "form": couplings.form.rawValue])
    }
}

/// Inverse temperatures from hot to cold.
enum TemperatureLadder {
    /// From the temperature at which random spins are in equilibrium to one at which next to nothing moves, in equal ratios. Energies fluctuate as
    /// √n, so neighbours that are to exchange are closer for larger models; beyond 32 the replicas cost more than the exchanges bring.
    static func betas(_ model: IntegerModel, count: Int?) -> [Double] {
        let count = count ?? Swift.max(4, Swift.min(32, Int(4 + 0.5 * Double(model.variables).squareRoot())))
        let ends = Schedule.lanes(model)
        guard count > 1 else { return [ends.cold] }
        return (0..<count).map { ends.hot * Power.of(ends.cold / ends.hot, Double($0) / Double(count - 1)) }
    }

    /// Moves the inverse temperatures between the ends so that all neighbours exchange equally often: a gap grows by what its rate is above the mean.
    static func adapt(_ betas: inout [Double], rates: [Double]) {
        precondition(rates.count == betas.count - 1, "\(rates.count) rates between \(betas.count) temperatures")
        guard betas.count > 2 else { return }
        let mean = rates.reduce(0, +) / Double(rates.count)
        let gaps = zip(zip(betas, betas.dropFirst()), rates).map { ($0.1 - $0.0) * Swift.max(0.5, Swift.min(2, 1 + $1 - mean)) }
        let factor = (betas[betas.count - 1] - betas[0]) / gaps.reduce(0, +)
        var beta = betas[0]
        for (index, gap) in gaps.enumerated().dropLast() {
            beta += gap * factor
            betas[index + 1] = beta
        }
    }
}
