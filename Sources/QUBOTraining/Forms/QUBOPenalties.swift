/// What violated constraints of a QUBO cost.
///
/// The bound. Let B be the range, over all bits, of what one row of samples adds to the objective: Σ over outputs of |wanted +1 − wanted
/// −1|, the rewards of its margins included. With penalties above B, for every weight vector the least energy over all other bits is the
/// objective of the network with these weights, and only the bits of its forward pass attain it, whatever the number of samples. For: fix
/// the weights, and let some rows violate constraints. Each of them pays the least penalty or more. Give these rows the bits of the forward
/// pass: that is saved, and the objective rises by B at most a row. (With the worst margin the bits q of M_v are shared by rows, so they
/// may have to fall to the least margin of all rows; that costs at most Σ_v μ_v·(2^(k_v−1) − 1) in all, which is part of B, and is paid
/// once, by any one of the violating rows.) Linear terms of weights do not enter. Merged samples multiply a row's loss, and so its B.
public struct QUBOPenalties: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, Codable {
        /// λ_R: of bits that should be the product of two others.
        case product
        /// λ_T: of activations and slack that do not spell the neuron's sum, and of worst margins above a sample's.
        case activation
    }

    /// nil for B + 1 of each row: a gap of 1 between what is consistent and what is not.
    public var product: Double?
    public var activation: Double?

    public init(product: Double? = nil, activation: Double? = nil) { (self.product, self.activation) = (product, activation) }

    /// One for both.
    public init(_ both: Double) { self.init(product: both, activation: both) }

    subscript(_ kind: Kind) -> Double? { kind == .product ? product : activation }

    func check() throws(FormError) {
        for kind in [Kind.product, .activation] {
            if let value = self[kind], !(value.isFinite && value > 0) { throw .penalty(kind, value) }
        }
    }
}

/// A penalty that is too small to make the form exact: some weights may have less energy than their network's objective. Not an error;
/// small penalties are easier to search, and what is decoded is evaluated by a forward pass all the same.
public struct PenaltyWarning: Hashable, Sendable, Codable, CustomStringConvertible {
    public var kind: QUBOPenalties.Kind
    public var penalty: Double
    /// The greatest B of a row: penalties above it suffice.
    public var bound: Double

    public init(kind: QUBOPenalties.Kind, penalty: Double, bound: Double) { (self.kind, self.penalty, self.bound) = (kind, penalty, bound) }

    public var description: String {
        "the \(kind.rawValue) penalty \(penalty) is not above the bound \(bound): energies may undercut the objective; use more than \(bound)"
    }
}

extension SpinProblem {
    /// B of a row: see `QUBOPenalties`.
    public func penaltyBound(row: Int) -> Double {
        let loss = (0..<samples.outputs).reduce(0) { $0 + abs(samples.weights[row] - 2 * samples.positives[row * samples.outputs + $1]) }
        let share = objective.margin?.measure == .sum ? Double(samples.weights[row]) : 1
        return rewarded.reduce(Double(loss)) { $0 + share * marginWeight(of: $1) * Double(facts(of: $1).marginRange) }
    }
}
