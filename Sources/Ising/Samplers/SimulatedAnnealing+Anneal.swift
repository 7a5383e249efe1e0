internal import BitCore
internal import Synchronization

/// What an anneal needs of a replica.
protocol MetropolisChain: AnyObject {
    var energy: Int64 { get }
    var words: [UInt64] { get }
    func set(_ target: [UInt64])
    func seed(_ generator: inout SeededGenerator)
    func sweep(_ range: Range<Int>?, temperature: Double) -> Int
    func gain(_ spin: Int) -> Int32
    func flip(_ spin: Int)
}

extension SpinChain: MetropolisChain {}

/// The reads of one call. A read depends on its number, the seed and the options; where run lengths are left to the limits, the last ones
/// are fitted to the time that is left.
struct Anneal: Sendable {
    let model: IntegerModel
    let couplings: SpinCouplings
    let options: SimulatedAnnealing.Options
    let seed: UInt64
    let monitor: SearchMonitor
    private let schedule: Schedule
    private let tally = Tally()
    private let elites: Elites

    /// Proposals between two looks at the clock: a small part of a millisecond, a few where every neighbour is a cache miss.
    private static let pollInterval = 1 << 15

    init(model: IntegerModel, couplings: SpinCouplings, options: SimulatedAnnealing.Options, seed: UInt64, monitor: SearchMonitor) {
        (self.model, self.couplings, self.options, self.seed, self.monitor) = (model, couplings, options, seed, monitor)
        schedule = options.schedule ?? .automatic(model)
        elites = Elites(ElitePool(capacity: 12, count: model.variables, isSymmetric: model.largestField == 0))
    }

    /// The integer temperature of sweep k of `sweeps`.
    private func temperature(_ sweep: Int, of sweeps: Int) -> Double {
        if let betas = options.betas { return 1 / (betas[sweep * betas.count / sweeps] * model.scale) }
        return schedule.temperature(at: (Double(sweep) + 0.5) / Double(sweeps)) / model.scale
    }

    /// How long a read is: sweeps, or, where a limit of time has no room for the planned ones and as many again, all the time that is left.
    private enum Length {
        case sweeps(Int)
        case timed(Double)
    }

    /// - Parameter secondsPerSweep: as measured by this read, for the first one of a search.
    private func length(_ read: Int, isEndless: Bool, secondsPerSweep: Double) -> Length {
        if let sweeps = options.sweeps ?? options.betas?.count { return .sweeps(sweeps) }
        guard isEndless else { return .sweeps(1000) }
        let planned = Self.runLength(read, variables: model.variables)
        guard let limit = monitor.control.timeLimit else { return .sweeps(planned) }
        let (made, elapsed) = (tally.made.load(ordering: .relaxed), monitor.elapsed)
        let mean = elapsed * Double(monitor.control.threads * model.variables) / Double(Swift.max(1, made))
        // Of what is left the last part is for the descent.
        let left = 0.95 * (limit - elapsed)
        return left < 2.5 * Double(planned) * (read < monitor.control.threads ? secondsPerSweep : mean) ? .timed(left) : .sweeps(planned)
    }

    /// The first length times 1, 2, 1, 4, 1, 2, 1, 8, …: whenever the search ends, it has spent about as much on each length (Luby, Sinclair,
    /// Zuckerman 1993), and which of them is best depends on the model in no simple way.
    static func runLength(_ read: Int, variables: Int) -> Int {
        Swift.max(250, Swift.min(1000, variables)) << Swift.min((read + 1).trailingZeroBitCount, 20)
    }

    /// - Returns: what the read found; nil when reads follow one another without an end and an earlier one found better, because then
    ///   nobody asked for all of them.
    func run(_ read: Int, isEndless: Bool) -> PackedSpins? {
        let begin = monitor.elapsed
        if isEndless, let limit = monitor.control.timeLimit, limit - begin < 2 * tally.settingUp {
            // A chain of millions takes longer to set up than a limit may be missed by.
            while monitor.poll(updates: 0) {}
            return nil
        }
        var generator = SeededGenerator(seed: seed).split(UInt64(read))
        let chain: any MetropolisChain = options.engine == .reference ? ReferenceChain(model) : SpinChain(couplings)
        let mixed = isEndless && read % 2 == 1 ? elites.now.mixture(&generator) : nil
        chain.set(mixed ?? monitor.control.start(read, count: model.variables, &generator))
        chain.seed(&generator)
        tally.setUp(in: monitor.elapsed - begin)
        var pace = Pace(monitor: monitor, tally: tally)
        // A mixture keeps what its parents agree on where the temperature is not too high.
        let first = mixed == nil ? 0 : 0.45
        func sweep(_ temperature: Double) -> Bool {
            guard pace.sweep(chain, count: model.variables, temperature: temperature) else { return false }
            if !options.descends { mix(chain, temperature: temperature, &generator) }
            return true
        }
        var secondsPerSweep = 0.0
        if isEndless, monitor.control.timeLimit != nil, read < monitor.control.threads {
            let begin = monitor.elapsed
            _ = sweep(temperature(0, of: 1000))
            secondsPerSweep = monitor.elapsed - begin
        }
        switch length(read, isEndless: isEndless, secondsPerSweep: secondsPerSweep) {
        case .sweeps(let sweeps):
            for number in Int(first * Double(sweeps))..<sweeps { guard sweep(temperature(number, of: sweeps)) else { break } }
        case .timed(let seconds):
            let start = monitor.elapsed
            var place = seconds > 0 ? first : 1
            while place < 1, sweep(schedule.temperature(at: place) / model.scale) {
                place = first + (1 - first) * (monitor.elapsed - start) / seconds
            }
        }
        pace.finish(chain, count: model.variables, descends: options.descends)
        let (words, energy) = (chain.words, chain.energy)
        let result = PackedSpins(words: words, count: model.variables)
        monitor.offer(energy) { result }
        guard isEndless else { return result }
        if !monitor.isStopped { elites.insert(words, energy) }
        return model.energy(energy) > monitor.bestEnergy ? nil : result
    }

