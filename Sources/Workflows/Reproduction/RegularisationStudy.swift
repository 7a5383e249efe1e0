internal import BitCore
internal import Datasets
internal import Ising
package import QUBOTraining
internal import Report
internal import Synchronization

/// Networks trained on few samples with and without regularisers, on the same samples from the same seeds, and tested on the rest.
package struct RegularisationStudy: Sendable {
    /// Two classes of a data set, all items there are.
    package struct Task: Sendable {
        package var name: String
        package var items: LabelledSpins
        package var classes: ClassTask
    }

    package struct Shape: Sendable {
        package var layers: [Int]
        package var hasSkips = false

        package var label: String { layers.map(String.init).joined(separator: "-") + (hasSkips ? " with skips" : "") }
    }

    /// What is trained on what.
    package struct Cell: Sendable {
        package var task: Int
        package var shape: Shape
        package var samples: Int
    }

    /// What is added to the errors.
    package struct Regulariser: Sendable {
        package var label: String
        /// In units of the greatest weight that can buy no error.
        package var margin: Double?
        package var measure = MarginReward.Measure.sum
        package var dropout: DropoutIteration.Options?

        static let none = Regulariser(label: "none")
    }

    package var tasks: [Task]
    package var cells: [Cell]
    package var regularisers: [Regulariser]
    package var seeds: [UInt64]
    package var solver: any SpinSolver
    /// Flips that a search may try.
    package var updateLimit: Int
    /// Finds optima; of networks of at most `exactWeights` weights.
    package var exact: (any SpinSolver)?
    package var exactWeights = 0
    /// Seconds after which a proof is given up.
    package var exactLimit = 30.0
    package var testLimit = 2000

    package struct Outcome: Sendable {
        package var test: Double
        package var train: Double
        package var margin: Double
        package var energy: Double
        package var seconds: Double
    }

    package struct Key: Hashable, Sendable {
        package var cell: Int
        /// Of a regulariser; those of exact optima follow.
        package var setting: Int
        package var seed: UInt64
    }

    /// Settings that are solved exactly: those without dropout.
    var exactSettings: [Int] { exact == nil ? [] : regularisers.indices.filter { regularisers[$0].dropout == nil && regularisers[$0].measure == .sum } }

    package var runs: Int {
        let exactCells = try? cells.count { try isExact($0) }
        return seeds.count * (cells.count * regularisers.count + (exactCells ?? 0) * exactSettings.count)
    }

    private func isExact(_ cell: Cell) throws -> Bool {
        try exact != nil && SpinNetwork(layers: cell.shape.layers, skips: cell.shape.hasSkips).weights <= exactWeights
    }

    /// Trains everything, cell after cell, seeds side by side; what is done when it is cancelled.
    package func run(threads: Int, _ control: RunControl) throws -> [Key: Outcome] {
        let outcomes = Mutex<[Key: Outcome]>([:])
        for (index, cell) in cells.enumerated() {
            if control.isCancelled() { break }
            control.onProgress(Progress(stage: "regularisers", completed: index, total: cells.count, unit: "tasks", note: label(cell)))
            let failure = Mutex<(any Error)?>(nil)
            Parallel(threads: threads).forEach(seeds.count) { range in
                for seed in seeds[range] where !control.isCancelled() {
                    do {
                        let found = try outcome(cell, index, seed, control)
                        outcomes.withLock { $0.merge(found) { $1 } }
                    } catch { failure.withLock { $0 = error } }
                }
            }
            if let error = failure.withLock({ $0 }) { throw error }
        }
        return outcomes.withLock { $0 }
    }

    func label(_ cell: Cell) -> String { "\(tasks[cell.task].name), \(cell.shape.label), \(cell.samples) samples" }

    private func outcome(_ cell: Cell, _ index: Int, _ seed: UInt64, _ control: RunControl) throws -> [Key: Outcome] {
        let task = tasks[cell.task]
        let network = try SpinNetwork(layers: cell.shape.layers, skips: cell.shape.hasSkips)
        let parts = try task.items.split(.randomOfEach(cell.samples / 2), of: task.classes, seed: seed)
        let samples = try SpinSamples(parts.train, task.classes)
        // The rest is in the order of the data set; an even choice of it.
        var generator = SeededGenerator(seed: seed).split("tests")
        let test = parts.rest.selecting(Array(generator.permutation(parts.rest.count).prefix(testLimit)))
        var found: [Key: Outcome] = [:]
        for (setting, regulariser) in regularisers.enumerated() {
            let plain = try SpinProblem(network, samples)
            var objective = TrainingObjective()
            if let share = regulariser.margin {
                objective.margin = MarginReward(measure: regulariser.measure)
                let greatest = try SpinProblem(network, samples, objective).lexicographicWeight
                objective.margin?.weight = greatest * share
            }
            let problem = try SpinProblem(network, samples, objective)
            func judge(_ solver: any SpinSolver, isProof: Bool) throws -> Outcome? {
                let solution = try solver.solve(
                    problem, seed: seed,
                    control: SamplingControl(
                        timeLimit: isProof ? exactLimit : nil, updateLimit: isProof ? nil : updateLimit, seconds: control.seconds,
                        isCancelled: control.isCancelled))
                if isProof, !solution.isOptimal { return nil }
                return Outcome(
                    test: try SpinClassifier(network, solution.weights).accuracy(on: test, task.classes), train: plain.evaluate(solution.weights).accuracy,
                    margin: solution.evaluation.meanMargin, energy: solution.evaluation.energy, seconds: solution.seconds)
            }
            let search: any SpinSolver = if let options = regulariser.dropout { try DropoutIteration(solver, options) } else { solver }
            found[Key(cell: index, setting: setting, seed: seed)] = try judge(search, isProof: false)
            if let exact, exactSettings.contains(setting), network.weights <= exactWeights {
                found[Key(cell: index, setting: regularisers.count + setting, seed: seed)] = try judge(exact, isProof: true)
            }
        }
        return control.isCancelled() ? [:] : found
    }
}

