/// The best assignments of a search that differ from one another, by ascending energy.
struct ElitePool {
    struct Elite: Hashable {
        var spins: PackedSpins
        var energy: Int64
    }

    private(set) var elites: [Elite] = []
    let capacity: Int
    /// Whether an assignment and its negative are the same.
    let isSymmetric: Bool

    init(capacity: Int, isSymmetric: Bool) {
        self.capacity = capacity
        self.isSymmetric = isSymmetric
    }

    /// Adds an assignment unless it is there already or worse than all of a full pool.
    mutating func insert(_ elite: Elite) {
        if elites.count == capacity, let last = elites.last, elite.energy >= last.energy { return }
        let count = elite.spins.count
        for other in elites where other.energy == elite.energy {
            let distance = other.spins.distance(to: elite.spins)
            if distance == 0 || (isSymmetric && distance == count) { return }
        }
        let place = elites.firstIndex { $0.energy > elite.energy } ?? elites.count
        elites.insert(elite, at: place)
        if elites.count > capacity { elites.removeLast() }
    }
}
