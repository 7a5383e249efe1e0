/// Which conclusions hold while every constant moves within what has been published for it.
///
/// The ratio of two models' energies, Σ bᵢcᵢ / Σ aᵢcᵢ with counts a and b and constants c, is a quotient of linear functions, so over the box of all
/// ranges it takes its extremes where every constant is at one of its ends. They are found exactly: r is reached or exceeded somewhere if and only if
/// Σ max over cᵢ of (bᵢ − r·aᵢ)cᵢ ≥ 0, and there the maximum is taken constant by constant (Dinkelbach 1967).
public struct EnergySensitivity: Sendable, Hashable, Codable {
    /// The ratio with one constant at its ends and the others as they stand in the table.
    public struct Single: Sendable, Hashable, Codable {
        public var name: String
        public var lower: Double
        public var upper: Double
        /// Ratios at `lower` and at `upper`.
        public var atLower: Double
        public var atUpper: Double
    }

    /// The model that is divided by, and the other.
    public var model: String
    public var other: String
    /// Energy of the other over that of the model, with the table's figures.
    public var ratio: Double
    /// The same with all constants anywhere in their ranges at once.
    public var ratioLower: Double
    public var ratioUpper: Double
    /// True when no choice of constants turns round which of the two is cheaper.
    public var survives: Bool
    /// Constants that matter, those that move the ratio most first.
    public var singles: [Single]

    /// - Precondition: estimates by one table and one hierarchy, of which the first is not zero.
    public init(_ model: EnergyEstimate, _ other: EnergyEstimate) {
        precondition(
            model.table == other.table && model.memory == other.memory && model.terms.map(\.name) == other.terms.map(\.name),
            "estimates of \(model.model) and \(other.model) by different constants")
        let (a, b) = (model.terms.map { Double($0.count) }, other.terms.map { Double($0.count) })
        let terms = model.terms
        func ratio(_ constants: [Double]) -> Double { zip(b, constants).reduce(0) { $0 + $1.0 * $1.1 } / zip(a, constants).reduce(0) { $0 + $1.0 * $1.1 } }
        func extreme(_ greatest: Bool) -> Double {
            var value = ratio(terms.map(\.picojoules))
            // Each step is a vertex with a better ratio; there are finitely many, and a handful of steps suffice.
            for _ in 0..<100 {
                let vertex = terms.indices.map { i in (b[i] - value * a[i] > 0) == greatest ? terms[i].upper : terms[i].lower }
                let next = ratio(vertex)
                guard next.isFinite, greatest ? next > value : next < value else { break }
                value = next
            }
            return value
        }
        (self.model, self.other) = (model.model, other.model)
        let nominal = terms.map(\.picojoules)
        self.ratio = ratio(nominal)
        (ratioLower, ratioUpper) = (extreme(false), extreme(true))
        survives = ratioLower > 1 || ratioUpper < 1
        singles = terms.indices.compactMap { index in
            guard terms[index].lower < terms[index].upper, a[index] > 0 || b[index] > 0 else { return nil }
            func moved(_ value: Double) -> Double {
                var constants = nominal
                constants[index] = value
                return ratio(constants)
            }
            let term = terms[index]
            return Single(
                name: term.name, lower: term.lower, upper: term.upper, atLower: moved(term.lower), atUpper: moved(term.upper))
        }.sorted { abs($0.atLower - $0.atUpper) > abs($1.atLower - $1.atUpper) }
    }
}

extension EnergyEstimate {
    /// The total with all constants at the low and at the high ends of their ranges.
    public var interval: ClosedRange<Double> {
        func total(_ end: (Term) -> Double) -> Double { terms.reduce(0) { $0 + Double($1.count) * end($1) * 1e-6 } }
        return total(\.lower)...total(\.upper)
    }
}
