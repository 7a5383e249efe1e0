public import Ising

/// Whatever finds weights for a problem: the weight-space searches, the QUBO and the polynomial form on a sampler, enumeration.
public protocol SpinSolver: Sendable {
    /// As options and reports name it: `weights`, `qubo`, `polynomial`, `exact`.
    var name: String { get }

    /// Minimises the problem's objective. The solution's evaluation is `problem.evaluate(solution.weights)`, never a number kept along the way.
    /// - Parameters:
    ///   - control: time limit, target (in units of the objective), threads, cancellation; `initialStates` hold weights.
    /// - Throws: what keeps the problem from this form: its size, a loss that the form does not know.
    func solve(_ problem: SpinProblem, seed: UInt64, control: SamplingControl) throws -> SpinSolution
}

/// Weights, what they do, and how they were found.
public struct SpinSolution: Sendable {
    public let weights: PackedSpins
    public let evaluation: SpinEvaluation
    /// No weights have a lower objective.
    public var isOptimal: Bool
    /// A proved lower bound of the objective; nil where none is known.
    public var lowerBound: Double?
    public var stopReason: SampleSet.StopReason
    /// The best objective against time.
    public var trajectory: [Improvement]
    /// Flips that were evaluated.
    public var updates: Int
    public var seconds: Double
    /// What else a solver has to tell: sizes, penalties, restarts.
    public var details: [String: String]

    public init(
        _ problem: SpinProblem, weights: PackedSpins, isOptimal: Bool = false, lowerBound: Double? = nil, stopReason: SampleSet.StopReason,
        trajectory: [Improvement] = [], updates: Int, seconds: Double, details: [String: String] = [:]
    ) {
        self.weights = weights
        evaluation = problem.evaluate(weights)
        (self.isOptimal, self.lowerBound, self.stopReason) = (isOptimal, lowerBound, stopReason)
        (self.trajectory, self.updates, self.seconds, self.details) = (trajectory, updates, seconds, details)
    }
}
