public import BitCore

/// Directions that a backend found, and how good they are.
public struct Projection: Sendable {
    /// D, [outputs × n].
    public let directions: PackedTensor
    /// f_j(d_j) of every row, from the problem and not from the search.
    public let objectives: [Double]
    /// The largest f_j there is, where it is known.
    public let optima: [Double?]
    /// Of each row the number of optimal directions, where they were counted.
    public let optimalDirections: [Int]?
    /// Directions looked at, over all rows.
    public let evaluations: Int
    /// What found them: `local`, `qubo, exact`.
    public let backend: String
    /// Σ over rows of Σ_b |y'_bj|.
    public let bound: Double

    /// - Parameter isOptimal: of every row, whether its direction is proved to be an optimum.
    init(
        _ problem: ProjectionProblem, _ directions: PackedTensor, isOptimal: [Bool], optimalDirections: [Int]? = nil, evaluations: Int, backend: String
    ) {
        let values = problem.values(of: directions)
        self.directions = directions
        objectives = values.map { Double($0) * problem.unit }
        // What agrees with every pull cannot be bettered, whoever found it.
        optima = values.indices.map { isOptimal[$0] || values[$0] == problem.magnitudes[$0] ? Double(values[$0]) * problem.unit : nil }
        self.optimalDirections = optimalDirections
        self.evaluations = evaluations
        self.backend = backend
        bound = (0..<problem.outputs).reduce(0) { $0 + problem.bound(row: $1) }
    }

    /// optimum − f of every row; nil where the optimum is not known.
    public var gaps: [Double?] { zip(objectives, optima).map { objective, optimum in optimum.map { $0 - objective } } }
}

/// A layer's projections in figures, over one step or many: what logs hold.
public struct ProjectionSummary: Sendable, Hashable, Codable {
    public var backend: String
    /// Layers projected: steps.
    public var steps = 0
    public var rows = 0
    /// Σ f over rows and steps.
    public var objective = 0.0
    /// The same of the step of signSGD, where it was looked at: what search begins with.
    public var start: Double?
    /// Σ_b |y'|, over the same rows: no objective is more.
    public var bound = 0.0
    /// Rows whose optimum is known.
    public var provedRows = 0
    /// Σ of the optima over rows, where all are known.
    public var optimum: Double?
    public var seconds: Double?

    public init(backend: String) { self.backend = backend }

    /// - Parameter start: Σ f of the directions that the search began with.
    public init(_ projection: Projection, start: Double? = nil) {
        backend = projection.backend
        steps = 1
        rows = projection.objectives.count
        objective = projection.objectives.reduce(0, +)
        self.start = start
        bound = projection.bound
        let known = projection.optima.compactMap(\.self)
        provedRows = known.count
        optimum = known.count == rows ? known.reduce(0, +) : nil
    }

    /// optimum − objective, where the optimum is known in every row.
    public var gap: Double? { optimum.map { $0 - objective } }

    public mutating func add(_ other: ProjectionSummary) {
        if steps == 0 {
            self = other
            return
        }
        if backend != other.backend { backend += ", " + other.backend }
        steps += other.steps
        rows += other.rows
        objective += other.objective
        start = start.flatMap { own in other.start.map { own + $0 } }
        bound += other.bound
        provedRows += other.provedRows
        optimum = optimum.flatMap { own in other.optimum.map { own + $0 } }
        seconds = seconds.flatMap { own in other.seconds.map { own + $0 } }
    }
}
