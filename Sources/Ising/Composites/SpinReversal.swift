internal import BitCore

/// Gauge transforms: the model is solved with a random half of its spins turned over, sᵢ → gᵢ·sᵢ, which changes nothing in theory (hᵢ → gᵢ·hᵢ,
/// Jᵢⱼ → gᵢ·gⱼ·Jᵢⱼ) and averages out what a sampler does differently for +1 and −1.
public struct SpinReversal: Sampler {
    public let base: any Sampler
    /// How many transforms, one call of the base sampler each.
    public var transforms: Int

    public init(_ base: any Sampler, transforms: Int = 1) {
        self.base = base
        self.transforms = transforms
    }

    public var name: String { "spin-reversal(\(base.name))" }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        guard transforms >= 1 else { throw .option("\(transforms) transforms; use 1 or more") }
        let ledger = CompositeLedger(control)
        var samples: [SampleSet.Sample] = []
        var (lowerBound, reason): (Double?, SampleSet.StopReason) = (nil, .completed)
        for transform in 0..<transforms where ledger.reason == nil && reason != .optimal {
            var generator = SeededGenerator(seed: seed).split(UInt64(transform))
            let gauge = PackedSpins((0..<model.variables).map { _ in Int8(generator.next() >> 63 == 0 ? 1 : -1) })
            let turned = try Self.turn(model, gauge)
            let inner = ledger.controlForCall(initialStates: control.initialStates.map { gauge.times($0) }, energy: { $0 }, target: { $0 })
            let set = try base.sample(turned, seed: generator.next(), control: inner)
            ledger.close(set)
            samples += set.carried(to: model) { gauge.times($0) }
            let best = samples.reduce(Double.infinity) { Swift.min($0, $1.energy) }
            if let bound = set.bound({ $0 }, best: best) { lowerBound = Swift.max(lowerBound ?? bound, bound) }
            reason = set.stopReason == .optimal ? .optimal : .completed
        }
        return ledger.sampleSet(
            samples, otherwise: reason, lowerBound: lowerBound, seed: seed, sampler: name, details: ["transforms": "\(transforms)"])
    }

    private static func turn(_ model: IsingModel, _ gauge: PackedSpins) throws(SamplerError) -> IsingModel {
        let terms = model.terms
        func sign(_ variable: Int) -> Double { gauge[variable] ? 1 : -1 }
        do {
            return IsingModel(
                terms: try QuadraticTerms(
                    offset: terms.offset, linear: terms.linear.enumerated().map { $1 * sign($0) }, first: terms.first, second: terms.second,
                    weights: terms.weights.enumerated().map { $1 * sign(Int(terms.first[$0])) * sign(Int(terms.second[$0])) }))
        } catch {
            throw .model(error)
        }
    }
}

extension PackedSpins {
    /// The products of two assignments, spin by spin.
    func times(_ other: PackedSpins) -> PackedSpins {
        precondition(count == other.count, "assignments of \(count) and \(other.count) variables")
        guard count > 0 else { return self }
        var product = zip(words, other.words).map { ~($0 ^ $1) }
        if count % 64 != 0 { product[product.count - 1] &= (1 << UInt64(count % 64)) - 1 }
        return PackedSpins(words: product, count: count)
    }
}
