internal import BitCore
internal import Ising
internal import Synchronization

#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#elseif canImport(Musl)
private import Musl
#endif

/// Annealing of a QUBO by compound moves: a weight is flipped, the bits that depend on it are set to their optimum, and the whole is
/// accepted or refused by the QUBO's energy.
///
/// With whole penalties the optimum of the dependent bits is the forward pass: every state is consistent, and its energy the objective.
///
/// A read may have rounds before that one, in which penalties are a small share: there activations may differ from the signs of their sums,
/// at a price that says by how much. After each of them the multipliers of constraints that stayed violated rise, as in the method of
/// multipliers (Hestenes, J. Optim. Theory Appl. 4, 1969), and so do the penalties.
struct CompoundSearch: Sendable {
    struct Result {
        var weights: PackedSpins
        var stopReason: SampleSet.StopReason
        var trajectory: [Improvement]
        var updates: Int
        var seconds: Double
    }

    private let form: QUBOForm
    private let tables: CompoundTables
    private let options: QUBOSolver.Options
    private let generator: SeededGenerator
    private let monitor: SearchMonitor
    private let bound: Double
    /// The lowest number of a read that reached the bound: later ones need not be made. Which read that is does not depend on who makes it.
    private let proof = Shared()

    private final class Shared: Sendable {
        let read = Atomic<Int>(.max)
    }

    init(_ form: QUBOForm, options: QUBOSolver.Options, bound: Double, seed: UInt64, monitor: SearchMonitor) {
        (self.form, self.options, self.bound, self.monitor) = (form, options, bound, monitor)
        tables = CompoundTables(form)
        generator = SeededGenerator(seed: seed).split("compound moves")
    }

    /// Reads that are made where nothing limits them.
    static let defaultReads = 8

    /// The best weights that reads found; of equal ones those of the first read.
    func run(seed: UInt64) -> Result {
        let control = monitor.control
        let count = options.reads ?? (control.isLimited ? nil : Self.defaultReads)
        let found = Reads.run(count, monitor: monitor) { [read($0, isEndless: count == nil)] }
        var best = monitor.best
        if count != nil, !monitor.isStopped {
            best = nil
            var least = Double.infinity
            for weights in found {
                let energy = form.problem.evaluate(weights).energy
                if energy < least { (least, best) = (energy, weights) }
            }
        }
        if monitor.bestEnergy <= bound { monitor.stopOptimal() }
        let set = monitor.sampleSet(best.map { [$0] } ?? found, seed: seed, sampler: "qubo")
        return Result(
            weights: best ?? set.first.spins, stopReason: set.stopReason, trajectory: set.trajectory, updates: set.updates, seconds: set.seconds)
    }

    /// The best weights of one read.
    private func read(_ number: Int, isEndless: Bool) -> PackedSpins {
        var generator = generator.split(UInt64(number))
        let count = tables.source.count
        let starts = monitor.control.initialStates
        var weights = (0..<count).map { _ in generator.next() >> 63 == 1 ? 1 as Int32 : -1 }
        if !starts.isEmpty { weights = starts[number % starts.count].spins.map { Int32($0) } }
        var state = CompoundState(tables, weights: weights)
        var best = Best(self, number: number)
        best.offer(state)
        // Longer reads where short ones do not get there.
        let sweeps = options.sweeps ?? 64 << min(number / 6, 5)
        let rounds = starts.isEmpty ? options.rounds : 1
        for round in 0..<rounds where !best.isDone {
            let isLast = round == rounds - 1
            let share = isLast ? 1 : options.firstShare * pow(1 / options.firstShare, Double(round) / Double(rounds - 1))
            state.begin(share: share, isForward: isLast)
            guard anneal(&state, sweeps, isLast, &generator, &best) else { break }
            if !isLast { state.raiseMultipliers() }
        }
        if best.isDone { proof.read.min(number, ordering: .relaxed) }
        if best.isDone, isEndless { monitor.stopOptimal() }
        return best.weights
    }

    /// Metropolis sweeps at falling temperatures, the last few without heat.
    /// - Returns: whether to go on.
    private func anneal(
        _ state: inout CompoundState, _ sweeps: Int, _ isForward: Bool, _ generator: inout SeededGenerator, _ best: inout Best
    ) -> Bool {
        let (hot, cold) = (options.hot * tables.typical, options.cold * min(tables.finest, options.hot * tables.typical))
        let count = tables.source.count
        // A proposal takes some nanoseconds a row.
        let grain = max(1, 60_000 / tables.rows)
        var made = 0
        for sweep in 0..<sweeps + 2 {
            let temperature = sweep < sweeps ? hot * pow(cold / hot, Double(sweep) / Double(max(1, sweeps - 1))) : 0
            let start = generator.index(below: max(1, count))
            for step in 0..<count {
                let delta = state.flip(start + step < count ? start + step : start + step - count)
                made += 1
                if delta > 0, temperature == 0 || Double(generator.uniform()) >= exp(-delta / temperature) {
                    state.undo()
                } else if isForward, delta < 0 {
                    best.offer(state)
                    if best.isDone { break }
                }
                if made == grain {
                    made = 0
                    guard monitor.poll(updates: grain), proof.read.load(ordering: .relaxed) >= best.number else { return false }
                }
            }
            state.relax()
            if best.isDone { break }
        }
        if !isForward { best.decode(state) }
        return monitor.poll(updates: made)
    }

    /// The best weights of a read.
    private struct Best {
        let number: Int
        private let search: CompoundSearch
        private(set) var weights = PackedSpins(count: 0)
        private var energy = Double.infinity
        /// The bound was reached: nothing is better.
        private(set) var isDone = false

        init(_ search: CompoundSearch, number: Int) { (self.search, self.number) = (search, number) }

        /// Offers a consistent state.
        mutating func offer(_ state: CompoundState) {
            // Sums kept along the way may be off in the last digits.
            if state.energy < energy - 1e-9 { decode(state) }
        }

        /// Offers a state's weights, which a forward pass judges.
        mutating func decode(_ state: CompoundState) {
            let spins = PackedSpins(state.weights.map { Int8($0) })
            let exact = search.form.problem.evaluate(spins).energy
            guard exact < energy else { return }
            (weights, energy) = (spins, exact)
            search.monitor.offer(spins, energy: exact)
            isDone = exact <= search.bound
        }
    }
}

extension SamplingControl {
    /// Whether something ends a search that does not end by itself.
    var isLimited: Bool { timeLimit != nil || updateLimit != nil }
}
