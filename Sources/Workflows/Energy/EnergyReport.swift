public import Profiling

/// What `spinflip energy` prints: the estimate, term by term, and other models beside it.
public struct EnergyReport: Sendable, Hashable, Encodable {
    public struct Comparison: Sendable, Hashable, Codable {
        public var model: String
        public var totalMicrojoules: Double
        /// Its energy over that of the model in question: above 1 it takes more.
        public var ratio: Double
        public var causes: [String: Double]
        public var terms: [EnergyEstimate.Term]
        public var sensitivity: EnergySensitivity?

        init(_ other: EnergyEstimate, over model: EnergyEstimate, _ sensitivity: EnergySensitivity?) {
            self.model = other.model
            totalMicrojoules = other.totalMicrojoules
            ratio = other.totalMicrojoules / model.totalMicrojoules
            (causes, terms, self.sensitivity) = (other.causes, other.terms, sensitivity)
        }
    }

    public var estimate: EnergyEstimate
    public var comparisons: [Comparison] = []
    public var measured: MeasuredEnergy?
    /// Why nothing was measured.
    public var measuredNote: String?
    var showsSensitivity = false

    public init(_ estimate: EnergyEstimate) { self.estimate = estimate }

    private enum CodingKeys: String, CodingKey { case comparisons, measured, measuredNote, lowerMicrojoules, upperMicrojoules }

    /// The estimate's keys, and beside them the others.
    public func encode(to encoder: any Encoder) throws {
        try estimate.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(comparisons, forKey: .comparisons)
        try container.encode(measured, forKey: .measured)
        try container.encodeIfPresent(measuredNote, forKey: .measuredNote)
        try container.encode(estimate.interval.lowerBound, forKey: .lowerMicrojoules)
        try container.encode(estimate.interval.upperBound, forKey: .upperMicrojoules)
    }
}
