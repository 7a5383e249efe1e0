public import Ising

#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#elseif canImport(Musl)
private import Musl
#endif

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
        /// Rounds of a compound read, or of calls of a sampler: in all but the last, penalties are a share of what makes the form exact, and multipliers
        /// make up for it. One is the default because compound moves are the faster with it on most tasks that were measured.
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

    /// What a sampler finds in the form, decoded; the best by its forward pass. With several rounds, by the method of multipliers (for Ising machines in
    /// Song et al., arXiv:2311.03408): penalties of activations begin small, every round adds 2·penalty·g to the multiplier of a constraint, and the
    /// last one is the form as it is.
    private func sampled(
        _ form: QUBOForm, _ bound: Double, _ seed: UInt64, _ control: SamplingControl, _ start: Double, _ details: [String: String]
    ) throws -> SpinSolution {
        let sampler = try SamplerCatalog.sampler(options.sampler, options: options.samplerOptions, reads: options.reads)
        var found = Found(form, start: start, control: control)
        var states = control.initialStates.map(form.consistentState)
        var augmentation = QUBOAugmentation(share: 1, multipliers: [Double](repeating: 0, count: form.layout.rows * form.problem.facts.count))
        for round in 0..<options.rounds - 1 {
            augmentation.share = pow(options.firstShare, 1 - Double(round) / Double(options.rounds - 1))
            // No target: energies of this round are no objectives.
            let part = SamplingControl(
                timeLimit: control.timeLimit.map { max(0, $0 - (control.seconds() - start)) / Double(options.rounds - round) },
                updateLimit: control.updateLimit.map { max(1, ($0 - found.updates) / (options.rounds - round)) }, threads: control.threads,
                initialStates: states, seconds: control.seconds, isCancelled: control.isCancelled)
            let set = try sampler.sample(form.augmented(augmentation), seed: seed &+ UInt64(round + 1), control: part)
            found.add(set)
            if set.stopReason == .cancelled || found.energy <= max(bound, control.target ?? bound) { break }
            for (place, residual) in form.residuals(set.first.spins).enumerated() where residual != 0 {
                let strength = augmentation.share * form.penalty(.activation, row: place % form.layout.rows)
                augmentation.multipliers[place] += 2 * strength * Double(residual)
            }
            states = [set.first.spins]
        }
        var last = control
        last.initialStates = states
        last.onImprovement = { _ in }
        last.timeLimit = control.timeLimit.map { max(0, $0 - (control.seconds() - start)) }
        last.updateLimit = control.updateLimit.map { max(1, $0 - found.updates) }
        if form.warnings.isEmpty { last.target = max(control.target ?? -.infinity, bound) }
        let isReached = found.energy <= max(bound, control.target ?? bound)
        let set = isReached ? nil : try sampler.sample(form.qubo, seed: seed, control: last)
        if let set { found.add(set) }
        var details = details
        if let set {
            details["energy"] = "\(set.first.energy)"
            details["violations"] = "\(form.violations(set.first.spins))"
            details.merge(set.details) { own, _ in own }
        }
        // A bound of the form is one of the objective where penalties are large enough, and only there.
        let isProof = form.warnings.isEmpty && set?.stopReason == .optimal && found.energy <= (set?.first.energy ?? 0) + 1e-9
        let lower = form.warnings.isEmpty ? max(bound, set?.lowerBound ?? bound) : bound
        let reason = set?.stopReason ?? (found.energy <= bound ? .optimal : .target)
        return SpinSolution(
            form.problem, weights: found.weights, isOptimal: found.energy <= bound || isProof, lowerBound: lower, stopReason: reason,
            trajectory: found.trajectory, updates: found.updates, seconds: control.seconds() - start, details: details)
    }

    /// The best weights of several sample sets, by their forward passes.
    private struct Found {
        private let form: QUBOForm
        private let start: Double
        private let control: SamplingControl
        private(set) var weights: PackedSpins
        private(set) var energy = Double.infinity
        private(set) var updates = 0
        private(set) var trajectory: [Improvement] = []

        init(_ form: QUBOForm, start: Double, control: SamplingControl) {
            (self.form, self.start, self.control) = (form, start, control)
            weights = PackedSpins(count: form.layout.weights)
        }

        /// Decodes the samples of least energy.
        mutating func add(_ set: SampleSet) {
            updates += set.updates
            var seen: Set<PackedSpins> = []
            for sample in set.samples.prefix(1000) {
                let decoded = form.decode(sample.spins)
                guard seen.insert(decoded).inserted else { continue }
                let value = form.problem.evaluate(decoded).energy
                guard value < energy else { continue }
                (weights, energy) = (decoded, value)
                let improvement = Improvement(energy: value, seconds: control.seconds() - start, updates: updates)
                trajectory.append(improvement)
                control.onImprovement(improvement)
            }
        }
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
