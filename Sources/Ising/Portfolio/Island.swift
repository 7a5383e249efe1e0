internal import BitCore

/// An assignment and its integer energy.
struct Elite: Hashable {
    var spins: PackedSpins
    var energy: Int64
}

/// One line of search of the portfolio: anneals from scratch, then reheats of the best assignment at many temperatures whose results are
/// merged into it region by region (`PartitionCrossover`), until that brings nothing more; then the next line, longer.
///
/// An island is deterministic: what it does depends on model, seed and the assignments given to it, never on the clock.
final class Island {
    /// What a step offers to the search: an integer energy and the assignment.
    typealias Offer = (Int64, () -> PackedSpins) -> Void

    private let model: IntegerModel
    private let chain: SpinChain
    private let planes: PlaneAnnealer?
    private var generator: SeededGenerator
    private var crossover: PartitionCrossover
    /// σ, the root mean square of the local fields of random spins, in units of the integer model.
    private let sigma: Double

    private(set) var incumbent: Elite?
    /// What the other islands and earlier lines have found.
    var elites: [Elite] = []
    private var lines = 0
    private var failures = 0
    private var steps = 0

    init(_ model: IntegerModel, couplings: SpinCouplings, layout: PlaneLayout?, generator: SeededGenerator) {
        self.model = model
        chain = SpinChain(couplings)
        self.generator = generator
        planes = layout.map { PlaneAnnealer($0, generator: generator.split("planes")) }
        crossover = PartitionCrossover(model)
        chain.seed(&self.generator)
        sigma = Schedule.fieldDeviation(model) / model.scale
    }

    /// Sweeps of this line's first anneal: 250, 250, 500, 500, 1000 …
    private var sweeps: Int { 250 << Swift.min(lines / 2, 12) }
    /// Steps without gain after which a line ends.
    private var patience: Int { 6 + 2 * Swift.min(lines, 20) }

    /// One step of the line: at most some tens of milliseconds of work on common sizes.
    /// - Returns: false when it was stopped midway.
    func step(offer: Offer, poll: (Int) -> Bool) -> Bool {
        steps += 1
        guard let current = incumbent else { return beginLine(offer: offer, poll: poll) }
        if failures < patience { return reheat(current, offer: offer, poll: poll) }
        return learn(current, offer: offer, poll: poll) || beginLine(offer: offer, poll: poll)
    }

    // MARK: Steps

    private func beginLine(offer: Offer, poll: (Int) -> Bool) -> Bool {
        // Lines take turns: 512 replicas at once, or one.
        if let planes, lines % 2 == 1 || model.variables > 2000 {
            planes.randomize()
            let done = anneal(planes, from: Self.hottest, sweeps: sweeps, poll: poll)
            var best = gather(planes, into: nil)
            if done || planes.work < Self.quickWork { best = fold(planes, into: best, poll: poll) }
            settle(best, offer: offer)
            guard done else { return false }
        } else {
            chain.set(randomSpins(count: model.variables, &generator))
            if incumbent == nil {
                // A first answer, for searches that are stopped before the first anneal ends.
                let done = annealChain(from: Self.hottest, sweeps: 0, poll: poll)
                settle(chainState, offer: offer)
                guard done else { return false }
            }
            let done = annealChain(from: Self.hottest, sweeps: sweeps, poll: poll)
            settle(chainState, offer: offer)
            guard done else { return false }
        }
        lines += 1
        failures = 0
        return true
    }

    private func reheat(_ current: Elite, offer: Offer, poll: (Int) -> Bool) -> Bool {
        // Which temperature helps differs between models and stages; drawing it anew each time costs a constant factor at most.
        let hot = Self.coolest + (Self.hottest - Self.coolest) * Double(generator.uniform())
        var own = current
        let gained: Bool
        let done: Bool
        if let planes, generator.index(below: 4) == 0 {
            planes.load([current.spins])
            done = anneal(planes, from: hot, sweeps: Swift.max(100, sweeps / 4), poll: poll)
            let before = own.energy
            own = done || planes.work < Self.quickWork ? fold(planes, into: own, poll: poll) : gather(planes, into: own)
            gained = own.energy < before
        } else {
            chain.set(current.spins.words)
            done = annealChain(from: hot, sweeps: sweeps, poll: poll)
            gained = absorb(PackedSpins(words: chain.words, count: model.variables), into: &own, poll: poll)
        }
        failures = gained ? 0 : failures + 1
        settle(own, offer: offer)
        return done
    }

