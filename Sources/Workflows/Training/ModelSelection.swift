/// Which epoch's model a run writes, and by what the best is chosen.
public struct ModelSelection: Sendable, Hashable, Codable {
    public enum Kept: String, Sendable, Hashable, Codable, CaseIterable {
        case last, best
    }

    /// Share of the training items held out for choosing; 0 for none, and then the test part chooses. A best epoch chosen by the test part flatters
    /// its test accuracy.
    public var validation: Double
    /// Epochs without a new best after which the run stops; 0 never stops early.
    public var patience: Int
    public var kept: Kept

    public init(validation: Double = 0, patience: Int = 0, kept: Kept = .last) {
        (self.validation, self.patience, self.kept) = (validation, patience, kept)
    }

    init(_ settings: inout Settings) throws(SettingsError) {
        self.init(
            validation: try settings.number("validation", default: 0, in: 0...0.9),
            patience: try settings.integer("patience", default: 0, in: 0...1_000_000),
            kept: try settings.choice("keep", default: .last, among: Kept.allCases.map(\.rawValue), Kept.init(rawValue:)))
    }
}
