internal import Ising

extension ConstrainedProblem {
    /// Searches, in the form that `SearchForm` chooses, and evaluates what comes out as the problem states it.
    func solve(
        _ sampler: any Sampler, timeLimit: Double?, request: SolveRequest, start: Double, _ run: RunControl,
        _ onImprovement: @escaping @Sendable (SolveReport.Point) -> Void
    ) throws -> Solution {
        let solving = run.seconds()
        let form = try SearchForm(self, sampler)
        let begin = run.seconds() - solving
        let target = request.target.map(energy(meeting:))
        let control = SamplingControl(
            timeLimit: timeLimit.map { Swift.max($0 - begin, 0) }, target: target, threads: request.threads, seconds: run.seconds,
            isCancelled: run.isCancelled, onImprovement: { onImprovement(point($0, begin)) })
        let found = try form.search(sampler, seed: request.seed, control: control)
        let best = found.candidates[0]
        let reached = found.trajectory.first { $0.energy == best.searched } ?? found.trajectory.last
        let objective = objective(energy: best.energy)
        // Where nothing meets the constraints, a bound with their penalties says nothing of the objective.
        let lowerBound = best.isFeasible ? found.lowerBound : nil
        let bound = lowerBound.map(self.objective(energy:))
        let largest = Swift.max(objective.magnitude, bound?.magnitude ?? 0)
        let report = SolveReport(
            source: request.path, sampler: found.sampler, variables: variables, interactions: form.interactions, constraints: constraints.count,
            form: form.kind, auxiliaries: form.auxiliaries, vartype: vartype, sense: sense, energy: best.energy, objective: objective,
            feasible: best.isFeasible, violations: violations(best), secondsToBest: reached.map { $0.seconds + begin } ?? 0, seconds: run.seconds() - start,
            readSeconds: solving - start, updates: found.updates, status: found.stopReason, seed: request.seed, threads: request.threads,
            timeLimit: timeLimit, target: request.target,
            targetMet: request.target.map { best.isFeasible && SolveReport.meets(objective, $0, sense) }, lowerBound: lowerBound, bound: bound,
            gap: bound.map { largest > 0 ? (objective - $0).magnitude / largest : 0 }, reads: found.reads, details: found.details,
            trajectory: found.trajectory.map { point($0, begin) })
        let samples = found.candidates.map { candidate in
            Solution.Sample(
                energy: candidate.energy, objective: self.objective(energy: candidate.energy), feasible: candidate.isFeasible,
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

    private func violations(_ candidate: SearchForm.Candidate) -> [SolveReport.Violation] {
        candidate.violations.indices.filter { candidate.violations[$0] > 0 }.map {
            SolveReport.Violation(index: $0, constraint: constraints[$0].shortDescription, violation: candidate.violations[$0])
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
