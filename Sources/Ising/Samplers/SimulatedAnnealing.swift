internal import BitCore
internal import Synchronization

/// Simulated annealing (Kirkpatrick, Gelatt, Vecchi 1983): sequential Metropolis sweeps at falling temperatures, then a descent.
///
/// Each read is an anneal of its own from random spins, or from one of the control's initial states. With a limit of time or updates and
/// no number of reads, reads of different lengths follow one another until the limit, and every other one starts in the middle of the
/// schedule from a mixture of two of the best spins so far.
public struct SimulatedAnnealing: Sampler {
    public enum Engine: String, Hashable, Sendable, Codable, CaseIterable {
        /// The fastest for the model.
        case auto
        /// One replica on compressed rows of neighbours.
        case scalar
        /// One replica on full rows of couplings. The same samples as `scalar`.
        case dense
        /// 64 replicas in bytes, each by itself, of models with small integers.
        case bytes
        /// 512 replicas in bits with shared random numbers, of models with small integers.
        case planes
        /// One replica in plain Swift: slow, the definition of what the others do. The same samples as `scalar`.
        case reference
    }

    public struct Options: Hashable, Sendable, Codable {
        public var engine = Engine.auto
        /// Anneals; nil for as many as the limits allow, or 16 without limits.
        public var reads: Int?
        /// Sweeps of an anneal; nil for 1000, or for different lengths where the number of reads is
        /// left to the limits.
        public var sweeps: Int?
        /// nil for one that follows from the couplings.
        public var schedule: Schedule?
        /// Inverse temperatures, one a sweep, instead of a schedule; with `sweeps` each for an equal share of them.
        public var betas: [Double]?
        /// Whether an anneal ends with sweeps that only lower the energy. Without them, an anneal at one temperature draws from the Boltzmann
        /// distribution; proposals of random spins between its sweeps then see to it that every state is reached.
        public var descends: Bool

        public init(
            engine: Engine = .auto, reads: Int? = nil, sweeps: Int? = nil, schedule: Schedule? = nil, betas: [Double]? = nil, descends: Bool = true
        ) {
            (self.engine, self.reads, self.sweeps) = (engine, reads, sweeps)
            (self.schedule, self.betas, self.descends) = (schedule, betas, descends)
        }

        func check() throws(SamplerError) {
            try SamplerError.check(reads, "reads")
            try SamplerError.check(sweeps, "sweeps")
            try schedule?.check()
            if let betas {
                guard schedule == nil else { throw .option("both a schedule and a list of inverse temperatures; give one") }
                guard !betas.isEmpty else { throw .option("an empty list of inverse temperatures; give one or more, or leave it out") }
                for beta in betas where !(beta > 0) || !beta.isFinite { throw .option("inverse temperature \(beta); use finite numbers above 0") }
            }
        }
    }

    public let name = "sa"
    public var options: Options

    public init(_ options: Options = Options()) {
        self.options = options
    }

    /// The oracle of the fast engines, with default options.
    public static let reference = SimulatedAnnealing(Options(engine: .reference))

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        try options.check()
        try control.checkInitialStates(model)
        let monitor = SearchMonitor(IntegerModel(model), control: control)
        let model = monitor.model
        if let anneal = try LaneAnneal(model: model, options: options, seed: seed, monitor: monitor) { return anneal.sampleSet() }
        let couplings =
            switch options.engine {
            case .auto, .bytes, .planes: SpinCouplings(model, .any)
            case .scalar, .reference: SpinCouplings(model, .sparse)
            case .dense: SpinCouplings(model, .dense)
            }
        let anneal = Anneal(model: model, couplings: couplings, options: options, seed: seed, monitor: monitor)
        let reads = options.reads ?? (control.isLimited && model.variables > 0 ? nil : 16)
        let made = Atomic<Int>(0)
        let samples = Reads.run(reads, monitor: monitor) { read in
            made.add(1, ordering: .relaxed)
            return anneal.run(read, isEndless: reads == nil).map { [$0] } ?? []
        }
        return monitor.sampleSet(
            samples, seed: seed, sampler: name,
            details: ["engine": options.engine == .reference ? "reference" : couplings.form.rawValue, "reads": String(made.load(ordering: .relaxed))])
    }
}

extension SpinCouplings {
    enum Kind {
        case any, sparse, dense
    }

    convenience init(_ model: IntegerModel, _ kind: Kind) {
        let (fields, starts) = (model.fields, model.starts)
        let isComplete = model.neighbours.count == model.variables * (model.variables - 1) && !model.weights.contains { $0.magnitude != 1 }
        let form: Form? =
            switch kind {
            case .any: nil
            case .sparse: model.largestWeight <= 127 && model.variables <= 1 << 24 ? .narrow : .wide
            case .dense: model.largestRow > 32767 || model.largestWeight > 127 ? .words : isComplete ? .bits : .bytes
            }
        self.init(fields: fields, starts: starts, neighbours: model.neighbours, weights: model.weights, form: form)
    }
}
