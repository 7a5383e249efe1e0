public import BitCore
public import Ising

/// A network for every pair of classes, and a majority vote: how exact training has been brought to ten classes (the BeMi ensemble, arXiv 2212.03659).
///
/// Every network votes for one of its two classes. The class of most votes wins. If several have as many, only the votes among them are counted, as often
/// as that leaves fewer of them: of two classes the networks of that pair decide. Of those that are still equal, the one with the larger sum of outputs
/// among them wins (z for the class that a network says at +1, −z for the other), and then the first. The literature states the vote; of ties it
/// settles at most those of two classes.
public struct PairEnsemble: Sendable {
    public struct Member: Sendable {
        /// The class at +1, and the one at −1.
        public let positive: Int
        public let negative: Int
        public let classifier: SpinClassifier
        public let solution: SpinSolution

        /// For its class at +1 where they are at least 0: of two outputs the difference.
        package func sums(_ rows: PackedRows) -> [Int] {
            let sums = classifier.sums(rows)
            guard classifier.network.outputs.count == 2 else { return sums }
            return stride(from: 0, to: sums.count, by: 2).map { sums[$0] - sums[$0 + 1] }
        }
    }

    public let classCount: Int
    /// Pair after pair, the members of a pair together.
    public let members: [Member]

    /// Trains `perPair` networks, from different seeds, for every pair of the classes that occur.
    /// - Parameters:
    ///   - network: of one output, or of one for each class of a pair, as a hinge loss wants; the same for all pairs.
    ///   - control: a limit of time is shared among the members.
    ///   - parallel: members that are trained at a time, each on one thread. The result does not depend on it where the solver ends by itself.
    /// - Throws: `EnsembleError`, or what the solver or the problem throws.
    public init(
        _ data: LabelledSpins, network: SpinNetwork, objective: TrainingObjective = TrainingObjective(), perPair: Int = 1, solver: any SpinSolver,
        seed: UInt64, control: SamplingControl = SamplingControl(), parallel: Parallel = .serial
    ) throws {
        guard [1, 2].contains(network.outputs.count) else { throw EnsembleError.outputs(network.outputs.count) }
        guard perPair >= 1 else { throw EnsembleError.members(perPair) }
        let classes = Set(data.labels).sorted()
        guard classes.count >= 2 else { throw EnsembleError.classes(classes.count) }
        let jobs: [(positive: Int, negative: Int, turn: Int)] = classes.indices.flatMap { a in
            classes[(a + 1)...].flatMap { b in (0..<perPair).map { (classes[a], b, $0) } }
        }
        let own = control.shared(among: jobs.count, by: parallel)
        let root = SeededGenerator(seed: seed).split("pairs")
        members = try parallel.map(jobs.count) { index in
            let job = jobs[index]
            let samples = try Self.samples(data, job.positive, job.negative, outputs: network.outputs.count)
            var generator = root.split(UInt64(index))
            let solution = try solver.solve(SpinProblem(network, samples, objective), seed: generator.next(), control: own)
            return Member(positive: job.positive, negative: job.negative, classifier: SpinClassifier(network, solution.weights), solution: solution)
        }
        classCount = data.classCount
    }

    /// The samples of two classes; with two outputs the first is that of class `a`.
    private static func samples(_ data: LabelledSpins, _ a: Int, _ b: Int, outputs: Int) throws(SpinDataError) -> SpinSamples {
        guard outputs == 2 else { return try SpinSamples(data, .pair(a, b)) }
        let items = data.selecting(data.labels.indices.filter { [a, b].contains(data.labels[$0]) })
        let labels = items.labels.map { $0 == a ? 0 : 1 }
        return try SpinSamples(LabelledSpins(name: data.name, inputs: data.inputs, classCount: 2, values: items.values, labels: labels), .all)
    }

    /// Classes of rows.
    public func labels(_ rows: PackedRows, parallel: Parallel = .serial) -> [Int] {
        let all = parallel.map(members.count) { members[$0].sums(rows) }
        return (0..<rows.count).map { row in winner(all.map { $0[row] }) }
    }

    public func accuracy(on data: LabelledSpins, parallel: Parallel = .serial) -> Double {
        LabelledSpins.accuracy(labels(PackedRows(data), parallel: parallel), data.labels)
    }

    /// The class for the sums of all members.
    func winner(_ sums: [Int]) -> Int {
        Self.winner(classCount: classCount, votes: zip(members, sums).map { ($0.positive, $0.negative, $1) })
    }

    /// The rule: see `PairEnsemble`.
    /// - Parameter votes: of each member, its classes and its sum.
    package static func winner(classCount: Int, votes: [(positive: Int, negative: Int, sum: Int)]) -> Int {
        var leaders = Array(0..<classCount)
        while leaders.count > 1 {
            var isLeader = [Bool](repeating: false, count: classCount)
            for leader in leaders { isLeader[leader] = true }
            let among = votes.filter { isLeader[$0.positive] && isLeader[$0.negative] }
            var count = [Int](repeating: 0, count: classCount)
            for vote in among { count[vote.sum >= 0 ? vote.positive : vote.negative] += 1 }
            let most = leaders.map { count[$0] }.max() ?? 0
            let next = leaders.filter { count[$0] == most }
            if next.count < leaders.count {
                leaders = next
                continue
            }
            var total = [Int](repeating: 0, count: classCount)
            for vote in among {
                total[vote.positive] += vote.sum
                total[vote.negative] -= vote.sum
            }
            return leaders.reduce(leaders[0]) { total[$1] > total[$0] ? $1 : $0 }
        }
        return leaders.first ?? 0
    }

    /// Training samples that members get wrong, over all of them.
    public var trainErrors: Int { members.reduce(0) { $0 + $1.solution.evaluation.samples - $1.solution.evaluation.correct } }
}

/// Why an ensemble cannot be trained.
public enum EnsembleError: Error, Hashable, Sendable, CustomStringConvertible {
    case outputs(Int)
    case members(Int)
    case classes(Int)

    public var description: String {
        switch self {
        case .outputs(let count): "networks of pairs have one output or two, not \(count); end the layers with 1 or 2"
        case .members(let count): "\(count) networks a pair; use 1 or more"
        case .classes(let count): "items of \(count) class\(count == 1 ? "" : "es") make no pairs; give items of at least two"
        }
    }
}
