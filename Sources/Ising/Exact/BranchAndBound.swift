internal import BitCore
internal import Synchronization

/// Proves the optimum by fixing one variable after the other and dropping what a bound shows to be no better than the best known.
///
/// Let m variables be free, those before them in the order of positions. With the others fixed the energy is
///
///     E_fixed + Σ_{i<m} gᵢ·sᵢ + R_m(s),    gᵢ = Σ_{j≥m} Jᵢⱼ·sⱼ,    R_m(s) = Σ_{i<m} hᵢ·sᵢ + Σ_{i<j<m} Jᵢⱼ·sᵢ·sⱼ
///
/// so it is at least E_fixed − Σ|gᵢ| + D_m, D_m being the least value of R_m. D_m is a problem of the same kind with fewer variables: they are
/// solved one after the other, m = 1, 2, …, each with the bounds of those before it (Hartwig, Daske and Kobe, Comput. Phys. Commun. 32,
/// 133, 1984; Häner et al., arXiv 2407.20185). The largest ones but the last are left out, because the nodes they would bound are few; there
/// D_m ≥ D_{m−1} − |h| − Σ|J| of the variable that is added. What a node costs is one row of J.
///
/// The order makes the couplings between the free and the fixed small; a first solution comes from a short tabu search. Energies of one model
/// differ by multiples of twice their common factor, so a bound that comes closer than that to the best known is enough. Where the model has no
/// unit, bounds are rounded, and a margin for the rounding keeps the proof.
///
/// Threads share the top of the tree. Of several optima the first one in the order of the tree is returned, whoever finds which first.
struct BranchAndBound {
    /// The matrix is dense.
    static let variableLimit = 4096
    /// Branches of the tree are dealt to threads as 2^8 tasks, once it has this many levels.
    static let splitLevels = 8
    static let leastSplit = 36
    /// Up to here problems are solved within milliseconds.
    static let earlyLevel = 44

    let task: ExactTask
    let problem: Problem

    /// The model in the order of positions, rows padded to whole vectors.
    final class Problem: @unchecked Sendable {
        // Sendable: written during init alone.
        let variables: Int
        let stride: Int
        /// order[p] is the variable at position p.
        let order: [Int]
        /// Row v holds J(v, i) for i < v, zeros from there on.
        let rows: UnsafeMutablePointer<Double>
        let fields: [Double]
        /// A bound above best − gap proves that a branch has nothing better.
        let gap: Double

        /// nil when `goOn`, asked every millisecond of work, says false.
        init?(_ model: IsingModel, gap: Double, goOn: () -> Bool) {
            let terms = model.terms
            let count = terms.variables
            guard let order = PositionOrder.of(terms, goOn: goOn) else { return nil }
            self.order = order
            var position = [Int](repeating: 0, count: count)
            for (place, variable) in order.enumerated() { position[variable] = place }
            variables = count
            self.gap = gap
            stride = (count + 3) / 4 * 4
            rows = Problem.vectors(count * stride)
            fields = order.map { terms.linear[$0] }
            for edge in 0..<terms.interactions {
                if edge & 0xFFFF == 0xFFFF, !goOn() { return nil }
                let (a, b) = (position[Int(terms.first[edge])], position[Int(terms.second[edge])])
                rows[Swift.max(a, b) * stride + Swift.min(a, b)] = terms.weights[edge]
            }
        }

        deinit { rows.deallocate() }

        /// Zeros, aligned for vectors of four.
        static func vectors(_ count: Int) -> UnsafeMutablePointer<Double> {
            let bytes = Swift.max(1, count) * MemoryLayout<Double>.stride
            let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: MemoryLayout<SIMD4<Double>>.alignment)
            return raw.initializeMemory(as: Double.self, repeating: 0, count: Swift.max(1, count))
        }

