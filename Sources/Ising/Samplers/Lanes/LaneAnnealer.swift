internal import BitCore

/// A machine that anneals many replicas of a model together. It has its own state and random numbers and is used by one thread.
///
/// What a conformer has to know is how to sweep; schedules, polling and descent are the same for all.
package protocol LaneAnnealer: AnyObject {
    /// Replicas.
    static var lanes: Int { get }
    var variables: Int { get }
    /// The energy that one unit of the integer model stands for.
    var scale: Double { get }
    /// Proposals so far.
    var updates: Int { get set }

    /// Sets all replicas anew, at random.
    func randomize()
    /// All replicas, one after the other, as the words of their spins.
    var rows: [UInt64] { get set }
    /// The integer energy of every replica.
    func energies() -> [Int64]
    /// One replica.
    func state(_ lane: Int) -> PackedSpins

    /// Parts of a sweep between which the search can be stopped, the work of a sweep, and numbers in an acceptance table.
    var sliceCount: Int { get }
    var work: Int { get }
    static var tableSize: Int { get }
    var tables: [UInt16] { get set }
    /// Sweeps one slice as often as there are tables. Returns the variables it has.
    func sweep(slice: Int, accept: UnsafeBufferPointer<UInt16>, descending: Bool) -> Int
}

extension LaneAnnealer {
    /// Replica k becomes states[k mod count].
    /// - Precondition: at least one state; all of the model's size.
    package func load(_ states: [PackedSpins]) {
        precondition(!states.isEmpty && states.allSatisfy { $0.count == variables }, "states of other than \(variables) variables")
        var rows: [UInt64] = []
        rows.reserveCapacity((variables + 63) / 64 * Self.lanes)
        for lane in 0..<Self.lanes { rows += states[lane % states.count].words }
        self.rows = rows
    }

    /// All replicas.
    package func states() -> [PackedSpins] {
        let (rows, words) = (rows, (variables + 63) / 64)
        return (0..<Self.lanes).map { PackedSpins(words: Array(rows[($0 * words)..<($0 * words + words)]), count: variables) }
    }

    /// Sweeps at falling temperatures, and then descends.
    /// - Parameter poll: gets the proposals since its last call, several times a millisecond; false ends the annealing.
    /// - Returns: whether it came to the end.
    package func anneal(_ schedule: Schedule, sweeps: Int, poll: (Int) -> Bool) -> Bool {
        let scale = scale
        return anneal(sweeps: sweeps, temperature: { schedule.temperature(at: (Double($0) + 0.5) / Double(sweeps)) / scale }, poll: poll)
    }

    /// One sweep at each temperature, which is that of the integer model, and then a descent.
    package func anneal(sweeps: Int, temperature: (Int) -> Double, poll: (Int) -> Bool) -> Bool {
        sweep(sweeps, temperature: temperature, poll: poll) && quench(poll: poll)
    }

    /// Sweeps at one temperature of the integer model, without a descent.
    package func equilibrate(temperature: Double, sweeps: Int, poll: (Int) -> Bool) -> Bool {
        sweep(sweeps, temperature: { _ in temperature }, poll: poll)
    }

    /// Descent: some sweeps that also accept equal energies, then flips that gain until no replica has any.
    package func quench(poll: (Int) -> Bool) -> Bool {
        guard sweep(8, temperature: { _ in 0 }, poll: poll) else { return false }
        var last = energies().reduce(0, +)
        while true {
            guard sweep(2, temperature: { _ in 0 }, descending: true, poll: poll) else { return false }
            let sum = energies().reduce(0, +)
            if sum == last { return true }
            last = sum
        }
    }

    /// The replica of least energy, the first of equals.
    package func best() -> (lane: Int, energy: Int64) {
        let energies = energies()
        let lane = energies.indices.min { energies[$0] < energies[$1] } ?? 0
        return (lane, energies[lane])
    }

    private func sweep(_ sweeps: Int, temperature: (Int) -> Double, descending: Bool = false, poll: (Int) -> Bool) -> Bool {
        guard variables > 0 else { return poll(0) }
        // Of small models many sweeps are made at once.
        let together = max(1, min(64, (LaneSlice.mostWork / 2) / work))
        if tables.isEmpty { tables = [UInt16](repeating: 0, count: Self.tableSize * together) }
        var done = 0
        while done < sweeps {
            let now = min(together, sweeps - done)
            tables.withUnsafeMutableBufferPointer { tables in
                for index in 0..<now {
                    let place = index * Self.tableSize
                    let table = UnsafeMutableBufferPointer(rebasing: tables[place..<place + Self.tableSize])
                    AcceptanceTable.fill(table, temperature: temperature(done + index), descending: descending)
                }
            }
            for slice in 0..<sliceCount {
                let swept = tables.withUnsafeBufferPointer {
                    sweep(slice: slice, accept: .init(rebasing: $0[..<(now * Self.tableSize)]), descending: descending)
                }
                let made = swept * Self.lanes * now
                updates += made
                guard poll(made) else { return false }
            }
            done += now
        }
        return true
    }
}
