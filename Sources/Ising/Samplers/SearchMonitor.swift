internal import BitCore
internal import Synchronization

/// Shared by the threads of one search: the clock, the best so far, and whether to stop. Samplers poll it every millisecond of work and
/// offer it what they find; it is the only place that reads the clock or calls the caller.
package final class SearchMonitor: Sendable {
    package let control: SamplingControl
    package let model: IntegerModel
    private let start: Double
    /// Seconds from the start after which the search ends; a little before the limit where finishing takes long.
    private let deadline: Double?
    private let stopped = Atomic<Bool>(false)
    private let updates = Atomic<Int>(0)
    /// The best energy, as bits of a Double, so that most offers are refused without a lock.
    private let bestBits: Atomic<UInt64>
    private let state: Mutex<State>

    private struct State {
        var best: PackedSpins?
        var bestEnergy = Double.infinity
        var trajectory: [Improvement] = []
        var reason: SampleSet.StopReason?
        var lowerBound: Double?
    }

    /// - Parameters:
    ///   - model: made after the clock has been read: a limit of time includes it.
    ///   - terms: what judging an assignment goes through; nil for the variables and couplings of the model.
    package init(_ model: @autoclosure () -> IntegerModel, control: SamplingControl, terms: Int? = nil) {
        start = control.seconds()
        let model = model()
        self.model = model
        self.control = control
        let reserve = Self.finishing * Double(terms ?? model.variables + model.interactions)
        deadline = control.timeLimit.map { $0 - Swift.min(reserve, $0 / 10) }
        bestBits = Atomic(Double.infinity.bitPattern)
        state = Mutex(State())
    }

    /// Seconds a term takes when the energies of the result are recomputed at the end, with neighbours out of cache; they are part of the time
    /// that the caller allows.
    private static let finishing = 2e-8

    /// Whether to stop; cheap, reads no clock.
    package var isStopped: Bool { stopped.load(ordering: .relaxed) }
    package var elapsed: Double { control.seconds() - start }
    package var bestEnergy: Double { Double(bitPattern: bestBits.load(ordering: .acquiring)) }
    package var best: PackedSpins? { state.withLock { $0.best } }

    /// Counts proposals made since the last call and looks at the limits.
    /// - Returns: whether to go on.
    package func poll(updates made: Int) -> Bool {
        let total = updates.add(made, ordering: .relaxed).newValue
        if isStopped { return false }
        if let deadline, elapsed >= deadline { stop(.timeLimit) }
        if let limit = control.updateLimit, total >= limit { stop(.updateLimit) }
        if control.isCancelled() { stop(.cancelled) }
        return !isStopped
    }

    /// Whether work that looks at no clock, of about so many seconds, is small beside a limit of time.
    package func hasRoom(for seconds: Double) -> Bool { seconds <= (control.timeLimit ?? .infinity) / 10 }

    /// Ends the search for all threads; the first reason counts.
    package func stop(_ reason: SampleSet.StopReason) {
        state.withLock { if $0.reason == nil { $0.reason = reason } }
        stopped.store(true, ordering: .relaxed)
    }

    /// Ends the search with a proof that the best energy cannot be undercut.
    package func stopOptimal() {
        state.withLock {
            $0.lowerBound = $0.bestEnergy
            if $0.reason == nil || $0.reason == .target { $0.reason = .optimal }
        }
        stopped.store(true, ordering: .relaxed)
    }

    /// A bound that no energy undercuts; the greatest one given stays.
    package func bound(_ energy: Double) {
        state.withLock { $0.lowerBound = Swift.max($0.lowerBound ?? -.infinity, energy) }
    }

    /// Offers an assignment of the given integer energy. `spins` is called only when it is as good as the best or better.
    package func offer(_ integerEnergy: Int64, _ spins: () -> PackedSpins) {
        let claimed = model.energy(integerEnergy)
        // Of a rounded model the energies differ a little from the source's; those that come close are recomputed.
        let slack = model.isExact ? 0 : model.scale * Double(model.variables + model.interactions)
        guard claimed - slack <= bestEnergy else { return }
        let assignment = spins()
        offer(assignment, energy: model.isExact ? claimed : model.source.energy(of: assignment.spins))
    }

    /// Offers an assignment whose energy in the source is known. Of equals the first in the order of their words stays, so that the best does
    /// not depend on which thread was faster.
    package func offer(_ assignment: PackedSpins, energy: Double) {
        guard energy <= bestEnergy else { return }
        state.withLock { state in
            if energy == state.bestEnergy, let best = state.best, assignment.words.lexicographicallyPrecedes(best.words) { state.best = assignment }
            guard energy < state.bestEnergy else { return }
            state.bestEnergy = energy
            state.best = assignment
            bestBits.store(energy.bitPattern, ordering: .releasing)
            let improvement = Improvement(energy: energy, seconds: elapsed, updates: updates.load(ordering: .relaxed))
            state.trajectory.append(improvement)
            control.onImprovement(improvement)
            if let target = control.target, energy <= target {
                if state.reason == nil { state.reason = .target }
                stopped.store(true, ordering: .relaxed)
            }
        }
    }

    /// What assignments are worth: of the first in any case, of the others in order, as many as a limit of time has room for.
    func judged<Worth>(_ samples: [PackedSpins], _ judge: (PackedSpins) -> Worth) -> [PackedSpins: Worth] {
        var result: [PackedSpins: Worth] = [:]
        guard let limit = control.timeLimit else {
            for sample in samples where result[sample] == nil { result[sample] = judge(sample) }
            return result
        }
        var (now, longest) = (elapsed, 0.0)
        for sample in samples where result[sample] == nil {
            guard result.isEmpty || now + 2 * longest < limit else { break }
            result[sample] = judge(sample)
            let then = now
            now = elapsed
            longest = Swift.max(longest, now - then)
        }
        return result
    }

    /// The result: the samples of all reads, and the best so far where it is better than all of them, with energies recomputed from the source.
    /// That of the best always; of the others, in their order, as many as a limit of time has room for.
    package func sampleSet(
        _ samples: [PackedSpins], seed: UInt64, sampler: String, details: [String: String] = [:]
    ) -> SampleSet {
        var state = state.withLock { $0 }
        var samples = samples
        // Where there was no time for anything, random spins are the answer.
        if samples.isEmpty, state.best == nil {
            var generator = SeededGenerator(seed: seed)
            samples.append(PackedSpins(words: randomSpins(count: model.variables, &generator), count: model.variables))
        }
        let energies = judged((state.best.map { [$0] } ?? []) + samples) { model.source.energy(of: $0.spins) }
        let count = samples.count
        samples.removeAll { energies[$0] == nil }
        if samples.count < count, state.reason == nil { state.reason = .timeLimit }
        if let best = state.best, let least = energies[best], !samples.contains(where: { energies[$0, default: .infinity] <= least }) {
            samples.append(best)
        }
        return SampleSet(
            samples.map { SampleSet.Sample(spins: $0, energy: energies[$0, default: 0]) }, stopReason: state.reason ?? .completed,
            lowerBound: state.lowerBound, trajectory: state.trajectory, updates: updates.load(ordering: .relaxed), seconds: elapsed, seed: seed,
            sampler: sampler, details: details)
    }
}
