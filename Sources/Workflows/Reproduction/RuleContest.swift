internal import BinaryNN
internal import BinaryTraining
internal import BitCore
package import Datasets
package import DenseMath
internal import Foundation
internal import ModelZoo
internal import QUBOTraining
internal import Report
internal import Synchronization

/// Update rules on the same networks, data, batches and seeds, each with a rate of its own, chosen from as many as the others had.
package struct RuleContest: Sendable {
    /// A rule on the binary kernels. Everything real (batch norm) has Adam, the same in all.
    package struct Contender: Sendable {
        package var label: String
        var kernel: ParameterEncoding
        /// How kernels are held by the network that is tested.
        var shipped: ParameterEncoding
        /// Candidates for η.
        package var rates: [Double]
        var rule: @Sendable (_ rate: Double, _ epochs: Int) -> any UpdateRule
    }

    package struct Task: Sendable {
        package var name: String
        package var train: Dataset
        package var test: Dataset
        /// Of a multilayer perceptron with batch norm; `[inputs, hidden …, classes]`.
        package var widths: [Int]
        package var epochs: Int
        package var batchSize: Int
        /// By the label of a contender.
        package var published: [String: Double] = [:]
        package var note = ""
    }

    package struct Outcome: Sendable {
        package var test: Double
        package var train: Double
        package var seconds: Double
    }

    package struct Key: Hashable, Sendable {
        var task: Int
        var contender: Int
        var seed: UInt64
    }

    package var tasks: [Task]
    package var contenders = RuleContest.contenders
    package var seeds: [UInt64]
    /// With which rates are compared on a fifth of the training items, which are held out then.
    package var tuningSeeds: [UInt64]
    var engine: any DenseEngine
    var threads: Int

    package init(tasks: [Task], seeds: [UInt64], tuningSeeds: [UInt64], engine: any DenseEngine, threads: Int) {
        (self.tasks, self.seeds, self.tuningSeeds, self.engine, self.threads) = (tasks, seeds, tuningSeeds, engine, threads)
    }

    static let projection = "QP-SBGD"
    static let atSums = "QP-SBGD, gradients at sums"
    static let projected = "QP-SBGD projected"

    /// Rates fall along half a cosine to a hundredth, those of the projected rule to 0.
    package static let contenders: [Contender] = [
        Contender(label: "ProxQuant", kernel: .real, shipped: .binary, rates: [1e-3, 3e-3, 1e-2, 3e-2]) { rate, epochs in
            ProxQuant(
                learningRate: falling(rate), strength: .ramp(perEpoch: 1 / Double(max(epochs, 1))), freezeEpoch: max(1, epochs * 2 / 3))
        },
        Contender(label: "BinaryConnect (SGD)", kernel: .latentBinary, shipped: .latentBinary, rates: [0.3, 1, 3, 10]) { rate, _ in
            BinaryConnect(learningRate: falling(rate), descent: .plain, scalesSteps: false)
        },
        Contender(label: "BinaryConnect (signSGD)", kernel: .latentBinary, shipped: .latentBinary, rates: [1e-3, 3e-3, 1e-2, 3e-2]) { rate, _ in
            SignSGD(learningRate: falling(rate))
        },
        Contender(label: projection, kernel: .latentBinary, shipped: .latentBinary, rates: [1e-3, 3e-3, 1e-2, 3e-2]) { rate, _ in
            QPSBGD(learningRate: falling(rate))
        },
        Contender(label: atSums, kernel: .latentBinary, shipped: .latentBinary, rates: [1e-3, 3e-3, 1e-2, 3e-2]) { rate, _ in
            QPSBGD(learningRate: falling(rate), projection: LayerProjection(source: .outputs(.sums)))
        },
        Contender(label: projected, kernel: .binary, shipped: .binary, rates: [3e-3, 1e-2, 3e-2, 1e-1]) { rate, _ in
            ProjectedQPSBGD(rate: .cosine(from: rate, to: 0), projection: LayerProjection(source: .outputs(.sums)))
        },
        Contender(label: "Adam", kernel: .latentBinary, shipped: .latentBinary, rates: [1e-3, 3e-3, 1e-2, 3e-2]) { rate, _ in
            Adam(learningRate: falling(rate))
        },
    ]

    private static func falling(_ rate: Double) -> Schedule { .cosine(from: rate, to: rate / 100) }

    package var runs: Int { tasks.count * contenders.count * seeds.count }

    /// Chooses the rates, and trains with them; what is done when it is cancelled.
    package func run(_ control: RunControl) throws -> (rates: [Int: [Int: Double]], outcomes: [Key: Outcome]) {
        var rates: [Int: [Int: Double]] = [:]
        var outcomes: [Key: Outcome] = [:]
        for (index, task) in tasks.enumerated() where !control.isCancelled() {
            control.onProgress(Progress(stage: "rules", completed: index, total: tasks.count, unit: "tasks", note: task.name))
            let parts = try LabelledData(task.train, testFraction: 0.2, seed: tuningSeeds.first ?? 0)
            // Rates first: contender × rate × seed, side by side.
            let trials = contenders.indices.flatMap { contender in
                contenders[contender].rates.flatMap { rate in tuningSeeds.map { (contender: contender, rate: rate, seed: $0) } }
            }
            var scores: [Int: [Double: Double]] = [:]
            let found = try sideBySide(trials.count, control) { place in
                let trial = trials[place]
                return try outcome(task, contenders[trial.contender], trial.rate, trial.seed, train: parts.train, test: parts.test, control).test
            }
            for (trial, score) in zip(trials, found) { scores[trial.contender, default: [:]][trial.rate, default: 0] += score ?? 0 }
            if control.isCancelled() { break }
            for (contender, sums) in scores {
                // Of equally good rates the smallest.
                rates[index, default: [:]][contender] = sums.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key
            }
            let cells = contenders.indices.flatMap { contender in seeds.map { (contender: contender, seed: $0) } }
            let chosen = rates[index] ?? [:]
            let results = try sideBySide(cells.count, control) { place in
                let cell = cells[place]
                let rate = chosen[cell.contender] ?? contenders[cell.contender].rates[0]
                return try outcome(task, contenders[cell.contender], rate, cell.seed, train: task.train, test: task.test, control)
            }
            for (cell, result) in zip(cells, results) { outcomes[Key(task: index, contender: cell.contender, seed: cell.seed)] = result }
        }
        return (rates, outcomes)
    }

    private func sideBySide<Result: Sendable>(_ count: Int, _ control: RunControl, _ body: @Sendable (Int) throws -> Result) throws -> [Result?] {
        let results = Mutex<(values: [Result?], failure: (any Error)?)>((Array(repeating: nil, count: count), nil))
        // Places taken one after the other, so that slow cells do not lie in one thread's share.
        let next = Mutex(0)
        Parallel(threads: max(1, min(threads, count))).forEach(max(1, min(threads, count))) { _ in
            while !control.isCancelled() {
                let place = next.withLock { place in
                    defer { place += 1 }
                    return place
                }
                guard place < count else { return }
                do {
                    let value = try body(place)
                    results.withLock { $0.values[place] = value }
                } catch {
                    results.withLock { $0.failure = $0.failure ?? error }
                    return
                }
            }
        }
        return try results.withLock { found in
            if let failure = found.failure { throw failure }
            return found.values
        }
    }

    private func outcome(
        _ task: Task, _ contender: Contender, _ rate: Double, _ seed: UInt64, train: Dataset, test: Dataset, _ control: RunControl
    ) throws -> Outcome {
        let encoding = train.encodings.binarised
        let network = try MultilayerPerceptron(widths: task.widths, kernel: contender.kernel).network(input: .sign)
        let shipped =
            contender.shipped == contender.kernel
            ? nil : try MultilayerPerceptron(widths: task.widths, kernel: contender.shipped).network(input: .sign)
        let kernels = Set((shipped ?? network).specs.filter { $0.role == .kernel }.map(\.name))
        let optimizer = Optimizer([
            .init(.oneOf(kernels), contender.rule(rate, task.epochs)), .init(.everythingElse, Adam(learningRate: .cosine(from: 1e-2, to: 1e-4))),
        ])
        let options = TrainingOptions(epochs: task.epochs, batchSize: task.batchSize, seed: seed, encoding: encoding, flipInterval: 0)
        var trainer = try Trainer(network, optimizer, options, ExecutionContext(engine: engine), shipping: shipped)
        let start = control.seconds()
        let isDone = try trainer.train(train, test: nil, TrainingHooks(isCancelled: control.isCancelled))
        let seconds = control.seconds() - start
        guard isDone else { return Outcome(test: .nan, train: .nan, seconds: seconds) }
        return Outcome(test: try trainer.accuracy(test), train: try trainer.accuracy(train), seconds: seconds)
    }

    /// The table: test accuracy of every contender, differences of the projections from the published baselines; training accuracy as details.
    package func table(_ context: ExperimentContext, setting: String, notShown: [String]) throws -> ExperimentTable {
        let (rates, outcomes) = try run(context.control)
        let isStopped = context.control.isCancelled()
        var (rows, differences, details): ([ReproductionReport.Row], [ReproductionReport.Row], [ReproductionReport.Row]) = ([], [], [])
        for (index, task) in tasks.enumerated() {
            func values(_ contender: Int, _ value: (Outcome) -> Double) -> [UInt64: Double] {
                var result: [UInt64: Double] = [:]
                for seed in seeds {
                    if let outcome = outcomes[Key(task: index, contender: contender, seed: seed)], !outcome.test.isNaN { result[seed] = value(outcome) }
                }
                return result
            }
            func mean(_ values: [UInt64: Double]) -> Double { values.values.reduce(0, +) / Double(max(values.count, 1)) }
            for (place, contender) in contenders.enumerated() {
                let train = values(place, \.train)
                let rate = rates[index]?[place].map { "η = \(NumberText.compact($0))" } ?? ""
                rows.append(
                    .init(
                        "\(task.name): \(contender.label)", published: task.published[contender.label], values(place, \.test),
                        note: [rate, task.note].filter { !$0.isEmpty }.joined(separator: "; "),
                        measures: ["training accuracy": mean(train), "seconds": mean(values(place, \.seconds))]))
                details.append(.init("\(task.name): \(contender.label), training accuracy", train, note: rate))
            }
            var own: [ReproductionReport.Row] = []
            let baselines = ["ProxQuant", "BinaryConnect (SGD)", "BinaryConnect (signSGD)"]
            for (name, others) in [(Self.projection, baselines), (Self.atSums, baselines), (Self.projected, [Self.atSums])] {
                guard let ours = contenders.firstIndex(where: { $0.label == name }) else { continue }
                for (place, other) in contenders.enumerated() where others.contains(other.label) {
                    own.append(.init(difference: "\(task.name): \(name) − \(other.label)", values(ours, \.test), values(place, \.test), note: ""))
                }
            }
            for (place, p) in holm(own.map(\.pValue)).enumerated() {
                if let p { own[place].note = "after Holm for \(own.count) comparisons \(NumberText.decimal(p, 4))" }
            }
            differences += own
        }
        return ExperimentTable(
            setting: setting + " " + method, rows: rows + differences, details: details, notShown: notShown, seeds: seeds,
            completed: outcomes.values.count { !$0.test.isNaN }, runs: runs, trainingSeconds: outcomes.values.reduce(0) { $0 + $1.seconds },
            interrupted: isStopped)
    }

    private var method: String {
        "Each rule has one of four rates, chosen on a fifth of the training items with \(tuningSeeds.count) seed\(tuningSeeds.count == 1 ? "" : "s") that the "
            + "table does not use; rates fall along half a cosine. All networks are multilayer perceptrons with binary layers, inputs of ±1 and batch norm, whose "
            + "real parameters have Adam in every row. QP-SBGD projects the gradients at the layers' signs, as published, or at the sums before them, by enumeration up to a fan-in of 12, else by "
            + "local search. Its projected form is ours (the published one was not found), with gradients at the sums."
    }
}
