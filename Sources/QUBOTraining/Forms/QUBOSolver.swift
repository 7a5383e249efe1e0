public import Ising

/// Training as a QUBO: the form is built, searched by compound moves or handed to any sampler, and what is found is decoded by a forward
/// pass.
public struct QUBOSolver: SpinSolver, Hashable {
    public struct Options: Hashable, Sendable, Codable {
        /// `compound`, or a name of `SamplerCatalog`, external ones among them.
        public var sampler = QUBOSolver.compound
        /// Of the named sampler: a JSON object.
        public var samplerOptions: String?
        public var penalties = QUBOPenalties()
        public var byteLimit = FormSize.defaultByteLimit
        /// Reads; nil for as many as the limits allow, or 8 without limits.
        public var reads: Int?
        /// Rounds of a compound read: in all but the last, penalties are a share of what makes the form exact, and multipliers make up for it. One is the
        /// default because it is the faster on most tasks that were measured.
        public var rounds = 1
        /// Sweeps over all weights a round; nil for 64, and more after some reads.
        public var sweeps: Int?
        /// Share of the penalties in the first round.
        public var firstShare = 0.1
        /// Temperature at first, in wrong samples.
        public var hot = 1.0
        /// And at last, in units of the least change that matters.
        public var cold = 0.2

        public init() {}

        func check() throws(SamplerError) {
            if let reads, reads < 1 { throw .option("\(reads) reads; use 1 or more") }
            if let sweeps, sweeps < 1 { throw .option("\(sweeps) sweeps; use 1 or more") }
            guard rounds >= 1 else { throw .option("\(rounds) rounds; use 1 or more") }
            guard firstShare > 0, firstShare <= 1 else { throw .option("a first share of \(firstShare); use more than 0 and at most 1") }
            guard hot.isFinite, hot > 0, cold > 0, cold <= 1 else {
                throw .option("temperatures of \(hot) and \(cold); use a first one above 0 and a last one above 0 and at most 1")
            }
        }
    }

    /// The search of this module, as `sampler` names it.
    public static let compound = "compound"

    public let name = "qubo"
    public var options: Options

    public init(_ options: Options = Options()) { self.options = options }

    /// - Throws: `FormError`, `SamplerError`, `SamplerCatalogError`.
    public func solve(_ problem: SpinProblem, seed: UInt64, control: SamplingControl) throws -> SpinSolution {
        try options.check()
        for initial in control.initialStates where initial.count != problem.network.weights {
            throw SamplerError.option("an initial state of \(initial.count) weights for a network of \(problem.network.weights); give one of the network")
        }
        let start = control.seconds()
        let form = try QUBOForm(problem, penalties: options.penalties, byteLimit: options.byteLimit)
        var control = control
        control.timeLimit = control.timeLimit.map { max(0, $0 - (control.seconds() - start)) }
        var details = [
            "variables": "\(form.qubo.variables)", "interactions": "\(form.qubo.terms.interactions)", "bound": "\(form.bounds.max() ?? 0)",
            "sampler": options.sampler,
        ]
        if !form.warnings.isEmpty { details["warning"] = form.warnings.map(\.description).joined(separator: "; ") }
        let bound = problem.simpleBound
        guard options.sampler == Self.compound else { return try sampled(form, bound, seed, control, start, details) }
        // The monitor needs to know no more of a model than its size.
        let blank = try IsingModel(fields: [Double](repeating: 0, count: problem.network.weights))
        let monitor = SearchMonitor(IntegerModel(blank), control: control, terms: problem.network.weights * problem.samples.rows)
        let result = CompoundSearch(form, options: options, bound: bound, seed: seed, monitor: monitor).run(seed: seed)
        var solution = SpinSolution(
            problem, weights: result.weights, lowerBound: bound, stopReason: result.stopReason, trajectory: result.trajectory,
            updates: result.updates, seconds: control.seconds() - start, details: details)
        solution.isOptimal = solution.evaluation.energy <= bound
        return solution
    }

    /// What a sampler finds in the form, decoded; the best by its forward pass.
    private func sampled(
        _ form: QUBOForm, _ bound: Double, _ seed: UInt64, _ control: SamplingControl, _ start: Double, _ details: [String: String]
    ) throws -> SpinSolution {
        let sampler = try SamplerCatalog.sampler(options.sampler, options: options.samplerOptions, reads: options.reads)
        var control = control
        control.initialStates = control.initialStates.map(form.consistentState)
        if form.warnings.isEmpty { control.target = max(control.target ?? -.infinity, bound) }
        let set = try sampler.sample(form.qubo, seed: seed, control: control)
        var details = details
        details["energy"] = "\(set.first.energy)"
        details["violations"] = "\(form.violations(set.first.spins))"
        details.merge(set.details) { own, _ in own }
        var best = form.decode(set.first.spins)
        var least = form.problem.evaluate(best).energy
        var seen: Set<PackedSpins> = [best]
        for sample in set.samples.prefix(1000).dropFirst() {
            let weights = form.decode(sample.spins)
            guard seen.insert(weights).inserted else { continue }
            let energy = form.problem.evaluate(weights).energy
            if energy < least { (least, best) = (energy, weights) }
        }
        // A bound of the form is one of the objective where penalties are large enough, and only there.
        let isExact = form.warnings.isEmpty
        let lower = max(bound, isExact ? set.lowerBound ?? bound : bound)
        return SpinSolution(
            form.problem, weights: best, isOptimal: least <= bound || isExact && set.stopReason == .optimal && least <= set.first.energy + 1e-9,
            lowerBound: lower, stopReason: set.stopReason, trajectory: set.trajectory, updates: set.updates, seconds: control.seconds() - start,
            details: details)
    }
}

extension SpinProblem {
    /// What no weights undercut: errors that contradictory samples force, less all linear terms and all rewards there are.
    var simpleBound: Double {
        let share = objective.margin?.measure == .sum ? Double(samples.count) : 1
        let rewards = rewarded.reduce(0.0) { $0 + share * marginWeight(of: $1) * Double(facts(of: $1).marginRange) }
        let floor = objective.loss == .hamming ? Double(samples.errorFloor) : 0
        return floor - objective.linear.reduce(0) { $0 + $1.magnitude } - rewards
    }
}
