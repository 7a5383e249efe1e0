/// Something that looks for assignments of low energy: an annealer, a tabu search, an exact solver, a program of one's own.
///
/// A sampler is a value: its options, Codable, with defaults that need no tuning. One method does the work. Same model, seed, options and no
/// limit of time give the same samples, whatever the number of threads and the instruction set; with a time limit, a target or a
/// cancellation, how far it comes depends on the clock.
public protocol Sampler: Sendable {
    /// What the command line calls it: `sa`.
    var name: String { get }

    /// Looks for spins s that minimise E(s).
    ///
    /// The best assignment found so far is valid at any time; when the control says stop, it is returned, soon (within 10 ms of a time
    /// limit). Energies are recomputed from the model in Double before they are returned.
    /// - Throws: `SamplerError` when the sampler cannot take the model or its options; being stopped is not an error.
    func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet
}

extension Sampler {
    /// The same for bits: a QUBO is an Ising model with the same energies and, as x = 1 is s = +1, the same packed assignments.
    public func sample(_ model: QUBO, seed: UInt64, control: SamplingControl = SamplingControl()) throws(SamplerError) -> SampleSet {
        let ising: IsingModel
        do { ising = try model.ising() } catch { throw .model(error) }
        var set = try sample(ising, seed: seed, control: control)
        // Halves and quarters of large coefficients may round; what is reported is the energy of the model that was given.
        if ising.terms.unit == nil || model.terms.unit == nil { set.recompute { model.energy(of: $0.bits) } }
        return set
    }

    public func sample(_ model: IsingModel, seed: UInt64) throws(SamplerError) -> SampleSet {
        try sample(model, seed: seed, control: SamplingControl())
    }
}

/// Why a sampler cannot start.
public enum SamplerError: Error, Hashable, Sendable {
    case model(ProblemError)
    /// The sampler takes other models: `a model of 64 variables exceeds the 32 that enumeration can take; use tabu or sa`.
    case unsuited(String)
    /// An option is out of its range: `sweeps is 0; use 1 or more`.
    case option(String)
    /// An external sampler failed: `"ocean.py" ended with status 1: …`.
    case external(String)
}

extension SamplerError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .model(let error): error.description
        case .unsuited(let text), .option(let text), .external(let text): text
        }
    }
}

extension SamplerError {
    /// For options that count something: `0 reads; use 1 or more`.
    static func check(_ count: Int?, _ what: String) throws(SamplerError) {
        if let count, count < 1 { throw .option("\(count) \(what); use 1 or more") }
    }
}