    /// What a finished line still can gain from the regions of the pool's elites.
    private func learn(_ current: Elite, offer: Offer, poll: (Int) -> Bool) -> Bool {
        var own = current
        for elite in elites { _ = absorb(elite.spins, into: &own, poll: poll) }
        guard own.energy < current.energy else { return false }
        failures = 0
        settle(own, offer: offer)
        return true
    }

    // MARK: Parts

    /// Temperatures in units of σ, chosen by measurement on random graphs, planar ones, tori and a complete graph: above 0.8 a start is as
    /// good as lost, a reheat from below 0.3 comes back to where it was. What is frozen at the ends is left to a descent.
    private static let hottest = 0.8
    private static let coolest = 0.3
    private static let planeEnd = 0.125
    private static let chainEnd = 0.08

    private func anneal(_ planes: PlaneAnnealer, from hot: Double, sweeps: Int, poll: (Int) -> Bool) -> Bool {
        planes.anneal(sweeps: sweeps, temperature: { Self.temperature($0, of: sweeps, from: hot, to: Self.planeEnd) * sigma }, poll: poll)
    }

    /// Equal steps of the temperature.
    private static func temperature(_ sweep: Int, of sweeps: Int, from hot: Double, to cold: Double) -> Double {
        hot + (cold - hot) * (Double(sweep) + 0.5) / Double(sweeps)
    }

    private var chainState: Elite { Elite(spins: PackedSpins(words: chain.words, count: model.variables), energy: chain.energy) }

    private func settle(_ elite: Elite, offer: Offer) {
        guard elite != incumbent else { return }
        incumbent = elite
        offer(elite.energy) { elite.spins }
    }

    private func absorb(_ other: PackedSpins, into elite: inout Elite, poll: (Int) -> Bool) -> Bool {
        let before = elite.energy
        _ = crossover.improve(&elite.spins, energy: &elite.energy, with: other, takesTies: true, goOn: { poll(0) })
        return elite.energy < before
    }

    private func gather(_ planes: PlaneAnnealer, into elite: Elite?) -> Elite {
        let best = planes.best()
        if let elite, elite.energy <= best.energy { return elite }
        return Elite(spins: planes.state(best.lane), energy: best.energy)
    }

    /// Merges all replicas, best first, until a number of them in a row bring nothing.
    private func fold(_ planes: PlaneAnnealer, into elite: Elite, poll: (Int) -> Bool) -> Elite {
        var own = gather(planes, into: elite)
        let energies = planes.energies()
        let states = planes.states()
        var barren = 0
        for lane in energies.indices.sorted(by: { (energies[$0], $0) < (energies[$1], $1) }) {
            barren = absorb(states[lane], into: &own, poll: poll) ? 0 : barren + 1
            if barren >= 64 || !poll(0) { break }
        }
        return own
    }

    /// Sweeps a block of variables at a time, so that the poll comes often also on large models; ends with a descent.
    private func annealChain(from hot: Double, sweeps: Int, poll: (Int) -> Bool) -> Bool {
        var unpolled = 0
        func sweep(_ temperature: Double) -> Int? {
            var flips = 0
            var first = 0
            while first < model.variables {
                let last = Swift.min(first + Self.block, model.variables)
                flips += chain.sweep(first..<last, temperature: temperature)
                unpolled += last - first
                first = last
                if unpolled >= Self.block {
                    guard poll(unpolled) else { return nil }
                    unpolled = 0
                }
            }
            return flips
        }
        for index in 0..<sweeps {
            guard sweep(Self.temperature(index, of: sweeps, from: hot, to: Self.chainEnd) * sigma) != nil else { return false }
        }
        while true {
            guard let flips = sweep(0) else { return false }
            if flips == 0 { return poll(unpolled) }
        }
    }

    /// Planes of replicas that are all looked at also after the end of the search.
    private static let quickWork = 1 << 17
    /// Proposals between two polls.
    private static let block = 1 << 15
}
