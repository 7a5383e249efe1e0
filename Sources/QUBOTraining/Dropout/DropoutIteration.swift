internal import BitCore
public import Ising

/// The dropout iteration (derived from the abstract of arXiv 2601.00449 and the bias update of Sasdelli & Chin's code): reduced
/// subnetworks are trained one after another, and what their solutions agree on becomes cheaper.
///
///     h = 0
///     for t in 1…T:  G = the network without each hidden unit with probability p
///                    w* = argmin over G's weights of objective(G; minibatch) + Σ_{e ∈ G} h_e·w_e
///                    h_e ← ρ·h_e − η·w*_e    for e in G
///     decode:        argmin of objective + Σ h_e·w_e, or the vote w_e = sign(−h_e)
///
/// A solver made of a solver: it works in every form, with margins, in ensembles. The solution is evaluated in the problem as given, without h.
public struct DropoutIteration: SpinSolver {
    public enum Decoding: String, Hashable, Sendable, Codable, CaseIterable {
        /// The whole network once more, with the penalties.
        case solve
        /// sign(−h), +1 where nothing was learned: no further search.
        case vote
    }

    public struct Options: Hashable, Sendable, Codable {
        /// p: probability that a hidden unit is left out.
        public var rate: Double
        /// The same of inputs.
        public var inputRate: Double
        /// T.
        public var rounds: Int
        /// η; nil so that no |h| exceeds `SpinProblem.linearBound`: then the penalties together weigh less than one error.
        public var step: Double?
        /// ρ.
        public var decay: Double
        /// Samples of a round, drawn anew for each; nil for all.
        public var batch: Int?
        public var decoding: Decoding

        public init(
            rate: Double = 0.5, inputRate: Double = 0, rounds: Int = 20, step: Double? = nil, decay: Double = 1, batch: Int? = nil,
            decoding: Decoding = .solve
        ) {
            (self.rate, self.inputRate, self.rounds, self.step) = (rate, inputRate, rounds, step)
            (self.decay, self.batch, self.decoding) = (decay, batch, decoding)
        }
    }

    public let solver: any SpinSolver
    public var options: Options

    /// - Throws: `DropoutError` when an option is out of its range.
    public init(_ solver: any SpinSolver, _ options: Options = Options()) throws(DropoutError) {
        guard (0..<1).contains(options.rate), (0..<1).contains(options.inputRate) else {
            throw .rate((0..<1).contains(options.rate) ? options.inputRate : options.rate)
        }
        guard options.rounds >= 1 else { throw .rounds(options.rounds) }
        if let step = options.step, !(step > 0 && step.isFinite) { throw .step(step) }
        guard options.decay > 0, options.decay <= 1 else { throw .decay(options.decay) }
        if let batch = options.batch, batch < 1 { throw .batch(batch) }
        self.solver = solver
        self.options = options
    }

    public var name: String { "dropout(\(solver.name))" }

    /// η for a problem.
    public func step(_ problem: SpinProblem) -> Double {
        if let step = options.step { return step }
        let (rho, rounds) = (options.decay, Double(options.rounds))
        // |h| after T equal steps: η·(1 + ρ + … + ρ^(T−1)).
        let reach = rho == 1 ? rounds : (1 - (0..<options.rounds).reduce(1) { power, _ in power * rho }) / (1 - rho)
        return problem.linearBound / reach
    }

