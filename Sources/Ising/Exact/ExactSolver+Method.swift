extension ExactSolver {
    /// Solves one connected part.
    func solve(_ task: ExactTask) throws(SamplerError) -> (ExactOutcome, Options.Method) {
        switch options.method {
        case .enumeration: return (try enumerate(task), .enumeration)
        case .elimination:
            guard let elimination = elimination(task, entries: .infinity) else {
                guard !task.isStopped else { return (unsolved(task), .elimination) }
                throw .unsuited(
                    "no order was found in which elimination joins at most \(options.width) variables; raise the width or use branch-and-bound")
            }
            return (eliminate(elimination), .elimination)
        case .branchAndBound: return (try branch(task), .branchAndBound)
        case .auto: break
        }
        let elimination = elimination(task, entries: 0x1p28)
        if let elimination, elimination.order.entries <= 0x1p18 { return (eliminate(elimination), .elimination) }
        if task.variables <= 24 { return (try enumerate(task), .enumeration) }
        // What the methods whose cost is known would take, in nodes of a tree: about 100 ns each, an entry of a table half of that, a
        // thousand states of an enumeration as much as one. Bounds mostly need far less, but there is no saying before.
        let known = Swift.min(
            elimination.map { $0.order.entries / 2 } ?? .infinity,
            task.variables <= Enumeration.variableLimit ? Double(sign: .plus, exponent: task.variables - 10, significand: 1) : .infinity)
        var limited = task
        if known < .infinity { limited.budget = Budget(Int(known) + 200_000) }
        let outcome = try branch(limited)
        if outcome.isProved || known == .infinity || task.monitor.isStopped { return (outcome, .branchAndBound) }
        if let elimination, elimination.order.entries / 2 == known { return (eliminate(elimination), .elimination) }
        return (try enumerate(task), .enumeration)
    }

    private func elimination(_ task: ExactTask, entries: Double) -> Elimination? {
        let order = EliminationOrder.best(task.model.terms, limit: options.width) { task.poll(updates: 0) }
        guard let order, order.entries <= entries else { return nil }
        let elimination = Elimination(task: task, order: order)
        // What a machine of a few GiB can hold.
        return elimination.bytes <= 0x1p32 ? elimination : nil
    }

    private func eliminate(_ elimination: Elimination) -> ExactOutcome {
        let task = elimination.task
        guard let spins = elimination.solve() else { return unsolved(task) }
        return ExactOutcome(spins: spins, lowerBound: task.model.energy(of: spins.spins), isProved: true)
    }

    private func enumerate(_ task: ExactTask) throws(SamplerError) -> ExactOutcome {
        let enumeration = Enumeration(task)
        guard let found = enumeration.lowest(1), let best = found.lowest.first else {
            // Too many states within the rounding: coefficients far apart, which is what bounds are good at.
            return task.monitor.isStopped ? unsolved(task) : try branch(task)
        }
        return ExactOutcome(spins: enumeration.spins(best.state), lowerBound: best.energy, isProved: true)
    }

    private func branch(_ task: ExactTask) throws(SamplerError) -> ExactOutcome {
        guard task.variables <= BranchAndBound.variableLimit else {
            throw .unsuited(
                "a connected part of \(task.variables) variables exceeds the \(BranchAndBound.variableLimit) that branch-and-bound can take; use sa or tabu")
        }
        guard let branchAndBound = BranchAndBound(task) else { return unsolved(task) }
        var outcome = branchAndBound.solve(start: start(task), early: { task.isStopped ? nil : early(task) })
        if !outcome.isProved { outcome.lowerBound = Swift.max(outcome.lowerBound, -task.model.terms.totalMagnitude) }
        return outcome
    }

    /// A bound to fall back on, for models whose tree may not be finished.
    private func early(_ task: ExactTask) -> Double? {
        guard task.budget == nil, (60...SpectralBound.variableLimit).contains(task.variables) else { return nil }
        return SpectralBound(task.model.terms).value { task.poll(updates: 0) }
    }

    /// What the whole says about the part, and the bound that needs no search.
    private func unsolved(_ task: ExactTask) -> ExactOutcome {
        ExactOutcome(spins: start(task), lowerBound: -task.model.terms.totalMagnitude, isProved: false)
    }

    private func start(_ task: ExactTask) -> PackedSpins {
        var spins = PackedSpins(count: task.variables)
        for (variable, place) in task.places.enumerated() { spins[variable] = task.rest[place] }
        return spins
    }
}
