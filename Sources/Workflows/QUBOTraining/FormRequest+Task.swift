public import Datasets
public import QUBOTraining

extension FormRequest {
    /// A task by names, in a form.
    /// - Throws: what is wrong with the request, before anything large is made.
    public init(
        _ task: DiscreteTaskRequest, objective: ObjectiveOptions = ObjectiveOptions(), form: String = "qubo",
        penalties: QUBOPenalties = QUBOPenalties(), _ catalog: DatasetCatalog
    ) throws {
        try Self.check(form: form, penalties)
        let objective = try objective.resolve()
        let resolved = try task.resolve(catalog)
        let problem = try SpinProblem(resolved.network, resolved.samples, objective)
        self.init(
            problem, form: form, penalties: penalties,
            source: Source(
                layers: task.layers, dataset: task.dataset, seed: task.seed, notes: resolved.notes, warnings: ObjectiveOptions.warnings(problem)))
    }
}
