/// A model whose energy is minimised, and what that energy means: the objective that the problem's source states, and its sense.
///
///     objective = scale · energy + shift
///
/// A positive scale means that the objective is minimised too, a negative one that it is maximised: a Max-Cut graph of total weight W is the
/// model E(s) = Σ wᵢⱼsᵢsⱼ with cut = (W − E) / 2.
public struct Problem: Hashable, Sendable {
    public enum Model: Hashable, Sendable {
        case ising(IsingModel)
        case qubo(QUBO)
    }

    /// What an optimum of the objective is.
    public enum Sense: String, Hashable, Sendable, Codable, CaseIterable {
        case min, max
    }

    public let model: Model
    public let scale: Double
    public let shift: Double
    /// Couplings of the source that were added to one already there.
    public let summed: Int
    /// Couplings of the source between a variable and itself.
    public let folded: Int
    /// What the source calls its variables; nil where they are the numbers from 0.
    public let labels: [VariableLabel]?

    /// - Precondition: the scale is finite and not 0, the shift finite; labels, if any, are one a variable.
    public init(_ model: Model, scale: Double = 1, shift: Double = 0, summed: Int = 0, folded: Int = 0, labels: [VariableLabel]? = nil) {
        precondition(scale.isFinite && scale != 0 && shift.isFinite, "an objective of \(scale) times the energy plus \(shift)")
        self.model = model
        self.labels = labels
        self.scale = scale
        self.shift = shift
        self.summed = summed
        self.folded = folded
        precondition(labels == nil || labels?.count == terms.variables, "\(labels?.count ?? 0) labels for \(terms.variables) variables")
    }

    public var sense: Sense { scale > 0 ? .min : .max }

    public var vartype: Vartype {
        switch model {
        case .ising: .spin
        case .qubo: .binary
        }
    }

    /// The coefficients of the energy.
    public var terms: QuadraticTerms {
        switch model {
        case .ising(let model): model.terms
        case .qubo(let model): model.terms
        }
    }

    public func objective(energy: Double) -> Double { scale * energy + shift }

    /// The coefficients of the objective, as a function of spins or of bits; of its negative when `sense` is not its own.
    /// - Throws: `ProblemError.overflow` when a coefficient leaves the range of a Double.
    public func objectiveTerms(as vartype: Vartype, sense: Sense) throws(ProblemError) -> QuadraticTerms {
        let sign: Double = sense == self.sense ? 1 : -1
        let scaled = try terms.scaled(by: sign * scale, plus: sign * shift)
        switch (self.vartype, vartype) {
        case (.spin, .binary): return try IsingModel(terms: scaled).qubo().terms
        case (.binary, .spin): return try QUBO(terms: scaled).ising().terms
        default: return scaled
        }
    }
}

extension QuadraticTerms {
    func scaled(by scale: Double, plus shift: Double) throws(ProblemError) -> QuadraticTerms {
        try QuadraticTerms(
            offset: scale * offset + shift, linear: linear.map { scale * $0 }, first: first, second: second, weights: weights.map { scale * $0 })
    }
}
