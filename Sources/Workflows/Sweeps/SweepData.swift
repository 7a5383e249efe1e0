internal import BitCore
internal import Datasets

/// Data sets as the runs of a sweep need them. The last one is kept: neighbouring runs mostly share it.
struct SweepData {
    let catalog: DatasetCatalog
    private var last: (name: String, options: DatasetOptions, data: LabelledData)?

    init(_ catalog: DatasetCatalog) { self.catalog = catalog }

    mutating func load(_ configuration: TrainingConfiguration) throws -> LabelledData {
        let (name, options) = (configuration.dataset, try configuration.datasetOptions())
        if let last, last.name == name, last.options == options || !dependsOnSeed(name) { return last.data }
        // Two large sets need not be held at once.
        last = nil
        let data = try catalog.load(name, options: options)
        last = (name, options, data)
        return data
    }

    /// Generated sets and tables without a split of their own do; published ones do not.
    private func dependsOnSeed(_ name: String) -> Bool {
        !catalog.list().contains { $0.name == name && ($0.state == .embedded || $0.state == .present) }
    }
}

extension SweepPlan {
    /// Checks that every run can be started: model, data set, optimizer, every setting. Loads the data.
    /// - Returns: steps of each run, in the order of `runs`.
    /// - Throws: `SweepError` that names the first run that cannot.
    func check(_ catalog: DatasetCatalog) throws -> [Int] {
        var data = SweepData(catalog)
        var steps = [Int](repeating: 0, count: groups.count)
        // By data set, so that each is loaded once.
        let order = groups.indices.sorted { (groups[$0].configuration.dataset, $0) < (groups[$1].configuration.dataset, $1) }
        for index in order {
            let group = groups[index]
            do {
                let labelled = try data.load(group.configuration)
                _ = try TrainingPlan(group.configuration, labelled)
                let count = labelled.train.prefix(group.configuration.limit).count
                let batch = group.configuration.batchSize == 0 ? count : group.configuration.batchSize
                steps[index] = group.configuration.epochs * ((count + batch - 1) / Swift.max(batch, 1))
            } catch {
                throw SweepError.run(file: file, label: group.label, reason: "\(error)")
            }
        }
        return runs.map { steps[$0.group] }
    }
}