    /// Heat-bath proposals of random spins. Sweeps in a fixed order keep the Boltzmann distribution, but where flips cost nothing they need
    /// not reach every state; these do.
    private func mix(_ chain: any MetropolisChain, temperature: Double, _ generator: inout SeededGenerator) {
        guard model.variables > 0 else { return }
        for _ in 0..<Swift.min(model.variables, 64) {
            let spin = generator.index(below: model.variables)
            let exponent = -2 * Double(chain.gain(spin)) / temperature * 1.4426950408889634
            if Double(generator.uniform()) * (1 + Power.of(2, Swift.max(-100, Swift.min(100, exponent)))) < 1 { chain.flip(spin) }
        }
    }

    /// The best of the reads so far, shared by the threads.
    final class Elites: Sendable {
        private let pool: Mutex<ElitePool>

        init(_ pool: ElitePool) { self.pool = Mutex(pool) }

        var now: ElitePool { pool.withLock { $0 } }
        func insert(_ words: [UInt64], _ energy: Int64) {
            pool.withLock {
                _ = $0.insert(words, energy)
                // When nothing new comes of mixing any more, another set of elites may lead elsewhere.
                if $0.refusals > 4 * $0.capacity { $0.clear() }
            }
        }
    }

    /// What all reads so far have cost.
    final class Tally: Sendable {
        /// Proposals.
        let made = Atomic<Int>(0)
        private let setting = Atomic<UInt64>(0)

        /// Seconds that the start of a read took last.
        var settingUp: Double { Double(bitPattern: setting.load(ordering: .relaxed)) }
        func setUp(in seconds: Double) { setting.store(seconds.bitPattern, ordering: .relaxed) }
    }

    /// Sweeps in pieces, with a look at the limits after each, and offers of what is better than those before. Which are made depends on the
    /// chain alone: where two threads come to the same energy, neither keeps the other from being heard.
    struct Pace {
        let monitor: SearchMonitor
        let tally: Tally
        private var made = 0
        private var sinceOffer = 0
        private var offered = Double.infinity

        init(monitor: SearchMonitor, tally: Tally) { (self.monitor, self.tally) = (monitor, tally) }

        /// - Returns: whether to go on.
        mutating func sweep(_ chain: any MetropolisChain, count: Int, temperature: Double) -> Bool {
            var first = 0
            while first < count {
                let end = Swift.min(count, first + Anneal.pollInterval)
                _ = chain.sweep(first..<end, temperature: temperature)
                made += end - first
                first = end
                if made >= Anneal.pollInterval, !look(chain, count: count) { return false }
            }
            return true
        }

        /// Sweeps at temperature 0 until nothing moves; a stopped search is finished so too where that takes no time.
        mutating func finish(_ chain: any MetropolisChain, count: Int, descends: Bool) {
            while descends && (!monitor.isStopped || count <= 4 * Anneal.pollInterval) {
                let flips = chain.sweep(nil, temperature: 0)
                made += count
                if flips == 0 { break }
                if made >= Anneal.pollInterval { _ = look(chain, count: count) }
            }
            _ = self.count(made)
        }

        private mutating func count(_ proposals: Int) -> Bool {
            made = 0
            tally.made.add(proposals, ordering: .relaxed)
            return monitor.poll(updates: proposals)
        }

        private mutating func look(_ chain: any MetropolisChain, count: Int) -> Bool {
            sinceOffer += made
            let energy = monitor.model.energy(chain.energy)
            // A search that has just begun improves all the time; it is enough to hear of it now and then.
            if energy < offered, sinceOffer >= 1 << 21 || energy <= monitor.control.target ?? -.infinity {
                monitor.offer(chain.energy) { PackedSpins(words: chain.words, count: count) }
                (sinceOffer, offered) = (0, energy)
            }
            return self.count(made)
        }
    }
}

/// Random spins, padding bits 0.
func randomSpins(count: Int, _ generator: inout SeededGenerator) -> [UInt64] {
    var words = (0..<(count + 63) / 64).map { _ in generator.next() }
    if count % 64 != 0 { words[count / 64] &= 1 << UInt64(count % 64) - 1 }
    return words
}
