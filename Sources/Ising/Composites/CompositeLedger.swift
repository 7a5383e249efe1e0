internal import Synchronization

/// The books of a sampler that calls another one, perhaps several times, on models derived from its own: what is left of the limits, the
/// trajectory in energies of its own model, and why the whole ended.
final class CompositeLedger: Sendable {
    let control: SamplingControl
    private let start: Double
    private let state: Mutex<State>

    private struct State {
        var best = Double.infinity
        var trajectory: [Improvement] = []
        var updates = 0
        var reason: SampleSet.StopReason?
    }

    init(_ control: SamplingControl) {
        self.control = control
        start = control.seconds()
        state = Mutex(State())
    }

    var elapsed: Double { control.seconds() - start }
    /// Whether a limit ended one of the calls.
    var reason: SampleSet.StopReason? { state.withLock { $0.reason } }

    /// What a call may use up.
    /// - Parameters:
    ///   - energy: from energies of the model of the call to those of the own one, ascending.
    ///   - target: the other way round.
    func controlForCall(
        initialStates: [PackedSpins] = [], energy: @escaping @Sendable (Double) -> Double, target: (Double) -> Double
    ) -> SamplingControl {
        let (before, used) = (elapsed, state.withLock { $0.updates })
        var result = control
        result.timeLimit = control.timeLimit.map { Swift.max(0, $0 - before) }
        result.updateLimit = control.updateLimit.map { Swift.max(0, $0 - used) }
        result.target = control.target.map(target)
        result.initialStates = initialStates
        result.onImprovement = { [self] in
            heard(Improvement(energy: energy($0.energy), seconds: before + $0.seconds, updates: used + $0.updates))
        }
        return result
    }

    /// Takes down what a call used up, and the limit that ended it.
    func close(_ set: SampleSet) {
        state.withLock {
            $0.updates += set.updates
            if set.stopReason != .completed, set.stopReason != .optimal { $0.reason = $0.reason ?? set.stopReason }
        }
    }

    /// Passes an improvement on, unless the same or better was known.
    func heard(_ improvement: Improvement) {
        state.withLock {
            guard improvement.energy < $0.best else { return }
            $0.best = improvement.energy
            $0.trajectory.append(improvement)
            control.onImprovement(improvement)
        }
    }

    func heard(energy: Double) {
        heard(Improvement(energy: energy, seconds: elapsed, updates: state.withLock { $0.updates }))
        if let target = control.target, energy <= target { state.withLock { $0.reason = $0.reason ?? .target } }
    }

    /// - Parameter otherwise: why it ended when no limit was met.
    func sampleSet(
        _ samples: [SampleSet.Sample], otherwise: SampleSet.StopReason, lowerBound: Double?, seed: UInt64, sampler: String,
        details: [String: String]
    ) -> SampleSet {
        let state = state.withLock { $0 }
        let proved = otherwise == .optimal && (state.reason == nil || state.reason == .target)
        return SampleSet(
            samples, stopReason: proved ? .optimal : state.reason ?? otherwise, lowerBound: lowerBound, trajectory: state.trajectory,
            updates: state.updates, seconds: elapsed, seed: seed, sampler: sampler, details: details)
    }
}

extension SampleSet {
    /// The samples as assignments of another model, with its energies.
    func carried(to model: IsingModel, _ map: (PackedSpins) -> PackedSpins) -> [Sample] {
        samples.map {
            let spins = map($0.spins)
            return Sample(spins: spins, energy: model.energy(of: spins.spins), occurrences: $0.occurrences)
        }
    }

    /// A bound that is carried over: where the energies are sums of rounded numbers it must not pass the best of them.
    func bound(_ map: (Double) -> Double, best: Double) -> Double? {
        lowerBound.map { stopReason == .optimal ? best : Swift.min(map($0), best) }
    }
}
