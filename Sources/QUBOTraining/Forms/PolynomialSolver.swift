public import Ising

/// Training as a polynomial of the weights: the form is built and annealed as it is.
public struct PolynomialSolver: SpinSolver, Hashable {
    public struct Options: Hashable, Sendable, Codable {
        public var annealing = PolynomialAnnealing.Options()
        public var termLimit = PolynomialForm.defaultTermLimit

        public init() {}
    }

    public let name = "polynomial"
    public var options: Options

    public init(_ options: Options = Options()) { self.options = options }

    /// - Throws: `FormError`, `SamplerError`.
    public func solve(_ problem: SpinProblem, seed: UInt64, control: SamplingControl) throws -> SpinSolution {
        let start = control.seconds()
        let form = try PolynomialForm(problem, termLimit: options.termLimit)
        let bound = problem.simpleBound
        var control = control
        control.timeLimit = control.timeLimit.map { max(0, $0 - (control.seconds() - start)) }
        // Reaching the bound is the end, whoever asks for less.
        control.target = max(control.target ?? -.infinity, bound)
        // With a target alone the annealer would go on for ever where the bound is out of reach.
        var annealing = options.annealing
        if annealing.reads == nil, control.timeLimit == nil, control.updateLimit == nil { annealing.reads = 16 }
        let set = try PolynomialAnnealing(annealing).sample(ConstrainedModel(objective: form.polynomial), seed: seed, control: control)
        var details = set.details
        details["terms"] = "\(form.polynomial.terms)"
        details["degree"] = "\(form.polynomial.degree)"
        var solution = SpinSolution(
            problem, weights: set.first.spins, lowerBound: bound, stopReason: set.stopReason, trajectory: set.trajectory, updates: set.updates,
            seconds: control.seconds() - start, details: details)
        solution.isOptimal = solution.evaluation.energy <= bound
        if solution.isOptimal { solution.stopReason = .optimal }
        return solution
    }
}