/// The rows of a study.
package struct RegularisationTable {
    let study: RegularisationStudy
    let outcomes: [RegularisationStudy.Key: RegularisationStudy.Outcome]

    package init(_ study: RegularisationStudy, _ outcomes: [RegularisationStudy.Key: RegularisationStudy.Outcome]) {
        (self.study, self.outcomes) = (study, outcomes)
    }

    /// By seed, the mean over cells; seeds for which some cell is missing are left out.
    private func means(
        _ cells: [Int], _ setting: Int, _ value: (RegularisationStudy.Outcome) -> Double
    ) -> [UInt64: Double] {
        var result: [UInt64: Double] = [:]
        guard !cells.isEmpty else { return result }
        for seed in study.seeds {
            let values = cells.compactMap { outcomes[.init(cell: $0, setting: setting, seed: seed)].map(value) }
            if values.count == cells.count { result[seed] = values.reduce(0, +) / Double(cells.count) }
        }
        return result
    }

    private func mean(_ values: [UInt64: Double]) -> Double? { values.isEmpty ? nil : values.values.reduce(0, +) / Double(values.count) }

    /// Cells whose optima are known for every seed, with and without the regulariser.
    private func exactCells(_ cells: [Int], _ setting: Int) -> [Int] {
        guard study.exactSettings.contains(setting) else { return [] }
        return cells.filter { cell in
            study.seeds.allSatisfy { seed in
                [0, setting].allSatisfy { outcomes[.init(cell: cell, setting: study.regularisers.count + $0, seed: seed)] != nil }
            }
        }
    }

    /// Rows of a group of cells: every setting, exact optima, and the differences from none.
    package func rows(_ name: String, _ cells: [Int]) -> [ReproductionReport.Row] {
        var rows: [ReproductionReport.Row] = []
        let none = means(cells, 0, \.test)
        for (setting, regulariser) in study.regularisers.enumerated() {
            var measures: [String: Double] = [:]
            measures["training accuracy"] = mean(means(cells, setting, \.train))
            measures["margin"] = mean(means(cells, setting, \.margin))
            measures["seconds"] = mean(means(cells, setting, \.seconds))
            if study.exactSettings.contains(setting) { measures["optima found"] = optimaFound(cells, setting) }
            rows.append(.init("\(name): \(regulariser.label)", means(cells, setting, \.test), note: "", measures: measures))
        }
        let base = study.regularisers.count
        for setting in study.exactSettings {
            let exact = exactCells(cells, setting)
            guard !exact.isEmpty else { continue }
            rows.append(
                .init(
                    "\(name): \(study.regularisers[setting].label), exact optimum", means(exact, base + setting, \.test),
                    note: "proved optima in \(exact.count) of \(cells.count) settings; of several optima the first"))
        }
        var differences = study.regularisers.indices.dropFirst().map { setting in
            ReproductionReport.Row(
                difference: "\(name): \(study.regularisers[setting].label) − none", means(cells, setting, \.test), none, note: "")
        }
        for (index, p) in holm(differences.map(\.pValue)).enumerated() {
            if let p { differences[index].note = "after Holm for \(differences.count) comparisons \(NumberText.decimal(p, 4))" }
        }
        rows += differences
        for setting in study.exactSettings.dropFirst() {
            let exact = exactCells(cells, setting)
            guard !exact.isEmpty else { continue }
            rows.append(
                .init(
                    difference: "\(name): \(study.regularisers[setting].label) − none, exact optima", means(exact, base + setting, \.test),
                    means(exact, base, \.test), note: "the regulariser alone: no solver can be at fault"))
        }
        return rows
    }

    /// The share of runs whose objective is that of the exact optimum.
    private func optimaFound(_ cells: [Int], _ setting: Int) -> Double? {
        var (found, all) = (0, 0)
        for cell in exactCells(cells, setting) {
            for seed in study.seeds {
                guard let ours = outcomes[.init(cell: cell, setting: setting, seed: seed)],
                    let best = outcomes[.init(cell: cell, setting: study.regularisers.count + setting, seed: seed)]
                else { continue }
                all += 1
                if ours.energy <= best.energy + 1e-9 { found += 1 }
            }
        }
        return all == 0 ? nil : Double(found) / Double(all)
    }

    /// Rows summed up by task, and by cell.
    func table() -> (rows: [ReproductionReport.Row], details: [ReproductionReport.Row], chart: IntervalChart) {
        var (rows, details): ([ReproductionReport.Row], [ReproductionReport.Row]) = ([], [])
        for (index, task) in study.tasks.enumerated() {
            let cells = study.cells.indices.filter { study.cells[$0].task == index }
            rows += self.rows(task.name, cells)
            for cell in cells { details += self.rows(study.label(study.cells[cell]), [cell]) }
        }
        let points = rows.filter { $0.isDifference && $0.ours != nil }.map { row in
            IntervalChart.Point(row.what, (row.ours ?? 0) * 100, halfWidth: row.interval.map { $0 * 100 }, values: [])
        }
        let ordered = rows.filter { !$0.isDifference } + rows.filter(\.isDifference)
        return (
            ordered, details,
            IntervalChart(
                title: "Gain in test accuracy over no regulariser, percentage points: mean over seeds with its 95 % interval", points: points)
        )
    }
}
