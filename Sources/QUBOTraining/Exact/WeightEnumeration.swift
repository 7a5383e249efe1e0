internal import BitCore
public import Ising

/// All weight vectors, by one of two ways: the true optimum, and how many weight vectors reach it.
///
/// - *Patterns*, for the hamming loss: what the rest of a network sees of a neuron is its pattern, the signs on all samples, and few patterns stand for
///   many weights. For a choice of patterns every other neuron is minimised by itself. See `PatternSearch`.
/// - *Gray code*, for everything: one flip a step on the incremental state.
public struct WeightEnumeration: SpinSolver {
    public enum Method: String, Hashable, Sendable, Codable, CaseIterable { case patterns, gray }

    public struct Options: Hashable, Sendable, Codable {
        /// nil for the one that promises to be faster.
        public var method: Method?
        /// Elementary steps (of about a nanosecond) beyond which the search is refused where there is no limit of time.
        public var most: Double

        public init(method: Method? = nil, most: Double = 0x1p40) { (self.method, self.most) = (method, most) }
    }

    public let name = "exact"
    public var options: Options

    public init(_ options: Options = Options()) {
        self.options = options
    }

    /// What enumeration has to tell. Complete, `energy` is the optimum and `optima` the number of weight vectors that reach it, all counted.
    public struct Outcome: Sendable {
        public internal(set) var energy = Double.infinity
        public internal(set) var optima = 0
        public internal(set) var weights: PackedSpins?
        public internal(set) var isComplete = false
    }

    /// `details["optima"]` is the number of optimal weight vectors.
    /// - Throws: `WeightEnumerationError` when there is too much to enumerate; `SamplerError.option` for initial states of other networks.
    public func solve(_ problem: SpinProblem, seed: UInt64, control: SamplingControl = SamplingControl()) throws -> SpinSolution {
        try control.checkInitialWeights(problem)
        let search = try WeightSearch(problem, seed: seed, control: control)
        let (outcome, method) = try enumerate(problem, search)
        let set = search.monitor.sampleSet([], seed: seed, sampler: name)
        var details = ["method": method.rawValue]
        if outcome.isComplete { details["optima"] = String(outcome.optima) }
        var generator = SeededGenerator(seed: seed)
        let weights = outcome.weights ?? search.start(0, &generator)
        return SpinSolution(
            problem, weights: weights, isOptimal: outcome.isComplete, lowerBound: outcome.isComplete ? problem.evaluate(weights).energy : search.bound,
            stopReason: outcome.isComplete ? .optimal : set.stopReason, trajectory: set.trajectory, updates: set.updates,
            seconds: search.monitor.elapsed, details: details)
    }

    /// The optimum and the number of optima.
    /// - Throws: as `solve`.
    public func enumerate(_ problem: SpinProblem, control: SamplingControl = SamplingControl()) throws -> Outcome {
        try enumerate(problem, try WeightSearch(problem, seed: 0, control: control)).0
    }

    private func enumerate(_ problem: SpinProblem, _ search: WeightSearch) throws -> (Outcome, Method) {
        let plan = PatternPlan(problem, search.layout)
        // A flip on the state takes about a hundred steps, and more with many rows and neurons.
        let gray = Double(sign: .plus, exponent: problem.network.weights, significand: 1) * Double(100 + search.layout.words * problem.network.neurons.count)
        let patterns = plan?.steps ?? .infinity
        let method = options.method ?? (patterns <= gray ? .patterns : .gray)
        let steps = method == .patterns ? patterns : gray
        guard steps <= options.most || (search.monitor.control.timeLimit != nil && steps.isFinite) else {
            throw WeightEnumerationError.tooLarge(weights: problem.network.weights, steps: steps)
        }
        switch method {
        case .patterns:
            guard let plan else { throw WeightEnumerationError.tooLarge(weights: problem.network.weights, steps: .infinity) }
            return (PatternSearch(plan, search).run(), method)
        case .gray:
            guard problem.network.weights <= 62 else { throw WeightEnumerationError.tooLarge(weights: problem.network.weights, steps: gray) }
            return (grayWalk(search), method)
        }
    }

    /// Two sums of rewards that are this close are taken for equal.
    static func tolerance(_ energy: Double) -> Double { 1e-9 * max(1, abs(energy)) }

    private func grayWalk(_ search: WeightSearch) -> Outcome {
        let state = WeightState(search.layout)
        var outcome = Outcome()
        let count = search.layout.weights
        var (step, made, work) = (UInt64(0), 0, 0)
        while true {
            let energy = state.exactEnergy
            let tolerance = Self.tolerance(energy)
            if energy < outcome.energy - tolerance {
                (outcome.energy, outcome.optima, outcome.weights) = (energy, 1, state.weights)
                search.monitor.offer(state.weights, energy: energy)
            } else if energy <= outcome.energy + tolerance {
                outcome.optima += 1
            }
            step += 1
            guard step < 1 << UInt64(count) else { break }
            state.flip(step.trailingZeroBitCount)
            made += 1
            if state.work &- work > 1 << 18 {
                work = state.work
                guard search.monitor.poll(updates: made) else { return outcome }
                made = 0
            }
        }
        _ = search.monitor.poll(updates: made)
        outcome.isComplete = true
        return outcome
    }
}

/// Why weights cannot be enumerated.
public enum WeightEnumerationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `steps`: an estimate, a nanosecond each; infinite where tables would not fit.
    case tooLarge(weights: Int, steps: Double)

    public var description: String {
        switch self {
        case .tooLarge(let weights, let steps):
            let time = steps.isFinite ? "about 10^\(Int(steps.exponent) * 3 / 10) steps" : "more than fits"
            return "enumerating \(weights) weights takes \(time); use a smaller network, fewer samples, a time limit, or the weights form"
        }
    }
}
