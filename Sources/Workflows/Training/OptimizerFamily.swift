public import BinaryNN
public import BinaryTraining

/// The optimisers that configurations can name, with the kernel encoding each needs and the settings each reads.
public enum OptimizerFamily: String, Sendable, CaseIterable {
    case adam, bop

    public init(named name: String) throws(UnknownName) {
        guard let family = Self(rawValue: name) else { throw UnknownName("optimizer", name, known: Self.allCases.map(\.rawValue)) }
        self = family
    }

    /// What the demo and reports call the family of methods.
    public var family: String {
        switch self {
        case .adam: "latent"
        case .bop: "bit-flip"
        }
    }

    /// How it wants kernels held.
    public var kernel: ParameterEncoding {
        switch self {
        case .adam: .latentBinary
        case .bop: .binary
        }
    }

    /// The routes of this optimiser: its rule on the kernels, Adam on everything real.
    public func optimizer(_ settings: inout Settings) throws(SettingsError) -> Optimizer {
        switch self {
        case .adam:
            return Optimizer([.init(.everythingElse, try Self.adam(&settings, learningRate: 1e-3))])
        case .bop:
            let rule = Bop(
                gamma: try settings.schedule("gamma", default: 1e-4), threshold: try settings.schedule("threshold", default: 1e-8))
            return Optimizer([.init(.encoding(.binary), rule), .init(.everythingElse, try Self.adam(&settings, learningRate: 1e-2))])
        }
    }

    private static func adam(_ settings: inout Settings, learningRate: Schedule) throws(SettingsError) -> Adam {
        Adam(
            learningRate: try settings.schedule("learning-rate", default: learningRate),
            beta1: try settings.number("beta1", default: 0.9, in: 0...0.999999), beta2: try settings.number("beta2", default: 0.999, in: 0...0.9999999),
            epsilon: try settings.number("epsilon", default: 1e-8, in: 0...1), clip: try settings.number("clip", default: 1, in: 0...1e6))
    }
}
