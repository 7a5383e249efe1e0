public import Ising

/// The proof, by enumeration, that a form is its problem: for every weight vector the least energy over all other bits is the objective
/// that the forward pass finds. Or the counterexample.
///
/// It looks at the form as it would be handed to a sampler, its coefficients, and at nothing that built it. Given the weights (and the few
/// bits of worst margins) no coupling leads from one row's bits to another's, so the least energy is a sum of least energies of rows, each
/// over 2^bits states in Gray code: 2^|E|·rows·2^bits steps instead of 2^N.
public struct FormulationProof: Hashable, Sendable {
    /// Weights at which the form is not its problem.
    public struct Counterexample: Hashable, Sendable {
        public let weights: PackedSpins
        /// A state of all bits with these weights; of a polynomial the weights.
        public let state: PackedSpins
        /// The form's energy there, which is the least for these weights.
        public let energy: Double
        /// What the forward pass finds.
        public let objective: Double
        /// The first row of samples whose bits are not those of the forward pass; nil where there is none.
        public let row: Int?
        /// Bits of the state that the forward pass sets otherwise, by name, with the value they have: `a[2,3] = 1`.
        public let differences: [String]
    }

    public let form: String
    /// Weight vectors, all of them.
    public let weightVectors: Int
    /// States of the other bits that were looked at.
    public let states: Int
    /// The least objective, and how many weight vectors have it.
    public let optimum: Double
    public let optima: Int
    /// The least energy of the form over all its states.
    public let least: Double
    /// Where energy and objective are furthest apart.
    public let counterexample: Counterexample?

    public var holds: Bool { counterexample == nil }

    /// Steps that are made unless told otherwise: some minutes.
    public static let defaultStepLimit = 1 << 34

    /// - Parameters:
    ///   - stepLimit: estimated beforehand.
    ///   - progress: gets weight vectors done and all; whether to go on. Called every millisecond or so.
    /// - Throws: `ProofError` when it would take more steps, or was stopped.
    public init(
        _ form: QUBOForm, stepLimit: Int = Self.defaultStepLimit, progress: (Int, Int) -> Bool = { _, _ in true }
    ) throws(ProofError) {
        let layout = form.layout
        let bits = Double(layout.weights + layout.sharedBits + layout.bitsPerRow)
        let estimate = bits < 900 ? Double(sign: .plus, exponent: Int(bits), significand: 1) * Double(layout.rows) : .infinity
        guard estimate <= Double(stepLimit), bits < 60 else { throw .tooLarge(steps: estimate, limit: stepLimit) }
        var rows = RowMinima(form.qubo, shared: layout.weights + layout.sharedBits, bitsPerRow: layout.bitsPerRow)
        var result = Comparison(tolerance: Self.tolerance(form.qubo.terms))
        var worst: (energy: Double, state: PackedSpins)?
        // Steps a weight vector takes, and weight vectors between two looks at the caller.
        let steps = max(1, Int(estimate) >> layout.weights)
        let grain = max(1, (1 << 18) / steps)
        for code in 0..<(1 << layout.weights) {
            let weights = Self.weights(code, layout.weights)
            var best: (energy: Double, state: PackedSpins)?
            for shared in 0..<(1 << layout.sharedBits) {
                let assignment = UInt64(code) | UInt64(shared) << UInt64(layout.weights)
                let (energy, states) = rows.least(assignment)
                if energy < best?.energy ?? .infinity { best = (energy, rows.state(assignment, states)) }
            }
            guard let found = best else { preconditionFailure("a form without states") }
            // What was kept up to date along the way is computed anew where it counts.
            let objective = form.problem.evaluate(weights).energy
            if result.add(energy: found.energy, objective: objective, weights) { worst = (form.qubo.energy(of: found.state.bits), found.state) }
            if code % grain == 0, !progress(code, 1 << layout.weights) { throw .stopped }
        }
        self.form = "qubo"
        weightVectors = 1 << layout.weights
        states = FormSize.clamped(estimate)
        (optimum, optima, least) = (result.optimum, result.optima, result.least)
        guard let furthest = result.furthest, let shown = worst else {
            counterexample = nil
            return
        }
        let consistent = form.consistentState(furthest.weights)
        let different = (0..<layout.variables).filter { shown.state[$0] != consistent[$0] }
        counterexample = Counterexample(
            weights: furthest.weights, state: shown.state, energy: shown.energy, objective: furthest.objective,
            row: different.first { $0 >= layout.start(ofRow: 0) }.map { ($0 - layout.start(ofRow: 0)) / layout.bitsPerRow },
            differences: different.map { "\(layout[$0]) = \(shown.state[$0] ? 1 : 0)" })
    }

