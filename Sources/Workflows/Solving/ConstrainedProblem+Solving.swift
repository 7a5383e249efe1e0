internal import Ising

extension ConstrainedProblem {
    /// Searches and evaluates. A problem with constraints, or of a degree above 2, is searched as a QUBO with auxiliary bits; what comes out is
    /// evaluated as the problem states it.
    func solve(
        _ sampler: any Sampler, timeLimit: Double?, request: SolveRequest, start: Double, _ run: RunControl,
        _ onImprovement: @escaping @Sendable (SolveReport.Point) -> Void
    ) throws -> Solution {
        let solving = run.seconds()
        let form = try SearchForm(self)
        let begin = run.seconds() - solving
        let target = request.target.map(energy(meeting:))
        let control = SamplingControl(
            timeLimit: timeLimit.map { Swift.max($0 - begin, 0) }, target: target, threads: request.threads, seconds: run.seconds,
            isCancelled: run.isCancelled, onImprovement: { onImprovement(point($0, begin)) })
        let set = try form.sample(sampler, seed: request.seed, control: control)
        let candidates = try form.candidates(set)
        let (best, evaluation) = candidates[0]
        let reached = set.trajectory.first { $0.energy == best.searched } ?? set.trajectory.last
        let objective = objective(energy: best.energy)
        let bound = set.lowerBound.map(self.objective(energy:))
        let largest = Swift.max(objective.magnitude, bound?.magnitude ?? 0)
        let report = SolveReport(
            source: request.path, sampler: set.sampler, variables: variables, interactions: form.interactions, constraints: constraints.count,
            auxiliaries: form.auxiliaries, vartype: vartype, sense: sense, energy: best.energy, objective: objective, feasible: best.feasible,
            violations: violations(evaluation), secondsToBest: reached.map { $0.seconds + begin } ?? 0, seconds: run.seconds() - start,
            readSeconds: solving - start, updates: set.updates, status: set.stopReason, seed: request.seed, threads: request.threads,
            timeLimit: timeLimit, target: request.target,
            targetMet: request.target.map { best.feasible && SolveReport.meets(objective, $0, sense) }, lowerBound: set.lowerBound, bound: bound,
            gap: bound.map { largest > 0 ? (objective - $0).magnitude / largest : 0 }, reads: set.reads, details: set.details,
            trajectory: set.trajectory.map { point($0, begin) })
        let samples = candidates.map { candidate, _ in
            Solution.Sample(
                energy: candidate.energy, objective: self.objective(energy: candidate.energy), feasible: candidate.feasible,
                occurrences: candidate.occurrences, assignment: candidate.spins.hexadecimal)
        }
        return Solution(report: report, samples: samples)
    }

    /// The greatest energy whose objective meets a target: objective ≤ T where it is minimised, ≥ T where it is maximised.
    func energy(meeting target: Double) -> Double {
        var energy = (target - shift) / scale
        // The division rounds; a few steps either way bring back what it lost.
        for _ in 0..<4 where !SolveReport.meets(objective(energy: energy), target, sense) { energy = energy.nextDown }
        for _ in 0..<4 where SolveReport.meets(objective(energy: energy.nextUp), target, sense) { energy = energy.nextUp }
        return energy
    }

    private func point(_ improvement: Improvement, _ begin: Double) -> SolveReport.Point {
        SolveReport.Point(
            seconds: improvement.seconds + begin, objective: objective(energy: improvement.energy), energy: improvement.energy,
            updates: improvement.updates)
    }

    private func violations(_ evaluation: ConstrainedModel.Evaluation?) -> [SolveReport.Violation] {
        guard let evaluation else { return [] }
        return evaluation.violations.indices.filter { evaluation.violations[$0] > 0 }.map {
            SolveReport.Violation(index: $0, constraint: constraints[$0].shortDescription, violation: evaluation.violations[$0])
        }
    }
}

extension LinearConstraint {
    /// The label, or the beginning of the sum.
    var shortDescription: String {
        if let label { return label }
        let text = description
        return text.count > 80 ? String(text.prefix(60)) + "… \(sense.rawValue) \(bound)" : text
    }
}

/// A problem as samplers take it.
private enum SearchForm {
    case ising(IsingModel)
    case qubo(QUBO)
    /// The QUBO of a model with auxiliary bits.
    case quadratised(QUBO, ConstrainedModel)

    /// A sample in the problem's own variables.
    struct Candidate {
        var spins: PackedSpins
        var energy: Double
        var occurrences: Int
        var feasible: Bool
        /// The energy of the search form.
        var searched: Double
        var violation: Double
    }

    init(_ problem: ConstrainedProblem) throws {
        switch problem.quadratic?.model {
        case .ising(let model)?: self = .ising(model)
        case .qubo(let model)?: self = .qubo(model)
        case nil:
            let model = try problem.model()
            self = .quadratised(try model.quadratised().qubo(), model)
        }
    }

    var interactions: Int {
        switch self {
        case .ising(let model): model.terms.interactions
        case .qubo(let model): model.terms.interactions
        case .quadratised(_, let model): (0..<model.objective.terms).count { model.objective.termDegree($0) > 1 }
        }
    }

    var auxiliaries: Int {
        if case .quadratised(let qubo, let model) = self { qubo.variables - model.variables } else { 0 }
    }

    func sample(_ sampler: any Sampler, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        switch self {
        case .ising(let model): try sampler.sample(model, seed: seed, control: control)
        case .qubo(let model), .quadratised(let model, _): try sampler.sample(model, seed: seed, control: control)
        }
    }

    /// The samples, the best first.
    func candidates(_ set: SampleSet) throws -> [(Candidate, ConstrainedModel.Evaluation?)] {
        guard case .quadratised(_, let model) = self else {
            return set.samples.map { sample in
                let candidate = Candidate(
                    spins: sample.spins, energy: sample.energy, occurrences: sample.occurrences, feasible: true, searched: sample.energy, violation: 0)
                return (candidate, nil)
            }
        }
        var found: [PackedSpins: (Candidate, ConstrainedModel.Evaluation?)] = [:]
        for sample in set.samples {
            let bits = Array(sample.spins.bits.prefix(model.variables))
            let spins = PackedSpins(bits.map { $0 == 1 ? 1 : -1 })
            if found[spins] != nil {
                // Samples come by energy: the first has the least over the auxiliaries.
                found[spins]?.0.occurrences += sample.occurrences
                continue
            }
            let evaluation = model.evaluate(bits)
            let candidate = Candidate(
                spins: spins, energy: evaluation.energy, occurrences: sample.occurrences, feasible: evaluation.isFeasible, searched: sample.energy,
                violation: evaluation.violations.reduce(0, +))
            found[spins] = (candidate, evaluation)
        }
        return found.values.sorted { ($0.0.violation, $0.0.energy, $0.0.spins) < ($1.0.violation, $1.0.energy, $1.0.spins) }
    }
}
