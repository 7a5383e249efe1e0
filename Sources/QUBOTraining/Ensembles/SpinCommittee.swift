public import BitCore
public import Ising
internal import Synchronization

/// Networks for the same classes, an output a class, that decide together: the class of the largest sum of all members' sums, the first of equal ones.
/// Members have the same graph, so that their sums are of one scale.
public struct SpinCommittee: Sendable {
    public let members: [SpinClassifier]
    /// Of each member.
    public let solutions: [SpinSolution]

    /// Trains `count` networks on the same samples from different seeds.
    /// - Parameters:
    ///   - control: a limit of time is shared among the members.
    ///   - parallel: members that are trained at a time, each on one thread. The result does not depend on it where the solver ends by itself.
    /// - Throws: `EnsembleError`, or what the solver or the problem throws.
    public init(
        _ data: LabelledSpins, network: SpinNetwork, objective: TrainingObjective, count: Int, solver: any SpinSolver, seed: UInt64,
        control: SamplingControl = SamplingControl(), parallel: Parallel = .serial
    ) throws {
        guard count >= 1 else { throw EnsembleError.members(count) }
        let problem = try SpinProblem(network, SpinSamples(data, .all), objective)
        let own = control.shared(among: count, by: parallel)
        let root = SeededGenerator(seed: seed).split("committee")
        solutions = try parallel.map(count) { member in
            var generator = root.split(UInt64(member))
            return try solver.solve(problem, seed: generator.next(), control: own)
        }
        members = solutions.map { SpinClassifier(network, $0.weights) }
    }

    /// Classes of rows.
    public func labels(_ rows: PackedRows, parallel: Parallel = .serial) -> [Int] {
        guard let first = members.first else { return [] }
        let sums = parallel.map(members.count) { members[$0].sums(rows) }
        let all = sums.dropFirst().reduce(into: sums[0]) { total, own in for index in total.indices { total[index] += own[index] } }
        return SpinClassifier.largest(all, of: first.network.outputs.count)
    }

    public func accuracy(on data: LabelledSpins, parallel: Parallel = .serial) -> Double {
        LabelledSpins.accuracy(labels(PackedRows(data), parallel: parallel), data.labels)
    }
}

extension SamplingControl {
    /// For one of several searches that run as many at a time as there are threads, each on one.
    func shared(among count: Int, by parallel: Parallel) -> SamplingControl {
        var own = self
        own.threads = 1
        own.timeLimit = timeLimit.map { $0 * Double(min(parallel.threads, count)) / Double(count) }
        own.onImprovement = { _ in }
        return own
    }
}

extension Parallel {
    /// The results of a body for 0 ..< count, in order, computed side by side.
    /// - Throws: what the first of them that threw threw.
    func map<Value: Sendable>(_ count: Int, _ body: (Int) throws -> Value) rethrows -> [Value] {
        let results = Mutex<[Int: Result<Value, any Error>]>([:])
        forEach(count) { range in
            for index in range {
                let result = Result { try body(index) }
                results.withLock { $0[index] = result }
            }
        }
        let found = results.withLock { $0 }
        return try (0..<count).compactMap { try found[$0]?.get() }
    }
}
