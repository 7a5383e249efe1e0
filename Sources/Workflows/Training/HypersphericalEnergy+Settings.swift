internal import BinaryTraining

extension HypersphericalEnergy {
    /// From the settings `mhe` and `mhe-…`; nil where `mhe` is not given.
    init?(_ settings: inout Settings) throws(SettingsError) {
        guard let form = try settings.choice("mhe", among: Form.allCases.map(\.rawValue), Form.init(rawValue:)) else { return nil }
        self.init(
            form, weight: try settings.number("mhe-weight", default: 1, in: 0...1e6), power: try settings.number("mhe-power", default: 2, in: 0...16),
            halfSpace: try settings.boolean("mhe-half-space", default: true), dimensions: try settings.integer("mhe-dimensions", default: 30, in: 1...4096),
            projections: try settings.integer("mhe-projections", default: 20, in: 1...1000),
            steps: try settings.integer("mhe-steps", default: 10, in: 0...1000),
            rate: try settings.number("mhe-rate", default: 0.05, in: 0...1))
    }
}
