internal import BitCore

/// Solves every connected part of a model by itself, one after the other, and puts the solutions together: the k-th best of the whole is made of the
/// k-th best of the parts, those with fewer samples starting over.
///
/// A part of one variable needs no sampler. Limits hold for the whole: a part that comes after the time is up stays as it was, at −1.
public struct SolvedByComponents: Sampler {
    public let base: any Sampler

    public init(_ base: any Sampler) {
        self.base = base
    }

    public var name: String { "components(\(base.name))" }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        let ledger = CompositeLedger(control)
        let components: Components
        do { components = try Components(of: model) } catch { throw .model(error) }
        let generator = SeededGenerator(seed: seed)
        // Assignments of each part, best first, each as often as it occurred.
        var found = components.parts.map { part in [[Int8](repeating: -1, count: part.variables.count)] }
        var energies = components.parts.enumerated().map { index, part -> Double in
            guard part.variables.count == 1 else { return part.model.energy(of: found[index][0]) }
            let field = part.model.terms.linear[0]
            found[index] = [[field > 0 ? -1 : 1]]
            return -field.magnitude
        }
        var total = energies.reduce(components.offset, +)
        ledger.heard(energy: total)
        var bound: Double? = components.offset
        var isProved = true
        for (index, part) in components.parts.enumerated() {
            guard part.variables.count > 1 else {
                bound = bound.map { $0 + energies[index] }
                continue
            }
            guard ledger.reason == nil else {
                (bound, isProved) = (nil, false)
                break
            }
            let others = total - energies[index]
            let starts = control.initialStates.filter { $0.count == model.variables }.map { state in
                PackedSpins(part.variables.map { state[Int($0)] ? Int8(1) : -1 })
            }
            var child = generator.split(UInt64(index))
            let inner = ledger.controlForCall(initialStates: starts, energy: { $0 + others }, target: { $0 - others })
            let set = try base.sample(part.model, seed: child.next(), control: inner)
            ledger.close(set)
            bound = bound.flatMap { sum in set.lowerBound.map { sum + $0 } }
            isProved = isProved && set.stopReason == .optimal
            // A search without time may bring less than what was there.
            guard set.first.energy <= energies[index] else { continue }
            found[index] = set.samples.flatMap { Array(repeating: $0.spins.spins, count: $0.occurrences) }
            energies[index] = set.first.energy
            total = others + energies[index]
        }
        let reads = found.reduce(1) { Swift.max($0, $1.count) }
        var samples: [SampleSet.Sample] = []
        for read in 0..<reads {
            let spins = components.merge(found.map { $0[read % $0.count] })
            samples.append(.init(spins: PackedSpins(spins), energy: model.energy(of: spins)))
        }
        let best = samples.reduce(Double.infinity) { Swift.min($0, $1.energy) }
        return ledger.sampleSet(
            samples, otherwise: isProved ? .optimal : .completed, lowerBound: isProved ? best : bound.map { Swift.min($0, best) }, seed: seed,
            sampler: name, details: ["parts": "\(components.parts.count)"])
    }
}