    /// - Parameter control: a limit of time is shared out: each round, and the final solve, gets its part of what is left. A target is of the final solve.
    public func solve(_ problem: SpinProblem, seed: UInt64, control: SamplingControl) throws -> SpinSolution {
        let start = control.seconds()
        let root = SeededGenerator(seed: seed).split("dropout")
        let eta = step(problem)
        var h = [Double](repeating: 0, count: problem.network.weights)
        var (updates, done, kept) = (0, 0, 0)
        let searches = options.rounds + (options.decoding == .solve ? 1 : 0)
        /// What is left of the time, shared among the searches to come.
        func share(_ turn: Int) -> SamplingControl {
            var part = control
            part.timeLimit = control.timeLimit.map { max(0.001, ($0 - (control.seconds() - start)) / Double(searches - turn)) }
            part.target = nil
            part.initialStates = []
            part.onImprovement = { _ in }
            return part
        }
        for turn in 0..<options.rounds where !control.isCancelled() {
            var generator = root.split(UInt64(turn))
            let (part, reduced) = try reducedProblem(problem, h, &generator)
            let solution = try solver.solve(reduced, seed: generator.next(), control: share(turn))
            for (index, weight) in part.weights.enumerated() { h[weight] = options.decay * h[weight] - (solution.weights[index] ? eta : -eta) }
            updates += solution.updates
            kept += part.neurons.count
            done += 1
        }
        var vote = PackedSpins(count: h.count)
        for (weight, penalty) in h.enumerated() { vote[weight] = penalty <= 0 }
        var (weights, reason, trajectory) = (vote, SampleSet.StopReason.completed, [Improvement]())
        if options.decoding == .solve, !control.isCancelled() {
            var last = share(options.rounds)
            last.target = control.target
            last.initialStates = [vote]
            let solution = try solver.solve(problem.adding(h), seed: root.split("last").seedValue, control: last)
            (weights, reason, trajectory) = (solution.weights, solution.stopReason, solution.trajectory)
            updates += solution.updates
            // Optimal with the penalties is not optimal without.
            if reason == .optimal { reason = .completed }
        }
        if control.isCancelled() { reason = .cancelled }
        let greatest = h.reduce(0) { max($0, abs($1)) }
        return SpinSolution(
            problem, weights: weights, stopReason: reason, trajectory: trajectory, updates: updates, seconds: control.seconds() - start,
            details: [
                "rounds": "\(done)", "step": "\(eta)", "greatest penalty": "\(greatest)", "lexicographic penalty": "\(problem.linearBound)",
                "neurons a round": "\(done == 0 ? 0 : Double(kept) / Double(done))",
            ])
    }

    /// What a round solves: fewer units, samples if they come in batches, and the penalties of the weights that are left.
    private func reducedProblem(
        _ problem: SpinProblem, _ h: [Double], _ generator: inout SeededGenerator
    ) throws -> (Subnetwork, SpinProblem) {
        let part = problem.network.subnetwork(droppingHidden: options.rate, inputs: options.inputRate, using: &generator)
        let isWhole = part.inputs.count == problem.network.inputs
        var samples = problem.samples
        if let batch = options.batch, batch < samples.count {
            samples = samples.selecting(Array(generator.permutation(samples.count).prefix(batch)), inputs: isWhole ? nil : part.inputs)
        } else if !isWhole {
            samples = samples.selecting(Array(0..<samples.count), inputs: part.inputs)
        }
        var objective = problem.objective
        let given = objective.linear
        objective.linear = part.weights.map { (given.isEmpty ? 0 : given[$0]) + h[$0] }
        return (part, try SpinProblem(part.network, samples, objective))
    }
}

extension SpinProblem {
    /// The greatest |h_e|, the same for all weights, at which linear terms weigh less than what margins leave of one error: 2|h|·weights < 1 − all that
    /// margins can gain. Where margins alone can buy an error there is nothing left to keep, and they count as nothing here.
    public var linearBound: Double {
        let margins =
            objective.margin.map { margin in
                let count = margin.measure == .sum ? Double(samples.count) : 1
                return rewarded.reduce(0) { $0 + marginWeight(of: $1) * Double(facts(of: $1).marginRange) * count }
            } ?? 0
        return (margins < 1 ? 1 - margins : 1) / Double(2 * network.weights + 1)
    }

    /// The same with further linear terms.
    /// - Precondition: one a weight.
    public func adding(_ linear: [Double]) -> SpinProblem {
        precondition(linear.count == network.weights, "\(linear.count) linear terms for \(network.weights) weights")
        var result = self
        result.objective.linear = objective.linear.isEmpty ? linear : zip(objective.linear, linear).map { $0 + $1 }
        return result
    }
}

extension SeededGenerator {
    /// A seed for someone else.
    fileprivate var seedValue: UInt64 {
        var copy = self
        return copy.next()
    }
}

/// An option of the dropout iteration that is out of its range.
public enum DropoutError: Error, Hashable, Sendable, CustomStringConvertible {
    case rate(Double)
    case rounds(Int)
    case step(Double)
    case decay(Double)
    case batch(Int)

    public var description: String {
        switch self {
        case .rate(let rate): "a dropout rate of \(rate); choose one of at least 0 and below 1"
        case .rounds(let rounds): "\(rounds) dropout rounds; use 1 or more"
        case .step(let step): "a dropout step of \(step); choose a number above 0"
        case .decay(let decay): "a dropout decay of \(decay); choose one above 0 and at most 1"
        case .batch(let batch): "dropout batches of \(batch) samples; use 1 or more"
        }
    }
}
