internal import Ising

/// A problem as a sampler takes it.
enum SearchForm {
    case ising(IsingModel)
    case qubo(QUBO)
    /// A polynomial with constraints, as it is.
    case polynomial(ConstrainedModel, PolynomialAnnealing)
    /// The QUBO of a model with auxiliary bits.
    case quadratised(QUBO, ConstrainedModel)

    /// Quadratic problems without constraints go to any sampler. Others are quadratised, but for `polynomial`, which takes them as they are, and
    /// `auto`, which does that too unless the QUBO is small enough to be solved exactly, or is next to nothing larger than the problem.
    init(_ problem: ConstrainedProblem, _ sampler: any Sampler) throws {
        switch problem.quadratic?.model {
        case .ising(let model)?: self = .ising(model)
        case .qubo(let model)?: self = .qubo(model)
        case nil:
            let model = try problem.model()
            if let polynomial = sampler as? PolynomialAnnealing {
                self = .polynomial(model, polynomial)
            } else if let portfolio = sampler as? Portfolio {
                self = Self.chosen(model, portfolio.options)
            } else {
                self = .quadratised(try model.quadratised().qubo(), model)
            }
        }
    }

    /// Documentation/Design/ising-machine.md has the measurements behind this.
    private static func chosen(_ model: ConstrainedModel, _ options: Portfolio.Options) -> SearchForm {
        let isSmall = model.variables <= options.exactVariables
        if isSmall || model.constraints.isEmpty, let qubo = try? model.quadratised().qubo() {
            let mayGrowTo = isSmall ? options.exactVariables : model.variables + model.variables / 10
            if qubo.variables <= mayGrowTo { return .quadratised(qubo, model) }
        }
        var annealing = PolynomialAnnealing.Options()
        annealing.reads = options.reads
        return .polynomial(model, PolynomialAnnealing(annealing))
    }

    var kind: SolveReport.Form {
        switch self {
        case .ising, .qubo: .quadratic
        case .polynomial: .polynomial
        case .quadratised: .quadratised
        }
    }

    /// Terms of two variables or more.
    var interactions: Int {
        switch self {
        case .ising(let model): model.terms.interactions
        case .qubo(let model): model.terms.interactions
        case .polynomial(let model, _), .quadratised(_, let model): (0..<model.objective.terms).count { model.objective.termDegree($0) > 1 }
        }
    }

    var auxiliaries: Int {
        if case .quadratised(let qubo, let model) = self { qubo.variables - model.variables } else { 0 }
    }

    /// What a search found, in the problem's own variables.
    struct Found {
        /// The best first.
        var candidates: [Candidate]
        var sampler: String
        var stopReason: SampleSet.StopReason
        var lowerBound: Double?
        var trajectory: [Improvement]
        var updates: Int
        var details: [String: String]

        var reads: Int { candidates.reduce(0) { $0 + $1.occurrences } }
    }

    struct Candidate {
        var spins: PackedSpins
        var energy: Double
        var occurrences: Int
        /// How far each constraint is from holding.
        var violations: [Double]
        /// The energy of the form that was searched.
        var searched: Double

        var isFeasible: Bool { violations.allSatisfy { $0 == 0 } }
        fileprivate var key: (Double, Double, PackedSpins) { (violations.reduce(0, +), energy, spins) }
    }

    func search(_ sampler: any Sampler, seed: UInt64, control: SamplingControl) throws(SamplerError) -> Found {
        switch self {
        case .ising(let model): Self.found(try sampler.sample(model, seed: seed, control: control), of: nil)
        case .qubo(let model): Self.found(try sampler.sample(model, seed: seed, control: control), of: nil)
        case .quadratised(let qubo, let model): Self.found(try sampler.sample(qubo, seed: seed, control: control), of: model)
        case .polynomial(let model, let annealing): Self.found(try annealing.sample(model, seed: seed, control: control))
        }
    }

    private static func found(_ set: ConstrainedSampleSet) -> Found {
        let candidates = set.samples.map {
            Candidate(spins: $0.spins, energy: $0.energy, occurrences: $0.occurrences, violations: $0.violations, searched: $0.energy)
        }
        return Found(
            candidates: candidates.sorted { $0.key < $1.key }, sampler: set.sampler, stopReason: set.stopReason, lowerBound: nil,
            trajectory: set.trajectory, updates: set.updates, details: set.details)
    }

    /// - Parameter model: what the samples are to be evaluated in, the auxiliary bits dropped; nil where the samples are of the problem itself.
    private static func found(_ set: SampleSet, of model: ConstrainedModel?) -> Found {
        var candidates: [Candidate] = []
        if let model {
            var places: [PackedSpins: Int] = [:]
            for sample in set.samples {
                let bits = Array(sample.spins.bits.prefix(model.variables))
                let spins = PackedSpins(bits.map { $0 == 1 ? 1 : -1 })
                if let place = places[spins] {
                    // Samples come by energy: the first has the least over the auxiliaries.
                    candidates[place].occurrences += sample.occurrences
                    continue
                }
                places[spins] = candidates.count
                let evaluation = model.evaluate(bits)
                candidates.append(
                    Candidate(
                        spins: spins, energy: evaluation.energy, occurrences: sample.occurrences, violations: evaluation.violations,
                        searched: sample.energy))
            }
            candidates.sort { $0.key < $1.key }
        } else {
            candidates = set.samples.map {
                Candidate(spins: $0.spins, energy: $0.energy, occurrences: $0.occurrences, violations: [], searched: $0.energy)
            }
        }
        return Found(
            candidates: candidates, sampler: set.sampler, stopReason: set.stopReason, lowerBound: set.lowerBound, trajectory: set.trajectory,
            updates: set.updates, details: set.details)
    }
}
