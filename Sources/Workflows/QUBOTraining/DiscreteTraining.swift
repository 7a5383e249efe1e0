internal import BitCore
public import Datasets
internal import Foundation
internal import Ising
internal import QUBOTraining

/// What `spinflip qubo train` does: a network trained as a discrete problem, in one of its forms, and decoded by a forward pass.
public struct DiscreteTraining: Sendable, Hashable {
    public var task: DiscreteTaskRequest
    public var objective: ObjectiveOptions
    public var dropout: DropoutRequest?
    /// `weights`, `polynomial`, `qubo`.
    public var form: String
    /// What searches in that form; nil for its own.
    public var sampler: String?
    /// Seconds of solving; nil where the search ends by itself, else `defaultTimeLimit`.
    public var timeLimit: Double?
    public var threads: Int
    /// Folder for `weights.json`.
    public var out: String?

    public static let defaultTimeLimit = 10.0

    public init(
        _ task: DiscreteTaskRequest, objective: ObjectiveOptions = ObjectiveOptions(), dropout: DropoutRequest? = nil, form: String = "weights",
        sampler: String? = nil, timeLimit: Double? = nil, threads: Int = 1, out: String? = nil
    ) {
        (self.task, self.objective, self.dropout, self.form, self.sampler) = (task, objective, dropout, form, sampler)
        (self.timeLimit, self.threads, self.out) = (timeLimit, threads, out)
    }

    /// Solves it.
    /// - Throws: what is wrong with the request, before anything is written.
    public func run(_ catalog: DatasetCatalog, _ control: RunControl) throws -> DiscreteTrainingReport {
        let start = control.seconds()
        if let timeLimit, !(timeLimit > 0) { throw ConfigurationError(reason: "a time limit of \(timeLimit) seconds; give more than 0") }
        guard threads >= 1 else { throw ConfigurationError(reason: "\(threads) threads; use 1 or more") }
        let form = try SpinForm(named: form)
        let base = try form.solver(sampler)
        let objective = try objective.resolve()
        let resolved = try task.resolve(catalog)
        let problem = try SpinProblem(resolved.network, resolved.samples, objective)
        let iteration = try dropout?.iteration(base)
        let solver: any SpinSolver = iteration ?? base
        let warnings = ObjectiveOptions.warnings(problem) + (iteration.map { DropoutRequest.warnings($0, problem) } ?? [])
        let size = form.size(problem)
        let searching = SamplingControl(
            timeLimit: timeLimit ?? (form.endsByItself(sampler) ? nil : Self.defaultTimeLimit), threads: threads, seconds: control.seconds,
            isCancelled: control.isCancelled)
        let solution = try solver.solve(problem, seed: task.seed, control: searching)
        let evaluation = solution.evaluation
        var report = DiscreteTrainingReport(
            variables: size.variables, interactions: size.interactions, form: form.rawValue, energy: evaluation.energy, trainErrors: evaluation.errors,
            trainAccuracy: try resolved.trainAccuracy(solution.weights, evaluation),
            testAccuracy: .init(try resolved.testAccuracy(solution.weights)), meanMargin: evaluation.meanMargin, optimal: solution.isOptimal, seconds: 0,
            solver: solver.name, status: solution.stopReason, lowerBound: solution.lowerBound, errorFloor: resolved.samples.errorFloor,
            layers: task.layers, weights: resolved.network.weights, dataset: task.dataset, samples: resolved.samples.count,
            testSamples: resolved.testCount, solvingSeconds: solution.seconds, updates: solution.updates, seed: task.seed, notes: resolved.notes,
            warnings: warnings, details: solution.details)
        if let out {
            let file = TrainedSpins(resolved, weights: solution.weights, evaluation: evaluation)
            try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
            let path = out + "/" + TrainedSpins.fileName
            try file.write(to: path)
            report.weightsPath = path
        }
        report.seconds = control.seconds() - start
        return report
    }
}
