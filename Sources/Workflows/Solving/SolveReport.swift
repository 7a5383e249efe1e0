public import Ising

/// What `spinflip solve` reports.
public struct SolveReport: Encodable, Sendable, Hashable {
    /// A best-so-far.
    public struct Point: Codable, Sendable, Hashable {
        /// Since the start of solving.
        public var seconds: Double
        /// Of a quadratised problem: with the penalties that stand for constraints and products.
        public var objective: Double
        public var energy: Double
        public var updates: Int

        public init(seconds: Double, objective: Double, energy: Double, updates: Int) {
            (self.seconds, self.objective, self.energy, self.updates) = (seconds, objective, energy, updates)
        }
    }

    /// What the sampler searched.
    public enum Form: String, Codable, Sendable, Hashable {
        /// The problem, which is quadratic and without constraints.
        case quadratic
        /// The problem, with its constraints and terms of higher degree.
        case polynomial
        /// A QUBO with auxiliary bits and penalties in their place.
        case quadratised
    }

    /// A constraint that does not hold.
    public struct Violation: Codable, Sendable, Hashable {
        /// From 0, in the order of the file.
        public var index: Int
        public var constraint: String
        /// How far it is from holding.
        public var violation: Double
    }

    public var source: String
    public var sampler: String
    public var variables: Int
    /// Terms of two variables or more.
    public var interactions: Int
    public var constraints: Int
    public var form: Form
    /// Bits that were added to make a problem quadratic and free of constraints.
    public var auxiliaries: Int
    public var vartype: Vartype
    /// What an optimum of the objective is.
    public var sense: Problem.Sense
    /// Minimised.
    public var energy: Double
    /// In units of the file: scale · energy + shift.
    public var objective: Double
    public var feasible: Bool
    public var violations: [Violation]
    /// From the start of solving; reading is excluded.
    public var secondsToBest: Double
    /// Of everything.
    public var seconds: Double
    public var readSeconds: Double
    /// Proposals.
    public var updates: Int
    /// Why the search ended.
    public var status: SampleSet.StopReason
    public var seed: UInt64
    public var threads: Int
    public var timeLimit: Double?
    public var target: Double?
    /// nil without a target.
    public var targetMet: Bool?
    /// Proven: no assignment has less energy.
    public var lowerBound: Double?
    /// The objective at `lowerBound`.
    public var bound: Double?
    /// |objective − bound| / max(|objective|, |bound|), 0 for a proven optimum.
    public var gap: Double?
    /// Samples returned, with multiplicity.
    public var reads: Int
    /// What the sampler tells besides.
    public var details: [String: String]
    public var trajectory: [Point]
    /// Of the best sample, as in `Solution.Sample`; nil unless asked for.
    public var assignment: String?

    /// False when it was stopped before any of its limits.
    public var isComplete: Bool { status != .cancelled }

    /// Whether an objective is at least as good as another.
    static func meets(_ objective: Double, _ target: Double, _ sense: Problem.Sense) -> Bool {
        sense == .min ? objective <= target : objective >= target
    }
}
