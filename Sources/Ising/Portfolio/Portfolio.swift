internal import BitCore

/// The sampler for those who do not want to choose one: `auto`.
///
/// The model is first reduced, exactly (`IsingModel.reduced`): what low degrees and persistency decide needs no search. If little remains,
/// that is solved exactly too. Else islands search side by side, each on a thread of its own where there are enough: anneals, reheats of the
/// best at many temperatures, and `PartitionCrossover` between what these bring; they share what they find through a pool of elites.
///
/// With `reads`, or without any limit, the same seed gives the same samples whatever the number of threads.
public struct Portfolio: Sampler {
    public struct Options: Hashable, Sendable, Codable {
        /// Lines of search that share a pool; nil for one a thread under a limit of time, and 4 otherwise, so that results do not depend on the
        /// number of threads.
        public var islands: Int?
        /// Exchanges between the islands after which the search ends; nil for as many as the limits allow.
        public var reads: Int?
        /// Without a limit of time, updates or reads, the search ends after this many exchanges in a row that improved nothing.
        public var patience = 16
        /// Up to this many variables a model is solved exactly.
        public var exactVariables = 40
        /// Steps of each island between two exchanges.
        public var steps = 4

        /// Variables with up to this many couplings, at most 3, are eliminated before the search.
        public var eliminatedDegree = 3

        public init() {}

        func check() throws(SamplerError) {
            try SamplerError.check(islands, "islands")
            try SamplerError.check(reads, "reads")
            guard patience >= 1 else { throw .option("patience is \(patience); use 1 or more") }
            guard (0...3).contains(eliminatedDegree) else { throw .option("eliminatedDegree is \(eliminatedDegree); use 0 to 3") }
            guard steps >= 1 else { throw .option("\(steps) steps between exchanges; use 1 or more") }
        }
    }

    public let name = "auto"
    public var options: Options

    public init(_ options: Options = Options()) { self.options = options }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        try options.check()
        try control.checkInitialStates(model)
        let monitor = SearchMonitor(IntegerModel(model), control: control)
        for initial in control.initialStates { monitor.offer(initial, energy: model.energy(of: initial.spins)) }
        let door = try Door(monitor: monitor, reducing: reductionOptions(model, control))
        var details = ["remaining": String(door.model.variables)]
        if door.model.variables == 0 {
            door.offer(PackedSpins(count: 0))
            monitor.stopOptimal()
            return monitor.sampleSet([], seed: seed, sampler: name, details: details)
        }
        if door.model.variables <= options.exactVariables, proves(door, seed: seed) {
            details["method"] = "exact"
            return monitor.sampleSet([], seed: seed, sampler: name, details: details)
        }
        let search = Search(door: door, options: options, generator: SeededGenerator(seed: seed))
        let elites = search.run()
        // What is left of the time of a small model's search goes into a proof.
        if control.timeLimit != nil, !monitor.isStopped { _ = proves(door, seed: seed) }
        details.merge(search.details) { first, _ in first }
        return monitor.sampleSet(elites, seed: seed, sampler: name, details: details)
    }

    /// Solves the reduced model exactly. Returns whether it came to the end.
    private func proves(_ door: Door, seed: UInt64) -> Bool {
        var control = SamplingControl(threads: door.monitor.control.threads)
        control.isCancelled = { !door.monitor.poll(updates: 0) }
        guard let set = try? ExactSolver().sample(door.model.source, seed: seed, control: control) else { return false }
        _ = door.monitor.poll(updates: set.updates)
        door.offer(set.first.spins)
        if let bound = set.lowerBound { door.monitor.bound(bound) }
        guard set.stopReason == .optimal else { return false }
        door.monitor.stopOptimal()
        return true
    }

    private func reductionOptions(_ model: IsingModel, _ control: SamplingControl) -> ReductionOptions {
        var result = ReductionOptions()
        result.greatestDegree = options.eliminatedDegree
        // Without fields no value is better than its negative, and roof duality decides nothing.
        result.roofDuality = model.terms.linear.contains { $0 != 0 }
        // Each takes some nanoseconds, without a look at the clock.
        result.flowSteps = control.timeLimit.map { Swift.min(5_000_000, Int(Swift.max(0, $0) * 2e7)) } ?? 5_000_000
        return result
    }
}

