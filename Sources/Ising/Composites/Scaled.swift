/// Solves the model with all coefficients multiplied by a factor, and reports energies of the model itself. For samplers whose options are in
/// units of the energy, such as a fixed schedule of temperatures, or that take a limited range.
public struct Scaled: Sampler {
    public let base: any Sampler
    /// Above 0; nil for the power of two that brings the largest coefficient into [1, 2), which is exact.
    public var factor: Double?

    public init(_ base: any Sampler, factor: Double? = nil) {
        self.base = base
        self.factor = factor
    }

    public var name: String { "scaled(\(base.name))" }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        if let factor, !(factor > 0 && factor.isFinite) { throw .option("a factor of \(factor); use a finite number above 0") }
        let terms = model.terms
        let largest = (terms.linear + terms.weights).reduce(0) { Swift.max($0, $1.magnitude) }
        let exponent = largest > 0 ? Swift.max(-1000, Swift.min(1000, -Int(largest.exponent))) : 0
        let factor = factor ?? Double(sign: .plus, exponent: exponent, significand: 1)
        let scaled: IsingModel
        do {
            // The offset stays outside: it may be of another size than everything else.
            scaled = IsingModel(
                terms: try QuadraticTerms(
                    offset: 0, linear: terms.linear.map { $0 * factor }, first: terms.first, second: terms.second,
                    weights: terms.weights.map { $0 * factor }))
        } catch {
            throw .model(error)
        }
        let ledger = CompositeLedger(control)
        let offset = terms.offset
        let inner = ledger.controlForCall(
            initialStates: control.initialStates, energy: { $0 / factor + offset }, target: { ($0 - offset) * factor })
        let set = try base.sample(scaled, seed: seed, control: inner)
        ledger.close(set)
        let samples = set.carried(to: model) { $0 }
        let best = samples.reduce(Double.infinity) { Swift.min($0, $1.energy) }
        return ledger.sampleSet(
            samples, otherwise: set.stopReason, lowerBound: set.bound({ $0 / factor + offset }, best: best), seed: seed, sampler: name,
            details: set.details.merging(["factor": "\(factor)"]) { $1 })
    }
}
