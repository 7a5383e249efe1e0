internal import Ising
internal import QUBOTraining

/// What `spinflip qubo verify` reports: whether a form is its problem, proved by enumeration.
public struct FormVerificationReport: Encodable, Sendable, Hashable {
    public struct Counterexample: Encodable, Sendable, Hashable {
        /// `+` and `-`, one a weight.
        public var weights: String
        /// The row of samples whose bits differ from the forward pass.
        public var row: Int?
        /// Bits that do.
        public var bits: [String]
        /// What the form says, and what is true.
        public var energy: Double
        public var objective: Double
    }

    public var facts: FormFacts
    public var holds: Bool
    /// The least objective over all weights: proved.
    public var energy: Double
    public var optimal = true
    /// Weight vectors that have it.
    public var optima: Int
    /// The least energy of the form.
    public var least: Double
    public var weightVectors: Int
    /// States of the other bits that were gone through.
    public var states: Int
    public var counterexample: Counterexample?
    public var source: FormRequest.Source
    public var seconds: Double

    public var text: String {
        var lines = [facts.line]
        if let counterexample {
            lines.append(
                "does not hold: weights \(counterexample.weights) have energy \(counterexample.energy), but their network's objective is "
                    + "\(counterexample.objective)")
            if let row = counterexample.row {
                lines.append("in row \(row) of the samples, other than the forward pass: \(counterexample.bits.joined(separator: ", "))")
            }
        } else {
            lines.append("holds: for each of \(weightVectors) weight vectors the least energy over all other bits is the objective (\(states) states)")
        }
        lines.append("least objective \(energy), by \(optima) weight vector\(optima == 1 ? "" : "s"); least energy \(least)")
        return (lines + source.notes).joined(separator: "\n")
    }

    private enum Keys: String, CodingKey {
        case holds, energy, optimal, optima, least, weightVectors, states, counterexample, seconds
    }

    /// Facts and source are keys of their own.
    public func encode(to encoder: any Encoder) throws {
        try facts.encode(to: encoder)
        try source.encode(to: encoder)
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(holds, forKey: .holds)
        try container.encode(energy, forKey: .energy)
        try container.encode(optimal, forKey: .optimal)
        try container.encode(optima, forKey: .optima)
        try container.encode(least, forKey: .least)
        try container.encode(weightVectors, forKey: .weightVectors)
        try container.encode(states, forKey: .states)
        try container.encodeIfPresent(counterexample, forKey: .counterexample)
        try container.encode(seconds, forKey: .seconds)
    }
}

extension FormRequest {
    /// Makes the form and proves it, or finds where it fails.
    /// - Throws: what is wrong with the request; `ProofError` when the proof would take too long, or was stopped.
    public func verify(_ control: RunControl) throws -> FormVerificationReport {
        let start = control.seconds()
        let made = try make()
        let progress = { (done: Int, all: Int) -> Bool in
            control.onProgress(Progress(stage: "enumerating", completed: done, total: all, unit: "weight vectors"))
            return !control.isCancelled()
        }
        let proof =
            switch made {
            case .qubo(let form): try FormulationProof(form, progress: progress)
            case .polynomial(let form): try FormulationProof(form, progress: progress)
            }
        let counterexample = proof.counterexample.map {
            FormVerificationReport.Counterexample(
                weights: String($0.weights.spins.map { $0 > 0 ? "+" : "-" }), row: $0.row, bits: Array($0.differences.prefix(100)), energy: $0.energy,
                objective: $0.objective)
        }
        var source = source
        source.warnings += made.warnings
        return FormVerificationReport(
            facts: FormFacts(problem, made), holds: proof.holds, energy: proof.optimum, optima: proof.optima, least: proof.least,
            weightVectors: proof.weightVectors, states: proof.states, counterexample: counterexample, source: source,
            seconds: control.seconds() - start)
    }
}