extension Portfolio {
    /// The way from the reduced model that is searched to the source that is reported.
    struct Door: Sendable {
        /// nil where the source itself is searched.
        private let reduction: Reduction?
        let monitor: SearchMonitor
        let model: IntegerModel

        init(monitor: SearchMonitor, reducing options: ReductionOptions) throws(SamplerError) {
            self.monitor = monitor
            guard monitor.hasRoom(for: Reduction.seconds(monitor.model.source)) else {
                (reduction, model) = (nil, monitor.model)
                return
            }
            let reduction: Reduction
            do { reduction = try monitor.model.source.reduced(options) } catch { throw .model(error) }
            self.reduction = reduction
            model = IntegerModel(reduction.model)
        }

        func expand(_ spins: PackedSpins) -> PackedSpins { reduction.map { PackedSpins($0.expand(spins.spins)) } ?? spins }

        /// Expands an assignment only when it is as good as the best or better.
        func offer(_ energy: Int64, _ spins: () -> PackedSpins) {
            let claimed = model.energy(energy)
            let slack = model.isExact ? 0 : model.scale * Double(model.variables + model.interactions)
            if claimed - slack <= monitor.bestEnergy { offer(spins()) }
        }

        func offer(_ spins: PackedSpins) {
            let expanded = expand(spins)
            monitor.offer(expanded, energy: monitor.model.source.energy(of: expanded.spins))
        }
    }
}

extension Portfolio {
    /// Islands on one model, and the pool between them.
    struct Search {
        let door: Door
        let options: Options
        let generator: SeededGenerator

        private var model: IntegerModel { door.model }
        private var monitor: SearchMonitor { door.monitor }

        private var islandCount: Int { options.islands ?? (monitor.control.timeLimit == nil ? 4 : monitor.control.threads) }

        var details: [String: String] { ["islands": String(islandCount)] }

        /// Searches until the monitor stops it, or until nothing improves any more where no limit is set.
        func run() -> [PackedSpins] {
            let couplings = SpinCouplings(model, .any)
            // Replicas of larger models cannot be laid out and counted between two looks at the clock.
            let layout = model.variables + model.interactions <= 1_000_000 && monitor.hasRoom(for: PlaneLayout.seconds(model)) ? PlaneLayout(model) : nil
            let islands = (0..<islandCount).map { index in
                Island(model, couplings: couplings, layout: layout, generator: generator.split(UInt64(index)))
            }
            // Elites are reported with energies recomputed from the source, which takes a while where it is large.
            let capacity = Swift.max(1, Swift.min(16, 1_000_000 / (monitor.model.variables + monitor.model.interactions)))
            var pool = ElitePool(capacity: Swift.max(2, capacity), count: model.variables, isSymmetric: model.largestField == 0)
            let parallel = Parallel(threads: Swift.min(monitor.control.threads, islands.count))
            var (made, barren) = (0, 0)
            // Proofs are within reach of time limits up to about a hundred variables.
            let isProvable = model.variables <= 100 && monitor.control.timeLimit != nil
            let isEndless = monitor.control.isLimited && !isProvable
            while !monitor.isStopped, made < options.reads ?? .max, options.reads != nil || isEndless || barren < options.patience {
                made += 1
                nonisolated(unsafe) let islands = islands
                let steps = options.steps
                parallel.forEach(islands.count) { range in
                    for island in range {
                        for _ in 0..<steps {
                            guard islands[island].step(offer: door.offer, poll: { monitor.poll(updates: $0) }) else { return }
                        }
                    }
                }
                let best = pool.members.map(\.energy).min()
                for island in islands { if let elite = island.incumbent { _ = pool.insert(elite.spins.words, elite.energy) } }
                let elites = pool.members.map { Elite(spins: PackedSpins(words: $0.words, count: model.variables), energy: $0.energy) }
                for island in islands { island.elites = elites }
                barren = elites.map(\.energy).min() == best ? barren + 1 : 0
            }
            return pool.members.sorted { $0.energy < $1.energy }.prefix(capacity).map {
                door.expand(PackedSpins(words: $0.words, count: model.variables))
            }
        }
    }
}
