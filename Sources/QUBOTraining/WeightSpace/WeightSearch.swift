internal import BitCore
internal import Ising
internal import Synchronization

/// What the reads of one call share: the problem, the limits, the best.
///
/// A read that reaches the bound ends the search for the reads behind it, not for those before it, so that which one is reported does not depend on
/// the threads: the first.
final class WeightSearch: Sendable {
    let layout: WeightLayout
    let seed: UInt64
    let monitor: SearchMonitor
    /// No weights have a lower objective.
    let bound: Double
    private let initial: [PackedSpins]
    /// The first read that has reached the bound.
    private let last = Atomic<Int>(.max)
    private let state = Mutex(State())

    private struct State {
        var best: (energy: Double, read: Int, weights: PackedSpins)?
        /// All reads below have ended, and these besides.
        var ended = 0
        var others = Set<Int>()
        var reads = 0
    }

    init(_ problem: SpinProblem, seed: UInt64, control: SamplingControl) throws {
        // The monitor knows a model without terms: assignments and their objectives are all that goes through it. The last thing that is done within
        // a limit of time is the evaluation of the best, of about 1000 connections, or eight where they are gone through one by one, a monitor's term.
        let model = try IsingModel(fields: [Double](repeating: 0, count: problem.network.weights))
        monitor = SearchMonitor(
            IntegerModel(model), control: control, terms: problem.network.weights * problem.samples.rows / (problem.samples.isBinary ? 1024 : 8))
        layout = WeightLayout(problem)
        bound = problem.lowerBound
        initial = control.initialStates
        self.seed = seed
    }

    /// Whether an objective is at the bound, but for the rounding of its sum.
    func isLeast(_ energy: Double) -> Bool { energy <= bound + 1e-9 * max(1, abs(bound)) }

    /// Whether a read has become pointless.
    func isOver(_ read: Int) -> Bool { monitor.isStopped || read > last.load(ordering: .relaxed) }

    func start(_ read: Int, _ generator: inout SeededGenerator) -> PackedSpins {
        if !initial.isEmpty { return initial[read % initial.count] }
        let count = layout.weights
        var words = (0..<(count + 63) / 64).map { _ in generator.next() }
        if count % 64 != 0 { words[count / 64] &= 1 << UInt64(count % 64) - 1 }
        return PackedSpins(words: words, count: count)
    }

    func reach(_ read: Int) {
        var known = last.load(ordering: .relaxed)
        while read < known {
            let (isDone, now) = last.compareExchange(expected: known, desired: read, ordering: .relaxed)
            if isDone { break }
            known = now
        }
    }

    func run(reads: Int?, details: [String: String], _ body: @Sendable (WeightWalk) -> Void) -> SpinSolution {
        _ = Reads.run(reads, monitor: monitor) { read in
            guard !isOver(read) else { return [] }
            let walk = WeightWalk(self, read)
            body(walk)
            walk.finish()
            end(read, walk.best)
            return []
        }
        let state = state.withLock { $0 }
        let set = monitor.sampleSet([], seed: seed, sampler: "weights")
        var details = details
        details["reads"] = String(state.reads)
        // A search that was stopped before its first proposal has no weights but those that it was given, or any.
        var generator = SeededGenerator(seed: seed)
        let weights = state.best?.weights ?? start(0, &generator)
        let isOptimal = state.best.map { isLeast($0.energy) } ?? false
        return SpinSolution(
            layout.problem, weights: weights, isOptimal: isOptimal, lowerBound: bound, stopReason: isOptimal ? .optimal : set.stopReason,
            trajectory: set.trajectory, updates: set.updates, seconds: monitor.elapsed, details: details)
    }

    private func end(_ read: Int, _ found: (energy: Double, weights: PackedSpins)?) {
        let isSettled = state.withLock { state in
            state.reads += 1
            state.others.insert(read)
            while state.others.remove(state.ended) != nil { state.ended += 1 }
            if let found {
                let isBetter = state.best.map { (found.energy, read) < ($0.energy, $0.read) } ?? true
                if isBetter { state.best = (found.energy, read, found.weights) }
            }
            return state.ended > last.load(ordering: .relaxed)
        }
        if isSettled { monitor.stopOptimal() }
    }
}
