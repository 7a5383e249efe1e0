internal import BitCore
internal import Synchronization

/// One-flip tabu search, restarted from walks between the best spins found: path relinking in an elite pool (Wang, Lü, Glover, Hao 2012).
///
/// Each read is such a search of its own: it fills a pool from random spins, or from the control's initial states, links its members
/// until nothing new comes of it, and ends with the best. It suits models of up to some thousand variables, dense or with coefficients of
/// very different size; for large sparse ones annealing is faster.
public struct Tabu: Sampler {
    public struct Options: Hashable, Sendable, Codable {
        /// Searches; nil for as many as the limits allow, or 4 without limits.
        public var reads: Int?
        /// A spin that was flipped stays for this many moves and up to ten more; nil for a thirtieth of the variables, or a tenth where they have
        /// fewer than 16 couplings on average, at least ten where the model has forty. At most half of the variables.
        public var tenure: Int?
        /// Moves without an improvement that end one tabu search; nil for 20 times the variables, 1000 to 50,000.
        public var patience: Int?
        /// Members of the elite pool.
        public var pool: Int

        public init(reads: Int? = nil, tenure: Int? = nil, patience: Int? = nil, pool: Int = 10) {
            (self.reads, self.tenure, self.patience, self.pool) = (reads, tenure, patience, pool)
        }

        func check() throws(SamplerError) {
            try SamplerError.check(reads, "reads")
            if let tenure, tenure < 0 { throw .option("a tenure of \(tenure) moves; use 0 or more") }
            if let patience, patience < 1 { throw .option("a patience of \(patience) moves; use 1 or more") }
            guard (2...1000).contains(pool) else { throw .option("a pool of \(pool); use 2 to 1000") }
        }
    }

    public let name = "tabu"
    public var options: Options

    public init(_ options: Options = Options()) {
        self.options = options
    }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        try options.check()
        try control.checkInitialStates(model)
        let monitor = SearchMonitor(IntegerModel(model), control: control)
        let model = monitor.model
        let couplings = SpinCouplings(model, .any)
        let reads = options.reads ?? (control.isLimited && model.variables > 0 ? nil : 4)
        let made = Atomic<Int>(0)
        let samples = Reads.run(reads, monitor: monitor) { read in
            made.add(1, ordering: .relaxed)
            let found = search(read, model, couplings, seed, monitor)
            let isBehind = reads == nil && model.energy(found.energy) > monitor.bestEnergy
            return isBehind ? [] : [PackedSpins(words: found.words, count: model.variables)]
        }
        return monitor.sampleSet(
            samples, seed: seed, sampler: name, details: ["engine": couplings.form.rawValue, "reads": String(made.load(ordering: .relaxed))])
    }

    private func search(
        _ read: Int, _ model: IntegerModel, _ couplings: SpinCouplings, _ seed: UInt64, _ monitor: SearchMonitor
    ) -> (words: [UInt64], energy: Int64) {
        let count = model.variables
        var generator = SeededGenerator(seed: seed).split(UInt64(read))
        let chain = SpinChain(couplings)
        var tabu = TabuSearch(chain, tenure: options.tenure, monitor: monitor, generator: generator.split("tabu"))
        let patience = options.patience ?? Swift.max(1000, Swift.min(20 * count, 50_000))
        var pool = ElitePool(capacity: options.pool, count: count, isSymmetric: model.largestField == 0)
        let initial = monitor.control.initialStates
        var best = (words: chain.words, energy: Int64.max)
        func keep(_ found: (words: [UInt64], energy: Int64)) {
            if found.energy < best.energy { best = found }
        }
        // Small models have fewer good spins than the pool has places: a start that leads to known ones counts too.
        for start in 0..<options.pool {
            chain.set(start == 0 && !initial.isEmpty ? monitor.control.start(read, count: count, &generator) : randomSpins(count: count, &generator))
            let found = tabu.improve(patience: patience)
            keep(found)
            _ = pool.insert(found.words, found.energy)
            if monitor.isStopped { return best }
        }
        // All pairs once, then pairs with a member that came since, until none did.
        var linked = 0
        while pool.members.count > 1 {
            let members = pool.members
            let newest = members.map(\.age).max() ?? 0
            let pairs = members.indices.flatMap { a in members.indices.filter { $0 != a }.map { (a, $0) } }
                .filter { members[$0.0].age > linked || members[$0.1].age > linked }
            guard !pairs.isEmpty else { break }
            linked = newest
            for (a, b) in pairs {
                pool.relink(chain, from: members[a], to: members[b]) { tabu.paced() }
                let found = tabu.improve(patience: patience)
                keep(found)
                _ = pool.insert(found.words, found.energy)
                if monitor.isStopped { return best }
            }
        }
        _ = tabu.poll()
        return best
    }
}
