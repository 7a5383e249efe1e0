internal import BitCore
internal import Ising

/// A walk through the weights: a state, its random numbers, the best it has met, and its line to the limits.
final class WeightWalk {
    let search: WeightSearch
    let read: Int
    let state: WeightState
    var generator: SeededGenerator
    /// Whether the limits have been looked at in the last sweep.
    private(set) var hasPolled = false
    private(set) var isOver = false
    private let bestWords: AlignedBuffer<UInt64>
    private var bestEnergy = Double.infinity
    /// Whether the state is better than what is kept: it is copied when the walk is about to leave it.
    private var isAhead = false
    private var made = 0
    private var lastWork = 0
    private let target: Double

    var layout: WeightLayout { search.layout }

    init(_ search: WeightSearch, _ read: Int, replica: Int = 0) {
        (self.search, self.read) = (search, read)
        generator = SeededGenerator(seed: search.seed).split(UInt64(read))
        if replica > 0 { generator = generator.split(UInt64(replica)) }
        state = WeightState(search.layout)
        bestWords = AlignedBuffer(count: (search.layout.weights + 63) / 64)
        target = search.monitor.control.target ?? -.infinity
    }

    /// The best weights met and their objective; nil before `start`.
    var best: (energy: Double, weights: PackedSpins)? {
        guard bestEnergy < .infinity else { return nil }
        if isAhead { save() }
        let words = Array(UnsafeBufferPointer(start: bestWords.pointer, count: bestWords.count))
        return (bestEnergy, PackedSpins(words: words, count: layout.weights))
    }

    /// Goes to where the read starts.
    func start() {
        state.set(search.start(read, &generator))
        see()
    }

    private func save() {
        state.copyWeights(to: bestWords.pointer)
        isAhead = false
    }

    /// The state may be the best.
    private func see() {
        guard state.energy < bestEnergy else { return }
        // Sums of changes may be off by their rounding; what is kept is not.
        let energy = state.exactEnergy
        guard energy < bestEnergy else { return }
        bestEnergy = energy
        isAhead = true
        guard energy <= target || search.isLeast(energy) else { return }
        save()
        offer()
        if search.isLeast(energy) { search.reach(read) }
        isOver = true
    }

    private func offer() {
        guard let best, best.energy < search.monitor.bestEnergy else { return }
        search.monitor.offer(best.weights, energy: best.energy)
    }

    /// Accepts what was proposed.
    @inline(__always) func accept(_ change: Double) {
        if isAhead, change > 0 { save() }
        state.accept()
        if change < 0 { see() }
    }

    /// Work between two looks at the clock, about half a millisecond.
    private static let pollInterval = 1 << 18

    /// Counts proposals, and looks at the limits now and then.
    func pace(_ proposals: Int) {
        made += proposals
        hasPolled = false
        guard state.work &- lastWork >= Self.pollInterval else { return }
        poll()
    }

    func poll() {
        hasPolled = true
        lastWork = state.work
        let isGoingOn = search.monitor.poll(updates: made)
        made = 0
        offer()
        if !isGoingOn || search.isOver(read) { isOver = true }
    }

    /// The end of a read.
    func finish() {
        offer()
        _ = search.monitor.poll(updates: made)
        made = 0
    }

    /// Takes over what another walk of the same read has found.
    func follow(_ other: WeightWalk) {
        guard other !== self else { return }
        if other.bestEnergy < bestEnergy {
            if other.isAhead { other.save() }
            bestWords.pointer.update(from: other.bestWords.pointer, count: bestWords.count)
            bestEnergy = other.bestEnergy
            isAhead = false
        }
        if other.isOver { isOver = true }
    }

    // MARK: proposals

    /// −ln of a uniform number in (0, 1), from 32 random bits, by operations that are the same on every machine.
    @inline(__always) static func exponential(_ bits: UInt32) -> Double {
        let u = (Double(bits) + 0.5) * 0x1p-32
        let m = u.significand
        // ln m = ln √2 + 2·artanh z.
        let z = (m - 1.4142135623730951) / (m + 1.4142135623730951)
        let s = z * z
        var series = 2.0 / 11
        series = series * s + 2.0 / 9
        series = series * s + 2.0 / 7
        series = series * s + 2.0 / 5
        series = series * s + 2.0 / 3
        series = series * s + 2.0
        return -(Double(u.exponent) * 0.6931471805599453 + 0.34657359027997264 + z * series)
    }

    /// Metropolis proposals of random weights.
    func sweep(_ count: Int, temperature: Double) {
        let weights = UInt64(layout.weights)
        // −ln u is at most 22.9.
        let most = 23 * temperature
        hasPolled = false
        for _ in 0..<count {
            let draw = generator.next()
            let change = state.propose(Int(((draw >> 32) * weights) >> 32))
            made += 1
            if change <= 0 || (change < most && change <= temperature * Self.exponential(UInt32(truncatingIfNeeded: draw))) {
                accept(change)
            } else {
                state.reject()
            }
            if state.work &- lastWork >= Self.pollInterval { poll() }
            if isOver { return }
        }
    }

    /// Goes down until no flip improves, or the limits are reached.
    func descend() {
        var hasImproved = true
        while hasImproved, !isOver {
            hasImproved = false
            for weight in generator.permutation(layout.weights) {
                let change = state.propose(weight)
                if change < 0 {
                    accept(change)
                    hasImproved = true
                } else {
                    state.reject()
                }
                pace(1)
                if isOver { return }
            }
        }
    }

    // MARK: lengths and temperatures

    /// A place from 0 to 1 on the way between two temperatures, in equal ratios.
    static func temperature(from hot: Double, to cold: Double, at place: Double) -> Double {
        Schedule(hot: 1 / hot, cold: 1 / cold, interpolation: .geometric).temperature(at: place)
    }

    /// Proposals a weight of this read: the first length times 1, 2, 1, 4, 1, 2, 1, 8, … (Luby, Sinclair, Zuckerman 1993), so that whenever the search
    /// ends it has spent about as much on each length.
    var sweeps: Int { max(64, 20_000 / layout.weights) << min((read + 1).trailingZeroBitCount, 20) }

    /// Seconds that are left for this read, where the limit of time has no room for so many proposals and as many again; nil where it has.
    func timed(_ proposals: Int) -> Double? {
        let monitor = search.monitor
        guard let limit = monitor.control.timeLimit else { return nil }
        let begin = monitor.elapsed
        let tried = 64
        for _ in 0..<tried {
            _ = state.propose(generator.index(below: layout.weights))
            state.reject()
        }
        made += tried
        let cost = (monitor.elapsed - begin) / Double(tried)
        let left = 0.95 * (limit - monitor.elapsed)
        return left < 2.5 * cost * Double(proposals) ? left : nil
    }

    /// From the root mean square of the changes that flips of the present weights make, where they make any, to a small part of the least one.
    func temperatures(_ options: WeightAnnealing.Options) -> (hot: Double, cold: Double) {
        if let hot = options.hot, let cold = options.cold { return (hot, cold) }
        var (sum, count) = (0.0, 0)
        for _ in 0..<256 {
            let change = state.propose(generator.index(below: layout.weights))
            state.reject()
            if change != 0 {
                sum += change * change
                count += 1
            }
        }
        made += 256
        let spread = count == 0 ? 1 : (sum / Double(count)).squareRoot()
        let hot = options.hot ?? 0.7 * spread
        return (hot, options.cold ?? min(hot, max(0.15 * layout.unit, 1e-4 * hot)))
    }
}
