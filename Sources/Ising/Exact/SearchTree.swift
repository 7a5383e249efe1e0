internal import Synchronization

/// One problem of `BranchAndBound`: the first `free` positions, and the best assignment of them so far, shared by the threads.
final class SearchTree: Sendable {
    struct Best {
        var energy = Double.infinity
        var spins: [Int8] = []
        /// The task that found it; −1 for one known beforehand.
        var owner = -1
    }

    let problem: BranchAndBound.Problem
    let free: Int
    /// least[m] ≤ min R_m for m < free.
    let least: [Double]
    /// Without fields the first variable keeps its value: E(s) = E(−s).
    let symmetric: Bool
    private let state = Mutex(Best())

    init(_ problem: BranchAndBound.Problem, free: Int, least: [Double], symmetric: Bool) {
        self.problem = problem
        self.free = free
        self.least = least
        self.symmetric = symmetric
    }

    var best: Best { state.withLock { $0 } }

    func seed(_ spins: [Int8]) { offer(spins, energy: energy(spins), owner: -1) }

    private func energy(_ spins: [Int8]) -> Double {
        var sum = 0.0
        for i in 0..<free {
            var field = problem.fields[i]
            for j in 0..<i { field += problem.rows[i * problem.stride + j] * Double(spins[j]) }
            sum += field * Double(spins[i])
        }
        return sum
    }

    /// Takes what is better, and what is as good but comes earlier in the tree.
    func offer(_ spins: @autoclosure () -> [Int8], energy: Double, owner: Int) {
        state.withLock {
            if energy < $0.energy || (energy == $0.energy && owner < $0.owner) { $0 = Best(energy: energy, spins: spins(), owner: owner) }
        }
    }

    /// A task drops a branch whose bound is above this. It must not drop ties with what a later task found.
    func limit(for task: Int) -> Double {
        state.withLock { $0.owner > task ? $0.energy + Swift.max(0, -problem.gap) : $0.energy - problem.gap }
    }
}

/// Walks through tasks of a tree, depth first.
final class TreeWalker {
    private let tree: SearchTree
    private let task: ExactTask
    private let stride: Int
    /// g at each number of free variables, [free + 1][stride]; zeros from the m-th on.
    private let pulls: UnsafeMutablePointer<Double>
    private let least: UnsafeMutablePointer<Double>
    private let fields: UnsafeMutablePointer<Double>
    private var spins: [Int8]
    private var index = 0
    private var limit = 0.0
    private var nodes = 0
    /// The least bound of the branches that were left when the search was stopped.
    private(set) var open = Double.infinity

    init(_ tree: SearchTree, task: ExactTask) {
        self.tree = tree
        self.task = task
        stride = tree.problem.stride
        pulls = BranchAndBound.Problem.vectors((tree.free + 1) * stride)
        least = .allocate(capacity: tree.free + 1)
        least.initialize(from: tree.least + [0], count: tree.free + 1)
        fields = .allocate(capacity: tree.free)
        fields.initialize(from: Array(tree.problem.fields[..<tree.free]), count: tree.free)
        spins = [Int8](repeating: -1, count: tree.free)
    }

    deinit {
        pulls.deallocate()
        least.deallocate()
        fields.deallocate()
    }

    /// The branch in which the variables of the first `levels` levels have the values that the bits of `index` say.
    func walk(_ index: Int, levels: Int) {
        self.index = index
        limit = tree.limit(for: index)
        if tree.symmetric, levels > 0, index >> (levels - 1) & 1 == 1 { return }
        var energy = 0.0
        var free = tree.free
        for level in 0..<levels {
            let up = index >> (levels - 1 - level) & 1 == 1
            energy += take(free, up)
            free -= 1
            if energy - pull(free) + least[free] > limit { return }
        }
        search(free, energy)
        _ = task.poll(updates: nodes)
        nodes = 0
    }

    /// Fixes the last of `free` variables; returns what that adds to the energy, and leaves g of the others in the next row.
    private func take(_ free: Int, _ up: Bool) -> Double {
        let v = free - 1
        let from = pulls + free * stride
        let to = pulls + v * stride
        let row = tree.problem.rows + v * stride
        if up { for i in 0..<v { to[i] = from[i] + row[i] } } else { for i in 0..<v { to[i] = from[i] - row[i] } }
        to[v] = 0
        spins[v] = up ? 1 : -1
        return up ? from[v] + fields[v] : -from[v] - fields[v]
    }

    private func pull(_ free: Int) -> Double { (0..<free).reduce(0) { $0 + pulls[free * stride + $1].magnitude } }

    private func search(_ free: Int, _ energy: Double) {
        nodes += 1
        if nodes & 1023 == 0 {
            limit = tree.limit(for: index)
            _ = task.poll(updates: nodes)
            nodes = 0
        }
        if free == 0 {
            tree.offer(spins, energy: energy, owner: index)
            limit = tree.limit(for: index)
            return
        }
        let v = free - 1
        let (sumUp, sumDown) = sums(free)
        let own = pulls[free * stride + v] + fields[v]
        let base = energy + least[v]
        // The last variable is part of both sums.
        let correction = pulls[free * stride + v].magnitude
        let boundUp = base + own - (sumUp - correction)
        let boundDown = base - own - (sumDown - correction)
        if tree.symmetric, free == tree.free {
            descend(free, energy, false, boundDown)
        } else if boundUp < boundDown {
            descend(free, energy, true, boundUp)
            descend(free, energy, false, boundDown)
        } else {
            descend(free, energy, false, boundDown)
            descend(free, energy, true, boundUp)
        }
    }

    private func descend(_ free: Int, _ energy: Double, _ up: Bool, _ bound: Double) {
        guard bound <= limit else { return }
        guard !task.isStopped else {
            open = Swift.min(open, bound)
            return
        }
        search(free - 1, energy + take(free, up))
    }

    /// Σ|g + J| and Σ|g − J| over the free variables, J being the row of the last.
    @inline(__always)
    private func sums(_ free: Int) -> (Double, Double) {
        let pull = UnsafeRawPointer(pulls + free * stride).assumingMemoryBound(to: SIMD4<Double>.self)
        let row = UnsafeRawPointer(tree.problem.rows + (free - 1) * stride).assumingMemoryBound(to: SIMD4<Double>.self)
        let mask = SIMD4<UInt64>(repeating: 0x7FFF_FFFF_FFFF_FFFF)
        var (up, down) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
        for block in 0..<(free + 3) / 4 {
            let (g, j) = (pull[block], row[block])
            up += unsafeBitCast(unsafeBitCast(g + j, to: SIMD4<UInt64>.self) & mask, to: SIMD4<Double>.self)
            down += unsafeBitCast(unsafeBitCast(g - j, to: SIMD4<UInt64>.self) & mask, to: SIMD4<Double>.self)
        }
        return (up.sum(), down.sum())
    }
}