    /// - Throws: `ProofError` when it would take more steps, or was stopped.
    public init(
        _ form: PolynomialForm, stepLimit: Int = Self.defaultStepLimit, progress: (Int, Int) -> Bool = { _, _ in true }
    ) throws(ProofError) {
        let count = form.polynomial.variables
        let estimate = count < 900 ? Double(sign: .plus, exponent: count, significand: 1) * Double(form.polynomial.terms + 1) : .infinity
        guard estimate <= Double(stepLimit), count < 60 else { throw .tooLarge(steps: estimate, limit: stepLimit) }
        var result = Comparison(tolerance: 1e-9 * (1 + form.polynomial.coefficients.reduce(0) { max($0, $1.magnitude) }))
        var worst = 0.0
        for code in 0..<(1 << count) {
            let weights = Self.weights(code, count)
            let energy = form.polynomial.energy(of: weights.bits)
            if result.add(energy: energy, objective: form.problem.evaluate(weights).energy, weights) { worst = energy }
            if code & 0xFF == 0, !progress(code, 1 << count) { throw .stopped }
        }
        self.form = "polynomial"
        weightVectors = 1 << count
        states = 1 << count
        (optimum, optima, least) = (result.optimum, result.optima, result.least)
        counterexample = result.furthest.map {
            Counterexample(weights: $0.weights, state: $0.weights, energy: worst, objective: $0.objective, row: nil, differences: [])
        }
    }

    /// By how much sums of the same coefficients in another order may differ.
    private static func tolerance(_ terms: QuadraticTerms) -> Double {
        1e-9 * (1 + max(terms.linear.reduce(0) { max($0, $1.magnitude) }, terms.weights.reduce(0) { max($0, $1.magnitude) }))
    }

    private static func weights(_ code: Int, _ count: Int) -> PackedSpins { PackedSpins(words: count == 0 ? [] : [UInt64(code)], count: count) }
}

/// Energies and objectives of weight vectors, as they come.
private struct Comparison {
    let tolerance: Double
    var optimum = Double.infinity
    var optima = 0
    var least = Double.infinity
    var furthest: (weights: PackedSpins, objective: Double)?
    private var distance = 0.0

    init(tolerance: Double) { self.tolerance = tolerance }

    /// Whether these are further apart than any before.
    mutating func add(energy: Double, objective: Double, _ weights: PackedSpins) -> Bool {
        if objective < optimum - tolerance { (optimum, optima) = (objective, 0) }
        if objective <= optimum + tolerance { optima += 1 }
        least = min(least, energy)
        guard abs(energy - objective) > max(tolerance, distance) else { return false }
        (distance, furthest) = (abs(energy - objective), (weights, objective))
        return true
    }
}

/// Why there is no proof.
public enum ProofError: Error, Hashable, Sendable, CustomStringConvertible {
    case tooLarge(steps: Double, limit: Int)
    case stopped

    public var description: String {
        switch self {
        case .tooLarge(let steps, let limit):
            "the proof would take \(steps.isFinite && steps < 1e15 ? "\(Int(steps))" : "\(steps)") steps where \(limit) are allowed; take fewer weights, "
                + "narrower neurons or fewer samples"
        case .stopped: "the proof was stopped before its end; nothing is proved"
        }
    }
}
