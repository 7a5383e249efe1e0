/// The roof dual of a model: a lower bound of its energies, and values of variables that some optimum has.
public struct RoofDual: Hashable, Sendable {
    /// No energy is below this; exact where the model has a unit.
    public let bound: Double
    /// −1 or +1 where decided, 0 elsewhere. There is an optimum that has all these values.
    public let values: [Int8]
    /// Which variables have their value in every optimum.
    public let isStrong: [Bool]
    /// Whether the computation came to its end. If not, the bound holds but nothing is decided.
    public let isComplete: Bool

    /// How many arcs of the network were looked at.
    public let steps: Int

    /// How many variables have a value.
    public var decided: Int { values.count { $0 != 0 } }
}

extension IsingModel {
    /// Computes the roof dual by a maximum flow in a network of 2n + 2 nodes.
    ///
    /// Without a unit, coefficients are rounded to about 50 bits of their sum: the bound still holds, and the values decided are those of a model
    /// so near.
    ///
    /// - Parameter stepLimit: the most arcs of the network to look at.
    public func roofDual(stepLimit: Int = .max) -> RoofDual {
        // Arcs are numbered in 32 bits; a network beyond them, or too large to be gone through once, is not made.
        let arcs = 4 * (terms.linear.count { $0 != 0 } + terms.interactions)
        let isPossible = arcs < Int(Int32.max) && variables < Int(Int32.max) / 2 - 1 && arcs <= stepLimit
        let sum = terms.linear.reduce(0) { $0 + $1.magnitude } + terms.weights.reduce(0) { $0 + $1.magnitude }
        let scale: Double
        if let unit = terms.unit {
            scale = 1 / unit
        } else {
            scale = sum > 0 ? Double(sign: .plus, exponent: Swift.min(50 - Int(sum.exponent), 1000), significand: 1) : 1
        }
        guard isPossible else { return undecided(bound: terms.offset - sum - slack(sum), steps: 0) }
        var network = ImplicationNetwork(self, scale: scale, stepLimit: stepLimit)
        network.maximise()
        // The sum of all magnitudes is what the energy would be if nothing disagreed.
        let bound = terms.offset - (sum - Double(network.flow) / scale)
        guard network.isMaximal else { return undecided(bound: bound - slack(sum), steps: stepLimit - network.stepsLeft) }
        let values = network.consistentValues()
        let isStrong = (0..<Int32(variables)).map { network.isImplied(2 * $0) || network.isImplied(2 * $0 + 1) }
        return RoofDual(bound: bound - slack(sum), values: values, isStrong: isStrong, isComplete: true, steps: stepLimit - network.stepsLeft)
    }

    /// What summing in Double may have lost.
    private func slack(_ sum: Double) -> Double {
        terms.unit == nil ? 0x1p-52 * (sum + terms.offset.magnitude) * Double(variables + terms.interactions + 1) : 0
    }

    private func undecided(bound: Double, steps: Int) -> RoofDual {
        RoofDual(
            bound: bound, values: Array(repeating: 0, count: variables), isStrong: Array(repeating: false, count: variables), isComplete: false,
            steps: steps)
    }
}
