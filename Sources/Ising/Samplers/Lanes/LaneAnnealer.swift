internal import BitCore

/// A machine that anneals many replicas of a model together. It has its own state and random numbers and is used by one thread.
///
/// What a conformer has to know is how to sweep; schedules, polling and descent are the same for all.
package protocol LaneAnnealer: AnyObject {
    /// Replicas.
    static var lanes: Int { get }
    var variables: Int { get }
    /// Proposals so far.
    var updates: Int { get set }

    /// Sets all replicas anew, at random.
    func randomize()
    /// Replica k becomes states[k mod count].
    /// - Precondition: at least one state; all of the model's size.
    func load(_ states: [PackedSpins])
    /// The integer energy of every replica.
    func energies() -> [Int64]
    /// One replica.
    func state(_ lane: Int) -> PackedSpins
    /// All replicas.
    func states() -> [PackedSpins]

    /// Parts of a sweep between which the search can be stopped, the work of a sweep, and numbers in an acceptance table.
    var sliceCount: Int { get }
    var work: Int { get }
    static var tableSize: Int { get }
    var tables: [UInt16] { get set }
    /// Sweeps one slice as often as there are tables. Returns the variables it has.
    func sweep(slice: Int, accept: UnsafeBufferPointer<UInt16>, descending: Bool) -> Int
}

extension LaneAnnealer {
    /// Anneals, one sweep at each inverse temperature (of the integer model), and ends with a descent.
    /// - Parameter poll: gets the proposals since its last call, several times a millisecond; false ends the annealing.
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
        guard sweep(8, beta: { _ in .infinity }, poll: poll) else { return false }
        var last = energies().reduce(0, +)
        while true {
            guard sweep(2, beta: { _ in .infinity }, descending: true, poll: poll) else { return false }
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

    private func sweep(_ sweeps: Int, beta: (Int) -> Double, descending: Bool = false, poll: (Int) -> Bool) -> Bool {
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
                    AcceptanceTable.fill(.init(rebasing: tables[place..<place + Self.tableSize]), beta: beta(done + index))
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
