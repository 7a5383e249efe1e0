internal import BitCore

/// Finds an optimum and proves it.
///
/// | method | for | cost |
/// |---|---|---|
/// | elimination | small treewidth w, any number of variables | n·2^w |
/// | enumeration | up to 36 variables | 2^n, about 0.1 ns a state with AVX2 |
/// | branch and bound | what is left, up to 4,096 variables; dense ones are proved up to 60 to 80 | exponential |
///
/// `.auto` first takes out what exact rules decide (`IsingModel.reduced`). Every connected part is solved by itself, by the method that
/// promises to be cheapest. A proof ends the search with `.optimal`, and `lowerBound` is the energy. Stopped before, the best assignment is
/// returned with the bound that was reached. Where the coefficients have no common unit (`QuadraticTerms.unit`), energies are sums of rounded
/// numbers, and the proof holds up to that rounding.
///
/// With `states` above 1 the assignments of lowest energy are listed, by enumeration, and `details["optima"]` says how many are optimal,
/// listed or not.
public struct ExactSolver: Sampler {
    public struct Options: Hashable, Sendable, Codable {
        public enum Method: String, Hashable, Sendable, Codable, CaseIterable {
            case auto, enumeration, elimination
            case branchAndBound = "branch-and-bound"
        }

        public var method = Method.auto
        /// How many assignments of lowest energy to return, 1 or more.
        public var states = 1
        /// The largest number of neighbours that elimination may join; a table of this many variables takes 8·2^w bytes.
        public var width = 25

        public init() {}
    }

    public var options: Options
    public let name = "exact"

    public init(options: Options = Options()) {
        self.options = options
    }

    public func sample(_ model: IsingModel, seed: UInt64, control: SamplingControl) throws(SamplerError) -> SampleSet {
        try check(model)
        let monitor = SearchMonitor(IntegerModel(model), control: control)
        if options.states > 1 { return try states(model, seed: seed, monitor: monitor) }

        // A first solution, so that whatever happens next there is something to return.
        let start = QuickTabu.solve(model.terms, seed: seed) { monitor.poll(updates: $0) }
        monitor.offer(start, energy: model.energy(of: start.spins))
        let reduction = monitor.isStopped ? nil : try reduction(of: model, monitor)
        let expand: @Sendable (PackedSpins) -> PackedSpins = { whole in reduction.map { PackedSpins($0.expand(whole.spins)) } ?? whole }
        var spins = reduction.map { PackedSpins($0.restrict(start.spins)) } ?? start
        let reduced = reduction?.model ?? model
        let components: Components?
        do { components = try Components(of: reduced, goOn: { monitor.poll(updates: 0) || monitor.control.timeLimit == nil }) } catch { throw .model(error) }
        guard let components else {
            monitor.bound(model.terms.offset - model.terms.totalMagnitude)
            return monitor.sampleSet([], seed: seed, sampler: name)
        }
        var (bound, isProved, methods) = (components.offset, true, Set<String>())
        for part in components.parts {
            let task = ExactTask(model: part.model, monitor: monitor, places: part.variables.map(Int.init), rest: spins, expand: expand)
            let (outcome, method) = try solve(task)
            spins = task.complete(outcome.spins)
            bound += outcome.lowerBound
            isProved = isProved && outcome.isProved
            methods.insert(method.rawValue)
        }
        spins = expand(spins)
        let energy = model.energy(of: spins.spins)
        monitor.offer(spins, energy: energy)
        let details = ["method": methods.sorted().joined(separator: "+"), "parts": "\(components.parts.count)", "reduced": "\(reduced.variables)"]
        guard isProved else {
            monitor.bound(bound)
            return monitor.sampleSet([], seed: seed, sampler: name, details: details)
        }
        monitor.stopOptimal()
        return monitor.sampleSet([spins], seed: seed, sampler: name, details: details).only([spins], bound: energy)
    }

    private func check(_ model: IsingModel) throws(SamplerError) {
        guard options.states >= 1 else { throw .option("states is \(options.states); ask for 1 or more") }
        guard (0...30).contains(options.width) else { throw .option("width is \(options.width); elimination takes 0 to 30") }
        let byEnumeration = options.states > 1 || options.method == .enumeration
        guard !byEnumeration || model.variables <= Enumeration.variableLimit else {
            throw .unsuited(
                "a model of \(model.variables) variables exceeds the \(Enumeration.variableLimit) that enumeration can take; use another method")
        }
        guard options.states <= Enumeration.listLimit else {
            throw .option("states is \(options.states); at most \(Enumeration.listLimit) can be listed")
        }
        guard options.states == 1 || options.method == .auto || options.method == .enumeration else {
            throw .option("only enumeration lists more than one state; leave the method to it or ask for 1")
        }
    }

    /// What exact rules leave of the model; nil where they are not asked for, would round, or would take long.
    private func reduction(of model: IsingModel, _ monitor: SearchMonitor) throws(SamplerError) -> Reduction? {
        guard options.method == .auto, model.terms.unit != nil, model.terms.interactions <= 200_000, monitor.hasRoom(for: Reduction.seconds(model))
        else { return nil }
        var rules = ReductionOptions()
        rules.roofDuality = model.terms.interactions <= 20_000
        rules.flowSteps = 2_000_000
        do { return try model.reduced(rules) } catch { throw .model(error) }
    }

    private func states(_ model: IsingModel, seed: UInt64, monitor: SearchMonitor) throws(SamplerError) -> SampleSet {
        let task = ExactTask(
            model: model, monitor: monitor, places: Array(0..<model.variables), rest: PackedSpins(count: model.variables))
        let enumeration = Enumeration(task)
        guard let found = enumeration.lowest(options.states) else {
            guard monitor.isStopped else {
                throw .unsuited("the coefficients are too far apart to list states of a model without a common unit; ask for 1 state")
            }
            monitor.bound(model.terms.offset - model.terms.totalMagnitude)
            return monitor.sampleSet([], seed: seed, sampler: name, details: ["method": "enumeration"])
        }
        let spins = found.lowest.map { enumeration.spins($0.state) }
        if let best = spins.first { monitor.offer(best, energy: model.energy(of: best.spins)) }
        monitor.stopOptimal()
        var details = ["method": "enumeration"]
        if let optima = found.optima { details["optima"] = "\(optima)" }
        let set = monitor.sampleSet(spins, seed: seed, sampler: name, details: details)
        return set.only(spins, bound: spins.first.map { model.energy(of: $0.spins) })
    }
}

extension SampleSet {
    /// The same call with these samples alone: of several optima, the one that a thread happened to see first is not part of the result.
    fileprivate func only(_ spins: [PackedSpins], bound: Double?) -> SampleSet {
        let wanted = Set(spins)
        let kept = samples.filter { wanted.contains($0.spins) }
        guard !kept.isEmpty else { return self }
        return SampleSet(
            kept, stopReason: stopReason, lowerBound: bound, trajectory: trajectory, updates: updates, seconds: seconds, seed: seed,
            sampler: sampler, details: details)
    }
}
