internal import Ising
public import QUBOTraining

/// The forms in which the training of a network is searched, and what searches them.
public enum SpinForm: String, Sendable, Hashable, CaseIterable {
    case weights, polynomial, qubo

    /// - Throws: `UnknownName` with the known ones.
    public init(named name: String) throws(UnknownName) {
        guard let form = Self(rawValue: name) else { throw UnknownName("form", name, known: Self.allCases.map(\.rawValue)) }
        self = form
    }

    /// Searches of the weights: annealing, tempering, tabu, annealing on growing batches, and enumeration, which proves. `auto` is annealing.
    public static let weightSamplers = ["auto", "sa", "pt", "tabu", "batches", "exact", "reference"]

    /// What searches this form.
    /// - Parameter sampler: of the form `weights` one of `weightSamplers`, of `qubo` compound or a name of `SamplerCatalog`; nil for the form's own.
    /// - Throws: `UnknownName`, `SamplerCatalogError`, or `ConfigurationError` for the form `polynomial`, which has one search.
    public func solver(_ sampler: String?) throws -> any SpinSolver {
        switch self {
        case .weights:
            switch sampler ?? "auto" {
            case "auto", "sa": return WeightAnnealing()
            case "pt": return WeightAnnealing(.init(method: .tempering))
            case "tabu": return WeightAnnealing(.init(method: .tabu))
            case "batches": return WeightBatches()
            case "exact": return WeightEnumeration()
            case "reference": return ReferenceAnnealing()
            case let name: throw UnknownName("search of weights", name, known: Self.weightSamplers)
            }
        case .polynomial:
            guard sampler == nil || sampler == "auto" || sampler == "polynomial" else {
                throw ConfigurationError(reason: "the polynomial form has one search, polynomial, and not “\(sampler ?? "")”; leave out the sampler")
            }
            return PolynomialSolver()
        case .qubo:
            var options = QUBOSolver.Options()
            if let sampler, sampler != QUBOSolver.compound {
                // Names are checked here, before a form is built.
                _ = try SamplerCatalog.sampler(sampler)
                options.sampler = sampler
            }
            return QUBOSolver(options)
        }
    }

    /// Whether a search comes to an end without a limit of time that is worth waiting for.
    public func endsByItself(_ sampler: String?) -> Bool {
        switch self {
        case .weights: true
        case .polynomial: false
        case .qubo: sampler.map { $0 == QUBOSolver.compound ? false : SamplerCatalog.endsByItself($0) } ?? false
        }
    }

    /// Variables, and terms of two or more of them, of the form; of the polynomial an upper bound of the terms. Nothing is built.
    public func size(_ problem: SpinProblem) -> (variables: Int, interactions: Int) {
        switch self {
        case .weights: return (problem.network.weights, 0)
        case .polynomial:
            let size = PolynomialForm.size(problem)
            return (size.variables, size.interactions)
        case .qubo:
            let size = QUBOForm.size(problem)
            return (size.variables, size.interactions)
        }
    }

    /// Proves optima of small networks.
    static var exactSolver: any SpinSolver { WeightEnumeration() }
}
