internal import BitCore
internal import Synchronization

/// The least energy by looking at all assignments, 32 at a time.
///
/// The variables are split in two. The low ones, sixteen at most, are walked through in Gray-code order by `Kernels.grayMinima`, which finds
/// the least energy in each of 32 lanes. A lane is a *cell*: one assignment of the high variables. So a first pass leaves the minimum of
/// every cell, and a second one walks through the few cells that matter, one state at a time, to see which states they are. Without fields
/// E(s) = E(−s), and the highest variable stays at −1.
///
/// Threads take cells in groups of 32. Which states are returned depends on the minima alone, not on who found them when.
struct Enumeration {
    /// The most variables: 2³⁶ assignments are a matter of seconds.
    static let variableLimit = 36
    /// More states than this are never collected.
    static let listLimit = 1 << 20

    let task: ExactTask
    let coarse: CoarseModel
    let kernels: Kernels
    /// Variables that are enumerated: all, or all but one.
    let free: Int
    /// Variables walked through inside a cell.
    let low: Int

    var cells: Int { 1 << (free - low) }
    var isSymmetric: Bool { free < coarse.variables }

    init(_ task: ExactTask, kernels: Kernels = .active) {
        precondition(task.variables <= Self.variableLimit, "\(task.variables) variables to enumerate; the most is \(Self.variableLimit)")
        self.task = task
        self.kernels = kernels
        coarse = CoarseModel(task.model, integers: task.integers)
        free = task.variables - (task.variables > 0 && !task.model.terms.hasFields ? 1 : 0)
        // 2^16 states in 32 lanes: a few milliseconds of work for the slowest kernel, a tenth of one for the fastest.
        let lanes = Kernels.grayLanes.trailingZeroBitCount
        low = free - lanes >= Kernels.grayVariables.lowerBound ? Swift.min(16, free - lanes) : free
    }

    /// The least energy of every cell, in units of the coarse model; nil when the search was stopped.
    func minima() -> [Int32]? {
        var minima = [Int32](repeating: 0, count: cells)
        guard low < free else {
            var least = Int32.max
            walk(cell: 0) { energy, _ in
                least = Swift.min(least, energy)
                return true
            }
            minima[0] = least
            return task.poll(updates: 1 << free) ? minima : nil
        }
        let groups = cells / Kernels.grayLanes
        let next = Atomic<Int>(0)
        let best = Mutex<Int32>(.max)
        minima.withUnsafeMutableBufferPointer { all in
            nonisolated(unsafe) let all = all
            let threads = Swift.min(task.threads, groups)
            Parallel(threads: threads).forEach(threads) { _ in
                var lanes = Lanes(low: low, coarse: coarse)
                while !task.monitor.isStopped {
                    let group = next.add(1, ordering: .relaxed).oldValue
                    if group >= groups { return }
                    let first = group * Kernels.grayLanes
                    lanes.start(enumeration: self, firstCell: first)
                    let cells = UnsafeMutableBufferPointer(rebasing: all[first..<first + Kernels.grayLanes])
                    lanes.run(kernels, minima: cells)
                    if let least = cells.min(), improves(least, best) { offer(cell: first + (cells.firstIndex(of: least) ?? 0), energy: least) }
                    _ = task.poll(updates: Kernels.grayLanes << low)
                }
            }
        }
        return task.monitor.isStopped ? nil : minima
    }

    private func improves(_ least: Int32, _ best: borrowing Mutex<Int32>) -> Bool {
        best.withLock {
            guard least < $0 else { return false }
            $0 = least
            return true
        }
    }

    private func offer(cell: Int, energy: Int32) {
        walk(cell: cell) { found, state in
            guard found == energy else { return true }
            task.offer(PackedSpins(words: coarse.variables == 0 ? [] : [state], count: coarse.variables))
            return false
        }
    }

    /// Energy and fields at the start of a cell, the low variables at −1; the fields go to `fields[i · stride]`.
    func start(cell: Int, fields: UnsafeMutablePointer<Int32>, stride: Int) -> Int32 {
        let count = coarse.variables
        return coarse.couplings.withUnsafeBufferPointer { couplings in
            coarse.fields.withUnsafeBufferPointer { own in
                // E = ½ Σ s·(h + field), each pair standing in two fields; the sum of magnitudes is below 2²⁹, so twice of it fits.
                var twice: Int32 = 0
                for i in 0..<count {
                    var field = own[i]
                    for j in 0..<count { field &+= couplings[i * count + j] &* spin(j, cell) }
                    twice &+= (field &+ own[i]) &* spin(i, cell)
                    if i < low { fields[i * stride] = field }
                }
                return twice / 2
            }
        }
    }

    @inline(__always)
    private func spin(_ variable: Int, _ cell: Int) -> Int32 {
        variable >= low && cell >> (variable - low) & 1 == 1 ? 1 : -1
    }

    /// Visits the states of a cell, one flip after the other, with their energies, until `visit` says false.
    func walk(cell: Int, _ visit: (Int32, UInt64) -> Bool) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: Swift.max(low, 1)) { fields in
            guard let base = fields.baseAddress else { return }
            var energy = start(cell: cell, fields: base, stride: 1)
            var state = UInt64(cell) << UInt64(low)
            guard visit(energy, state) else { return }
            coarse.couplings.withUnsafeBufferPointer { couplings in
                for step in 1..<Swift.max(1, 1 << low) {
                    let flipped = step.trailingZeroBitCount
                    let change: Int32 = state >> UInt64(flipped) & 1 == 1 ? -2 : 2
                    energy &+= change &* base[flipped]
                    let row = flipped * coarse.variables
                    for i in 0..<low { base[i] &+= change &* couplings[row + i] }
                    state ^= 1 << UInt64(flipped)
                    guard visit(energy, state) else { return }
                }
            }
        }
    }
}

/// The operands of one call of the kernel.
private struct Lanes {
    let low: Int
    var couplings: [Int32]
    var fields: [Int32]
    var energies = [Int32](repeating: 0, count: Kernels.grayLanes)

    init(low: Int, coarse: CoarseModel) {
        self.low = low
        couplings = (0..<low).flatMap { i in (0..<low).map { coarse.couplings[i * coarse.variables + $0] } }
        fields = [Int32](repeating: 0, count: low * Kernels.grayLanes)
    }

    mutating func start(enumeration: Enumeration, firstCell: Int) {
        fields.withUnsafeMutableBufferPointer { fields in
            guard let base = fields.baseAddress else { return }
            for lane in 0..<Kernels.grayLanes {
                energies[lane] = enumeration.start(cell: firstCell + lane, fields: base + lane, stride: Kernels.grayLanes)
            }
        }
    }

    mutating func run(_ kernels: Kernels, minima: UnsafeMutableBufferPointer<Int32>) {
        couplings.withUnsafeBufferPointer { couplings in
            fields.withUnsafeMutableBufferPointer { fields in
                energies.withUnsafeMutableBufferPointer { energies in
                    kernels.grayMinima(variables: low, couplings: couplings, fields: fields, energies: energies, minima: minima)
                }
            }
        }
    }
}
