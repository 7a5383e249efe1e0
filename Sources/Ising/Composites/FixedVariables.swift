/// Solves what remains of a model when some variables are fixed: those named, and those that exact rules decide (`IsingModel.reduced`).
public struct FixedVariables: Sampler {
    public let base: any Sampler
    /// −1 or +1 by variable.
    public var values: [Int: Int8]
    /// The rules; nil to fix the named ones alone.
    public var reduction: ReductionOptions?

    /// - Precondition: values of −1 and +1.
    public init(_ base: any Sampler, values: [Int: Int8] = [:], reduction: ReductionOptions? = ReductionOptions()) {
        precondition(values.values.allSatisfy { $0 == 1 || $0 == -1 }, "a spin is -1 or +1")
        self.base = base
        self.values = values
        self.reduction = reduction
    }

    public var name: String { "fixed(\(base.name))" }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        let ledger = CompositeLedger(control)
        let reduced: Reduction
        do {
            let fixed = try model.fixing(values)
            if let reduction { reduced = fixed.followed(by: try fixed.model.reduced(reduction)) } else { reduced = fixed }
        } catch {
            throw .model(error)
        }
        let details = ["variables": "\(reduced.model.variables)"]
        if reduced.isSolved, reduction != nil || values.count == model.variables {
            let spins = PackedSpins(reduced.expand([]))
            let energy = model.energy(of: spins.spins)
            ledger.heard(energy: energy)
            // A proof of the model itself only when the rules alone decided.
            return ledger.sampleSet(
                [.init(spins: spins, energy: energy)], otherwise: values.isEmpty ? .optimal : .completed, lowerBound: values.isEmpty ? energy : nil,
                seed: seed, sampler: name, details: details)
        }
        let starts = control.initialStates.filter { $0.count == model.variables }.map { PackedSpins(reduced.restrict($0.spins)) }
        let set = try base.sample(
            reduced.model, seed: seed, control: ledger.controlForCall(initialStates: starts, energy: { $0 }, target: { $0 }))
        ledger.close(set)
        let samples = set.carried(to: model) { PackedSpins(reduced.expand($0.spins)) }
        let best = samples.reduce(Double.infinity) { Swift.min($0, $1.energy) }
        let isProved = set.stopReason == .optimal && values.isEmpty
        return ledger.sampleSet(
            samples, otherwise: isProved ? .optimal : .completed, lowerBound: values.isEmpty ? set.bound({ $0 }, best: best) : nil, seed: seed,
            sampler: name, details: set.details.merging(details) { $1 })
    }
}
