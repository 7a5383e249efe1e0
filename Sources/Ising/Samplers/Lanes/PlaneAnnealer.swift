package import BitCore

/// Simulated annealing of 512 replicas by multi-spin coding: a machine with its own state and random numbers, one for each thread or read.
///
/// Each replica by itself is a Metropolis chain that visits the variables in a fixed order and leaves out one in 32 at random. The random
/// number of a proposal is shared by all replicas: that costs nothing when the best of all is wanted, and what they leave out keeps them
/// apart, but they are not independent samples of one another.
package final class PlaneAnnealer {
    package static let lanes = PlaneModel.lanes

    package let layout: PlaneLayout
    /// Proposals so far.
    package private(set) var updates = 0
    private let kernels: Kernels
    private var generator: SeededGenerator
    private let planes: AlignedBuffer<UInt64>
    private let generators: AlignedBuffer<UInt64>
    private var tables: [UInt16] = []

    /// Replicas at random.
    package init(_ layout: PlaneLayout, generator: SeededGenerator, kernels: Kernels = .active) {
        self.layout = layout
        self.kernels = kernels
        self.generator = generator
        planes = AlignedBuffer(count: layout.model.planes * Self.planeWords)
        generators = AlignedBuffer(count: 16)
        for index in 0..<16 { generators.pointer[index] = self.generator.next() | (index == 0 ? 1 : 0) }
        for word in 0..<Self.planeWords { planes.pointer[layout.variables * Self.planeWords + word] = .max }
        randomize()
    }

    private static let planeWords = PlaneModel.planeBytes / 8

    /// Sets all replicas anew, at random.
    package func randomize() {
        for variable in 0..<layout.variables {
            let base = Int(layout.planeOf[variable]) * Self.planeWords
            for word in base..<(base + Self.planeWords) { planes.pointer[word] = generator.next() }
        }
    }

    /// Replica k becomes states[k mod count].
    /// - Precondition: at least one state; all of the model's size.
    package func load(_ states: [PackedSpins]) {
        precondition(!states.isEmpty && states.allSatisfy { $0.count == layout.variables }, "states of other than \(layout.variables) variables")
        let words = (layout.variables + 63) / 64
        var rows: [UInt64] = []
        rows.reserveCapacity(words * Self.lanes)
        for lane in 0..<Self.lanes { rows += states[lane % states.count].words }
        kernels.setPlanes(planes, fromRows: rows, order: layout.planeOf)
    }

    /// Anneals, one sweep at each inverse temperature (of the integer model), and ends with a descent.
    /// - Parameter poll: gets the proposals since its last call, about every half millisecond; false ends the annealing.
    /// - Returns: whether it came to the end.
    package func anneal(_ schedule: AnnealingSchedule, poll: (Int) -> Bool) -> Bool {
        sweep(schedule.sweeps, beta: { schedule.beta($0) }, poll: poll) && quench(poll: poll)
    }

    /// Sweeps at one inverse temperature.
    package func equilibrate(beta: Double, sweeps: Int, poll: (Int) -> Bool) -> Bool {
        sweep(sweeps, beta: { _ in beta }, poll: poll)
    }

    /// Descent: some sweeps that also accept equal energies, then flips that gain until no replica has any.
    package func quench(poll: (Int) -> Bool) -> Bool {
        guard sweep(Self.levelSweeps, beta: { _ in .infinity }, poll: poll) else { return false }
        var last = energies().reduce(0, +)
        while true {
            guard sweep(2, beta: { _ in .infinity }, descending: true, poll: poll) else { return false }
            let sum = energies().reduce(0, +)
            if sum == last { return true }
            last = sum
        }
    }

    private static let levelSweeps = 8

    /// Work between two polls, in planes touched: some tenths of a millisecond.
    private static let pollWork = 1 << 15
    /// Sweeps whose tables are made at once.
    private static let mostTables = 64

    private func sweep(_ sweeps: Int, beta: (Int) -> Double, descending: Bool = false, poll: (Int) -> Bool) -> Bool {
        guard layout.variables > 0 else { return poll(0) }
        let together = max(1, min(Self.mostTables, Self.pollWork / layout.work))
        if tables.isEmpty { tables = [UInt16](repeating: 0, count: PlaneModel.energies * together) }
        var done = 0
        while done < sweeps {
            let now = min(together, sweeps - done)
            tables.withUnsafeMutableBufferPointer { tables in
                for index in 0..<now {
                    let place = index * PlaneModel.energies
                    AcceptanceTable.fill(.init(rebasing: tables[place..<place + PlaneModel.energies]), beta: beta(done + index))
                }
            }
            for slice in layout.slices {
                tables.withUnsafeBufferPointer {
                    kernels.annealPlanes(
                        layout.model, runs: slice.runs, planes: planes, generators: generators, accept: .init(rebasing: $0[..<(now * PlaneModel.energies)]),
                        descending: descending)
                }
                let made = slice.variables * Self.lanes * now
                updates += made
                guard poll(made) else { return false }
            }
            done += now
        }
        return true
    }

    /// The integer energy of every replica.
    package func energies() -> [Int64] {
        var unsatisfied = [UInt32](repeating: 0, count: Self.lanes)
        for pairs in layout.pairs {
            pairs.ends.withUnsafeBufferPointer {
                kernels.countPairs(planes, pairs: $0, differing: pairs.differing, weight: pairs.weight, into: &unsatisfied)
            }
        }
        return unsatisfied.map { 2 * Int64($0) - layout.weight }
    }

    /// One replica.
    package func state(_ lane: Int) -> PackedSpins {
        precondition((0..<Self.lanes).contains(lane), "replica \(lane) of \(Self.lanes)")
        var words = [UInt64](repeating: 0, count: (layout.variables + 63) / 64)
        for variable in 0..<layout.variables {
            let bit = planes.pointer[Int(layout.planeOf[variable]) * Self.planeWords + lane >> 6] >> UInt64(lane & 63) & 1
            words[variable >> 6] |= bit << UInt64(variable & 63)
        }
        return PackedSpins(words: words, count: layout.variables)
    }

    /// All replicas.
    package func states() -> [PackedSpins] {
        let words = (layout.variables + 63) / 64
        let rows = kernels.rows(ofPlanes: planes, order: layout.planeOf)
        return (0..<Self.lanes).map { PackedSpins(words: Array(rows[($0 * words)..<($0 * words + words)]), count: layout.variables) }
    }

    /// The replica of least energy, the first of equals.
    package func best() -> (lane: Int, energy: Int64) {
        let energies = energies()
        let lane = energies.indices.min { energies[$0] < energies[$1] } ?? 0
        return (lane, energies[lane])
    }
}
