internal import BitCore
internal import Synchronization

/// Anneals of many replicas at once: what simulated annealing does with the engines `planes` and `bytes`.
struct LaneAnneal: Sendable {
    private enum Layout: Sendable {
        case planes(PlaneLayout)
        case bytes(ByteLayout)
    }

    private let layout: Layout
    private let model: IntegerModel
    private let options: SimulatedAnnealing.Options
    private let seed: UInt64
    private let monitor: SearchMonitor
    /// Proposals of all groups so far.
    private let tally = Anneal.Tally()

    /// nil when one replica is to be annealed at a time.
    init?(model: IntegerModel, options: SimulatedAnnealing.Options, seed: UInt64, monitor: SearchMonitor) throws(SamplerError) {
        (self.model, self.options, self.seed, self.monitor) = (model, options, seed, monitor)
        guard model.variables > 0 else { return nil }
        guard options.descends else {
            // Replicas share random numbers or fixed orders; samples at a temperature come from one replica at a time.
            guard options.engine != .planes, options.engine != .bytes else {
                throw .option("the engine \(options.engine.rawValue) always ends with a descent; use scalar for samples at a temperature")
            }
            return nil
        }
        switch options.engine {
        case .planes:
            guard let planes = PlaneLayout(model) else { throw Self.unsuited("planes", PlaneModel.largestWeight, model) }
            layout = .planes(planes)
        case .bytes:
            guard let bytes = ByteLayout(model) else { throw Self.unsuited("bytes", ByteLaneModel.largestWeight, model) }
            layout = .bytes(bytes)
        case .auto:
            guard Self.isWorthwhile(model, options, monitor.control) else { return nil }
            // Where the best is wanted, as many replicas as there can be; where every read counts, independent ones.
            if options.reads == nil, let planes = PlaneLayout(model) {
                layout = .planes(planes)
            } else if options.reads != nil, let bytes = ByteLayout(model) {
                layout = .bytes(bytes)
            } else {
                return nil
            }
        default: return nil
        }
    }

    private static func unsuited(_ engine: String, _ most: Int, _ model: IntegerModel) -> SamplerError {
        .unsuited(
            "the engine \(engine) takes integers with |h| + Σ|J| of at most \(most) at every variable, and here it is \(model.largestRow); use auto")
    }

    /// Few reads, or a small model, do not fill the lanes; a large model takes a while to lay out, which a short limit of time has no room for.
    private static func isWorthwhile(_ model: IntegerModel, _ options: SimulatedAnnealing.Options, _ control: SamplingControl) -> Bool {
        model.variables >= 64 && options.reads ?? .max >= ByteLaneModel.lanes && PlaneLayout.seconds(model) < (control.timeLimit ?? .infinity) / 10
    }

    private var name: String {
        switch layout {
        case .planes: "planes"
        case .bytes: "bytes"
        }
    }

    private var lanes: Int {
        switch layout {
        case .planes: PlaneAnnealer.lanes
        case .bytes: ByteAnnealer.lanes
        }
    }

    /// Anneals follow one another until the limits.
    private var isEndless: Bool { options.reads == nil && (monitor.control.timeLimit != nil || monitor.control.updateLimit != nil) }

    /// Samples of a call without a number of reads and without limits: the best replicas of one anneal.
    private static let defaultReads = 16

    func sampleSet() -> SampleSet {
        let groups = Atomic<Int>(0)
        let samples = Reads.run(isEndless ? nil : ((options.reads ?? 1) + lanes - 1) / lanes, monitor: monitor) { group in
            groups.add(1, ordering: .relaxed)
            return run(group)
        }
        return monitor.sampleSet(
            samples, seed: seed, sampler: SimulatedAnnealing().name,
            details: ["engine": name, "groups": String(groups.load(ordering: .relaxed)), "replicas": String(lanes)])
    }

    /// Two anneals of each length, which doubles: whenever the search ends, the longest finished anneal had a good part of the time.
    private func sweeps(_ group: Int) -> Int {
        if let sweeps = options.sweeps ?? options.betas?.count { return sweeps }
        guard isEndless else { return 1000 }
        let planned = 500 << Swift.min(group / 2, 30)
        let made = tally.made.load(ordering: .relaxed)
        let elapsed = monitor.elapsed
        guard let limit = monitor.control.timeLimit, made > 0, elapsed > 0 else { return planned }
        let rate = Double(made) / elapsed / Double(monitor.control.threads)
        let left = 0.9 * rate * (limit - elapsed) / Double(model.variables * lanes)
        return left < 2.5 * Double(planned) ? Swift.max(1, Int(left)) : planned
    }

    private func run(_ group: Int) -> [PackedSpins] {
        let generator = SeededGenerator(seed: seed).split(UInt64(group))
        let annealer: any LaneAnnealer =
            switch layout {
            case .planes(let layout): PlaneAnnealer(layout, generator: generator)
            case .bytes(let layout): ByteAnnealer(layout, generator: generator)
            }
        let initial = monitor.control.initialStates
        if !initial.isEmpty { annealer.load((0..<lanes).map { initial[(group * lanes + $0) % initial.count] }) }
        let schedule = options.schedule ?? .lanes(model)
        let sweeps = sweeps(group)
        let poll = { (made: Int) in
            tally.made.add(made, ordering: .relaxed)
            return monitor.poll(updates: made)
        }
        let ended =
            if let betas = options.betas {
                annealer.anneal(sweeps: sweeps, temperature: { 1 / (betas[$0 * betas.count / sweeps] * model.scale) }, poll: poll)
            } else {
                annealer.anneal(schedule, sweeps: sweeps, poll: poll)
            }
        if !ended { return interrupted(annealer) }
        let energies = annealer.energies()
        var chosen = Array(energies.indices)
        if let reads = options.reads {
            // These are samples, so they are not chosen by what they are.
            chosen = Array(chosen.prefix(reads - group * lanes))
        } else {
            chosen.sort { (energies[$0], $0) < (energies[$1], $1) }
            chosen = Array(chosen.prefix(isEndless ? 1 : Self.defaultReads))
        }
        if let best = chosen.min(by: { energies[$0] < energies[$1] }) { monitor.offer(energies[best]) { annealer.state(best) } }
        if isEndless, model.energy(energies[chosen[0]]) > monitor.bestEnergy { return [] }
        if chosen.count < 8 { return chosen.map(annealer.state) }
        let states = annealer.states()
        return chosen.map { states[$0] }
    }

    /// What an anneal that was stopped has: after a descent where there is time for one, the best replica where there is time to look.
    private func interrupted(_ annealer: any LaneAnnealer) -> [PackedSpins] {
        if annealer.work < 1 << 17 { _ = annealer.quench { _ in true } }
        guard annealer.work < 1 << 21 else {
            let state = annealer.state(0)
            monitor.offer(model.integerEnergy(of: state.spins)) { state }
            return []
        }
        let (lane, energy) = annealer.best()
        monitor.offer(energy) { annealer.state(lane) }
        return []
    }
}