        /// |h| + Σ|J| between the variable at a position and those before it: how much it can lower the least energy.
        func weight(_ position: Int) -> Double {
            (0..<position).reduce(fields[position].magnitude) { $0 + rows[position * stride + $1].magnitude }
        }
    }

    /// nil when the search was stopped.
    init?(_ task: ExactTask) {
        precondition(task.variables <= Self.variableLimit, "\(task.variables) variables; the most is \(Self.variableLimit)")
        self.task = task
        let terms = task.model.terms
        let gap: Double
        if let unit = terms.unit {
            let integers = task.integers
            // A little less: a bound of exactly best − 2·scale is no proof.
            gap = (2 * (integers.isExact ? integers.scale : unit)).nextDown
        } else {
            gap = -terms.totalMagnitude * 0x1p-50 * Double(Swift.max(1, terms.variables))
        }
        guard let problem = Problem(task.model, gap: gap, goOn: { task.poll(updates: 0) }) else { return nil }
        self.problem = problem
    }

    /// - Parameter early: asked once, when the work has become large, for a bound in case it is not finished.
    func solve(start: PackedSpins, early: () -> Double?) -> ExactOutcome {
        var fallback: Double?
        let count = problem.variables
        var least = [0.0]
        var best = [Int8]()
        // The dolls that are worth solving; the last is the problem itself.
        let skipped = count / 6
        let starting = problem.order.map { start[$0] ? Int8(1) : -1 }
        for free in 1...Swift.max(1, count) where free <= count {
            let bound = least[free - 1] - problem.weight(free - 1)
            if free < count, free >= count - skipped {
                least.append(bound)
                continue
            }
            if free == Swift.min(count, Self.earlyLevel) { fallback = early() }
            let tree = SearchTree(problem, free: free, least: least, symmetric: !problem.fields[..<free].contains { $0 != 0 })
            tree.seed(descend(best + [Int8](repeating: 1, count: free - best.count)))
            tree.seed(descend(Array(starting[..<free])))
            if free == count { offer(tree.best.spins) }
            let open = run(tree)
            if free == count { offer(tree.best.spins) }
            if task.isStopped {
                let reached = Swift.max(bound, Swift.min(open, tree.best.energy))
                let proved = (free..<count).reduce(reached) { $0 - problem.weight($1) }
                let spins = free == count ? tree.best.spins : starting
                return ExactOutcome(spins: packed(spins), lowerBound: Swift.max(proved, fallback ?? proved), isProved: false)
            }
            best = tree.best.spins
            least.append(tree.best.energy)
        }
        let spins = packed(best)
        return ExactOutcome(spins: spins, lowerBound: task.model.energy(of: spins.spins), isProved: true)
    }

    /// Returns a bound of what was not looked at when the search was stopped; infinite when all was.
    private func run(_ tree: SearchTree) -> Double {
        let levels = tree.free >= Self.leastSplit && task.threads > 1 ? Self.splitLevels : 0
        let next = Atomic<Int>(0)
        let threads = levels == 0 ? 1 : task.threads
        let open = Mutex(Double.infinity)
        Parallel(threads: threads).forEach(threads) { _ in
            let walker = TreeWalker(tree, task: task)
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                if index >= 1 << levels { break }
                walker.walk(index, levels: levels)
            }
            open.withLock { $0 = Swift.min($0, walker.open) }
        }
        return open.withLock { $0 }
    }

    /// The nearest assignment of the first positions that no single flip improves.
    private func descend(_ spins: [Int8]) -> [Int8] {
        var spins = spins
        var improved = true
        while improved, task.poll(updates: spins.count) {
            improved = false
            for i in spins.indices {
                if spins.count > 256, i & 63 == 63, !task.poll(updates: 0) { return spins }
                var field = problem.fields[i]
                for j in spins.indices where j != i {
                    field += problem.rows[Swift.max(i, j) * problem.stride + Swift.min(i, j)] * Double(spins[j])
                }
                if Double(spins[i]) * field > Swift.max(0, -problem.gap) {
                    spins[i] = -spins[i]
                    improved = true
                }
            }
        }
        return spins
    }

    private func packed(_ spins: [Int8]) -> PackedSpins {
        var result = PackedSpins(count: problem.variables)
        for (position, variable) in problem.order.enumerated() { result[variable] = spins[position] > 0 }
        return result
    }

    private func offer(_ spins: [Int8]) { task.offer(packed(spins)) }
}
