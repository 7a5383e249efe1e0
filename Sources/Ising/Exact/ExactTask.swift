internal import Synchronization

/// What an exact method works on: one connected part of a model, and the line to the search it belongs to.
struct ExactTask: Sendable {
    /// The part, numbered from 0, its offset 0.
    let model: IsingModel
    let monitor: SearchMonitor
    /// Where its variables stand in the whole, which is what reductions left of the model that was given.
    let places: [Int]
    /// An assignment of the whole; what it says about this part is overwritten.
    let rest: PackedSpins
    /// From the whole to the model that was given.
    var expand: @Sendable (PackedSpins) -> PackedSpins = { $0 }
    /// What a method that may turn out to be the wrong one can spend.
    var budget: Budget?

    var variables: Int { model.variables }
    /// The part in integers, which are those of the whole where that is the part.
    var integers: IntegerModel { variables == monitor.model.variables ? monitor.model : IntegerModel(model) }
    /// One while on a budget, so that where it ends does not depend on threads.
    var threads: Int { budget == nil ? monitor.control.threads : 1 }
    var isStopped: Bool { monitor.isStopped || (budget?.isSpent ?? false) }

    /// Counts `updates` assignments looked at. False: stop.
    func poll(updates: Int) -> Bool {
        budget?.spend(updates)
        return monitor.poll(updates: updates) && !isStopped
    }

    /// Offers an assignment of the part, completed by the rest.
    func offer(_ spins: PackedSpins) {
        let whole = expand(complete(spins))
        monitor.offer(whole, energy: monitor.model.source.energy(of: whole.spins))
    }

    func complete(_ spins: PackedSpins) -> PackedSpins {
        var whole = rest
        for (variable, place) in places.enumerated() { whole[place] = spins[variable] }
        return whole
    }
}

/// Assignments that may still be looked at.
final class Budget: Sendable {
    private let left: Atomic<Int>

    init(_ updates: Int) { left = Atomic(updates) }

    var isSpent: Bool { left.load(ordering: .relaxed) <= 0 }
    func spend(_ updates: Int) { left.subtract(updates, ordering: .relaxed) }
}

/// What an exact method brings back.
struct ExactOutcome {
    var spins: PackedSpins
    /// No assignment of the part has less energy, up to rounding where the model has no unit.
    var lowerBound: Double
    /// Whether `spins` is an optimum: the bound is its energy.
    var isProved: Bool
}

extension QuadraticTerms {
    /// Σ|h| + Σ|J|: no energy, the offset left out, is farther from 0.
    var totalMagnitude: Double {
        linear.reduce(0) { $0 + $1.magnitude } + weights.reduce(0) { $0 + $1.magnitude }
    }
    var hasFields: Bool { linear.contains { $0 != 0 } }
}
