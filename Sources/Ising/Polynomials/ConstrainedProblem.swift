/// A problem of any degree with constraints, or without any: a model whose energy is minimised, and what that energy means, objective = scale ·
/// energy + shift. A `Problem` is the special case without constraints whose energy is quadratic; what handles only those asks for `quadratic`.
public struct ConstrainedProblem: Hashable, Sendable {
    private enum Content: Hashable, Sendable {
        case quadratic(Problem)
        case general(ConstrainedModel)
    }

    private let content: Content
    public let scale: Double
    public let shift: Double
    /// What the source calls its variables; nil where they are the numbers from 0.
    public let labels: [VariableLabel]?

    /// - Precondition: the scale is finite and not 0, the shift finite; labels, if any, are one a variable.
    public init(_ model: ConstrainedModel, scale: Double = 1, shift: Double = 0, labels: [VariableLabel]? = nil) {
        precondition(scale.isFinite && scale != 0 && shift.isFinite, "an objective of \(scale) times the energy plus \(shift)")
        precondition(labels == nil || labels?.count == model.variables, "\(labels?.count ?? 0) labels for \(model.variables) variables")
        content = .general(model)
        (self.scale, self.shift, self.labels) = (scale, shift, labels)
    }

    /// The problem as it is; it costs nothing until `model()` is asked for.
    public init(_ problem: Problem) {
        content = .quadratic(problem)
        (scale, shift, labels) = (problem.scale, problem.shift, problem.labels)
    }

    public var variables: Int {
        switch content {
        case .quadratic(let problem): problem.terms.variables
        case .general(let model): model.variables
        }
    }

    public var vartype: Vartype {
        switch content {
        case .quadratic(let problem): problem.vartype
        case .general(let model): model.vartype
        }
    }

    public var constraints: [LinearConstraint] {
        switch content {
        case .quadratic: []
        case .general(let model): model.constraints
        }
    }

    public var sense: Problem.Sense { scale > 0 ? .min : .max }

    public func objective(energy: Double) -> Double { scale * energy + shift }

    /// The model in its general form.
    public func model() throws(ProblemError) -> ConstrainedModel {
        switch content {
        case .quadratic(let problem): try ConstrainedModel(objective: BinaryPolynomial(problem.terms, vartype: problem.vartype))
        case .general(let model): model
        }
    }

    /// The problem without constraints that this one is; nil when it has some or is not quadratic.
    public var quadratic: Problem? {
        switch content {
        case .quadratic(let problem): return problem
        case .general(let model):
            guard model.constraints.isEmpty, model.objective.degree <= 2 else { return nil }
            switch model.vartype {
            case .spin: return (try? model.objective.ising()).map { Problem(.ising($0), scale: scale, shift: shift, labels: labels) }
            case .binary: return (try? model.objective.qubo()).map { Problem(.qubo($0), scale: scale, shift: shift, labels: labels) }
            }
        }
    }
}
