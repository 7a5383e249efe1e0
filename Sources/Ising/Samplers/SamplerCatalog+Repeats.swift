internal import BitCore
internal import Synchronization

/// Reads of a sampler that makes none by itself: one call after the other, each with a seed of its own, under common limits.
struct Repeated: Sampler {
    let base: any Sampler
    let reads: Int
    var name: String { base.name }

    func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        let start = control.seconds()
        let generator = SeededGenerator(seed: seed)
        let trajectory = Mutex<[Improvement]>([])
        var samples: [SampleSet.Sample] = []
        var (updates, made) = (0, 0)
        var last: SampleSet?
        while made < reads {
            let (begin, before) = (control.seconds() - start, updates)
            var inner = control
            inner.timeLimit = control.timeLimit.map { Swift.max($0 - begin, 0) }
            inner.updateLimit = control.updateLimit.map { Swift.max($0 - before, 0) }
            inner.onImprovement = { improvement in
                let shifted = Improvement(
                    energy: improvement.energy, seconds: improvement.seconds + begin, updates: improvement.updates + before)
                trajectory.withLock { trajectory in
                    guard shifted.energy < trajectory.last?.energy ?? .infinity else { return }
                    trajectory.append(shifted)
                    control.onImprovement(shifted)
                }
            }
            var own = generator.split(UInt64(made))
            let set = try base.sample(model, seed: made == 0 ? seed : own.next(), control: inner)
            made += 1
            updates += set.updates
            samples += set.samples
            last = set
            guard set.stopReason == .completed else { break }
        }
        guard let last else { throw .option("\(reads) reads; use 1 or more") }
        var details = last.details
        details["reads"] = "\(made)"
        return SampleSet(
            samples, stopReason: last.stopReason, lowerBound: last.lowerBound, trajectory: trajectory.withLock { $0 }, updates: updates,
            seconds: control.seconds() - start, seed: seed, sampler: name, details: details)
    }
}
