/// Descends every sample of another sampler to where no single flip lowers the energy.
public struct Polished: Sampler {
    public let base: any Sampler

    public init(_ base: any Sampler) {
        self.base = base
    }

    public var name: String { "polished(\(base.name))" }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        let ledger = CompositeLedger(control)
        let set = try base.sample(
            model, seed: seed, control: ledger.controlForCall(initialStates: control.initialStates, energy: { $0 }, target: { $0 }))
        ledger.close(set)
        guard ledger.reason == nil, set.stopReason != .optimal else {
            return ledger.sampleSet(
                set.samples, otherwise: set.stopReason, lowerBound: set.lowerBound, seed: seed, sampler: name, details: set.details)
        }
        let integers = IntegerModel(model)
        var rest = control
        rest.timeLimit = control.timeLimit.map { Swift.max(0, $0 - ledger.elapsed) }
        rest.updateLimit = control.updateLimit.map { Swift.max(0, $0 - set.updates) }
        rest.target = nil
        rest.onImprovement = { _ in }
        let monitor = SearchMonitor(integers, control: rest)
        var samples: [SampleSet.Sample] = []
        var energy = set.first.energy
        for (index, sample) in set.samples.enumerated() {
            guard let (spins, _) = Descent.run(integers, from: sample.spins.spins, monitor: monitor) else {
                samples += set.samples[index...]
                break
            }
            let polished = model.energy(of: spins)
            // A rounded integer model may see a descent where there is none.
            samples.append(
                polished <= sample.energy ? .init(spins: PackedSpins(spins), energy: polished, occurrences: sample.occurrences) : sample)
            if polished < energy {
                energy = polished
                ledger.heard(energy: energy)
            }
        }
        ledger.close(monitor.sampleSet([], seed: seed, sampler: name))
        return ledger.sampleSet(
            samples, otherwise: .completed, lowerBound: set.lowerBound.map { Swift.min($0, energy) }, seed: seed, sampler: name,
            details: set.details)
    }
}
