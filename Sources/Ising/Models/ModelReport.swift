/// What a model looks like before it is solved.
public struct ModelReport: Hashable, Sendable {
    public var variables: Int
    public var interactions: Int
    /// Interactions over the n·(n−1)/2 that are possible; 0 for fewer than two variables.
    public var density: Double
    /// Groups of variables that no coupling of non-zero weight connects: they can be solved one by one.
    public var components: Int
    /// The greatest magnitude of a coefficient over the least, zeros and the offset left out; nil when all are zero. Solvers of limited
    /// precision lose the small coefficients of a model with a large range.
    public var dynamicRange: Double?
    public var isIntegral: Bool
    /// The magnitudes of the coefficients of penalties over those of all coefficients, for a model that was made with penalties.
    public var penaltyShare: Double?

    public init(
        variables: Int, interactions: Int, density: Double, components: Int, dynamicRange: Double?, isIntegral: Bool, penaltyShare: Double? = nil
    ) {
        self.penaltyShare = penaltyShare
        self.variables = variables
        self.interactions = interactions
        self.density = density
        self.components = components
        self.dynamicRange = dynamicRange
        self.isIntegral = isIntegral
    }
}

extension QuadraticTerms {
    public var report: ModelReport {
        let pairs = Double(variables) * Double(Swift.max(variables, 1) - 1) / 2
        var (least, greatest) = (Double.infinity, 0.0)
        for values in [linear, weights] {
            for value in values where value != 0 {
                least = Swift.min(least, value.magnitude)
                greatest = Swift.max(greatest, value.magnitude)
            }
        }
        return ModelReport(
            variables: variables, interactions: interactions, density: pairs > 0 ? Double(interactions) / pairs : 0,
            components: componentOfEach()?.count ?? 0,
            dynamicRange: greatest > 0 ? greatest / least : nil, isIntegral: isIntegral)
    }
}
