internal import Ising
public import QUBOTraining

/// A problem in one of its written forms: what `spinflip qubo build` writes and `spinflip qubo verify` proves.
public struct FormRequest: Sendable, Hashable {
    public var problem: SpinProblem
    /// `qubo` or `polynomial`.
    public var form: String
    /// Of the form `qubo`; nil parts are sufficient ones.
    public var penalties: QUBOPenalties
    public var source: Source

    /// Where a problem comes from, for reports.
    public struct Source: Encodable, Sendable, Hashable {
        public var layers: String
        public var dataset: String
        public var seed: UInt64
        /// What was chosen because nobody said.
        public var notes: [String]
        /// What is odd about the problem.
        public var warnings: [String]

        public init(layers: String, dataset: String, seed: UInt64, notes: [String] = [], warnings: [String] = []) {
            (self.layers, self.dataset, self.seed, self.notes, self.warnings) = (layers, dataset, seed, notes, warnings)
        }
    }

    public init(_ problem: SpinProblem, form: String = "qubo", penalties: QUBOPenalties = QUBOPenalties(), source: Source) {
        (self.problem, self.form, self.penalties, self.source) = (problem, form, penalties, source)
    }

    /// Forms that can be written down.
    public static let forms = ["qubo", "polynomial"]

    /// A form that has been made.
    enum Made {
        case qubo(QUBOForm)
        case polynomial(PolynomialForm)

        var warnings: [String] {
            switch self {
            case .qubo(let form): form.warnings.map(\.description)
            case .polynomial: []
            }
        }
    }

    /// Whether a form's name and penalties make sense, before anything is loaded for it.
    /// - Throws: `UnknownName`, `ConfigurationError`.
    public static func check(form: String, _ penalties: QUBOPenalties) throws {
        guard forms.contains(form) else { throw UnknownName("written form", form, known: forms) }
        if form == "polynomial", penalties.product != nil || penalties.activation != nil {
            throw ConfigurationError(reason: "penalties given for the polynomial form, which has none; leave them out or use the qubo form")
        }
    }

    /// Makes the form.
    func make() throws -> Made {
        try Self.check(form: form, penalties)
        return form == "qubo" ? .qubo(try QUBOForm(problem, penalties: penalties)) : .polynomial(try PolynomialForm(problem))
    }
}

/// What a form is made of, for reports.
public struct FormFacts: Encodable, Sendable, Hashable {
    public struct Penalties: Encodable, Sendable, Hashable {
        /// The greatest of all rows.
        public var product: Double
        public var activation: Double
    }

    public var form: String
    public var variables: Int
    /// Terms of two variables or more.
    public var interactions: Int
    public var degree: Int
    public var offset: Double
    public var weights: Int
    /// Samples, and rows of different inputs among them.
    public var samples: Int
    public var rows: Int
    /// nil for forms without penalties.
    public var penalties: Penalties?
    /// Penalties above this make the form exact.
    public var bound: Double?

    init(_ problem: SpinProblem, _ made: FormRequest.Made) {
        (weights, samples, rows) = (problem.network.weights, problem.samples.count, problem.samples.rows)
        switch made {
        case .qubo(let form):
            self.form = "qubo"
            (variables, interactions, degree) = (form.qubo.variables, form.qubo.terms.interactions, 2)
            offset = form.qubo.terms.offset
            let most = { (kind: QUBOPenalties.Kind) in (0..<problem.samples.rows).reduce(0.0) { max($0, form.penalty(kind, row: $1)) } }
            penalties = Penalties(product: most(.product), activation: most(.activation))
            bound = form.bounds.max() ?? 0
        case .polynomial(let form):
            let polynomial = form.polynomial
            self.form = "polynomial"
            (variables, degree, offset) = (polynomial.variables, polynomial.degree, polynomial.offset)
            interactions = (0..<polynomial.terms).count { polynomial.termDegree($0) > 1 }
        }
    }

    /// For people.
    var line: String {
        var text = "\(form): \(variables) variables (\(weights) weights, \(rows) rows of samples), \(interactions) interactions"
        if degree > 2 { text += ", degree \(degree)" }
        if let penalties, let bound { text += "; penalties \(penalties.product) and \(penalties.activation), bound \(bound)" }
        return text
    }
}
