/// What an exact method works on: one connected part of a model, and the line to the search it belongs to.
struct ExactTask: Sendable {
    /// The part, numbered from 0, its offset 0.
    let model: IsingModel
    let monitor: SearchMonitor
    /// Where its variables stand in the whole.
    let places: [Int]
    /// An assignment of the whole; what it says about this part is overwritten.
    let rest: PackedSpins

    var variables: Int { model.variables }
    var threads: Int { monitor.control.threads }

    /// Counts `updates` assignments looked at. False: stop.
    func poll(updates: Int) -> Bool { monitor.poll(updates: updates) }

    /// Offers an assignment of the part, completed by the rest.
    func offer(_ spins: PackedSpins) {
        let whole = complete(spins)
        monitor.offer(whole, energy: monitor.model.source.energy(of: whole.spins))
    }

    func complete(_ spins: PackedSpins) -> PackedSpins {
        var whole = rest
        for (variable, place) in places.enumerated() { whole[place] = spins[variable] }
        return whole
    }
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
    var magnitude: Double {
        linear.reduce(0) { $0 + $1.magnitude } + weights.reduce(0) { $0 + $1.magnitude }
    }
    var hasFields: Bool { linear.contains { $0 != 0 } }
}
