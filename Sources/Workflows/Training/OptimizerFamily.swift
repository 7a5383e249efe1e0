public import BinaryNN
public import BinaryTraining

/// The optimisers that configurations can name, with the kernel encoding each needs and the settings each reads.
public enum OptimizerFamily: String, Sendable, CaseIterable {
    case sgd, momentum, adam, radam
    case signSGD = "signsgd"
    case signum
    case binaryConnect = "binaryconnect"
    case proxQuant = "proxquant"
    case ternaryProxQuant = "proxquant-ternary"
    case bop, bop2
    case biasedBop2 = "bop2-biased"
    case signMomentum = "sign-m"
    case booleanAccumulator = "bold"
    case qpsbgd
    case projectedQPSBGD = "qpsbgd-projected"

    public init(named name: String) throws(UnknownName) {
        // What the ablation of second-order Bop calls it.
        guard let family = Self(rawValue: name == "bop2-control" ? "sign-m" : name) else {
            throw UnknownName("optimizer", name, known: Self.allCases.map(\.rawValue))
        }
        self = family
    }

    /// What the demo and reports call the family of methods.
    public var family: String {
        switch self {
        case .qpsbgd, .projectedQPSBGD: "projection"
        default: kernel == .binary ? "bit-flip" : "latent"
        }
    }

    /// How kernels are held in training.
    public var kernel: ParameterEncoding {
        switch self {
        case .sgd, .momentum, .adam, .radam, .signSGD, .signum, .binaryConnect, .qpsbgd: .latentBinary
        case .proxQuant, .ternaryProxQuant: .real
        case .bop, .bop2, .biasedBop2, .signMomentum, .booleanAccumulator, .projectedQPSBGD: .binary
        }
    }

    /// How kernels are held by the network's twin: bits for those that are trained as reals.
    var twinKernel: ParameterEncoding { kernel == .real ? .binary : kernel }

    /// Whether the network is evaluated and written as it is trained, and not as its twin: three levels are no signs.
    var shipsLevels: Bool { self == .ternaryProxQuant }

    /// The routes of this optimiser: its rule on the kernels, and a rule for everything real.
    /// - Parameters:
    ///   - twin: the parameters of the network's twin, or of the network where they are held alike.
    ///   - epochs: of the run.
    ///   - signals: names of the kernels whose layers take signs (`Network.signalParameters`).
    /// - Throws: `SettingsError` or `ConfigurationError` when a setting makes no sense.
    public func optimizer(_ settings: inout Settings, twin: [ParameterSpec], epochs: Int, signals: Set<String> = []) throws -> Optimizer {
        let reader = RuleReader(twin: twin, epochs: epochs, signals: signals)
        return switch self {
        case .sgd: try reader.sgd(&settings)
        case .momentum: try reader.momentum(&settings)
        case .adam: try reader.adam(&settings)
        case .radam: try reader.radam(&settings)
        case .signSGD: try reader.signSGD(&settings)
        case .signum: try reader.signum(&settings)
        case .binaryConnect: try reader.binaryConnect(&settings)
        case .proxQuant: try reader.proxQuant(&settings, .binary)
        case .ternaryProxQuant: try reader.proxQuant(&settings, .ternary)
        case .bop: try reader.bop(&settings)
        case .bop2: try reader.bop2(&settings, isBiasCorrected: true)
        case .biasedBop2: try reader.bop2(&settings, isBiasCorrected: false)
        case .signMomentum: try reader.signMomentum(&settings)
        case .booleanAccumulator: try reader.booleanAccumulator(&settings)
        case .qpsbgd: try reader.qpsbgd(&settings)
        case .projectedQPSBGD: try reader.projectedQPSBGD(&settings)
        }
    }

    /// The settings that optimisers read, with what they mean.
    public static let settingsHelp: [(key: String, meaning: String)] = [
        (
            "learning-rate",
            "a schedule: of the rule over reals and latent weights, or of Adam over what is real beside bits (default 1e-3 for adam, radam, signsgd; 1e-2 for "
                + "sgd, momentum, proxquant, proxquant-ternary and beside bits; 1e-4 for signum; exponential:3e-3:2e-6 for binaryconnect)"
        ),
        ("beta1, beta2, epsilon", "of Adam and RAdam: schedules (default 0.9, 0.999, 1e-8)"),
        ("degenerate", "of radam: first steps along the averaged gradient; false: weights rest in them (default true)"),
        ("clip", "bound of latent weights: a schedule (default 1)"),
        ("momentum, nesterov", "of momentum and signum: a schedule (default 0.9), true or false (default false)"),
        ("l2, weight-decay", "λ of g + λw and of w(1 − ηλ), on real kernels: schedules (default 0)"),
        ("descent, scale-steps", "of binaryconnect: adam, momentum or sgd inside (default adam); steps scaled by fan (default true)"),
        (
            "strength, freeze-epoch",
            "of proxquant and proxquant-ternary: λ, a schedule (default ramp:1e-4), and the epoch of hard signs or levels (default two thirds of the run)"
        ),
        ("gamma, threshold", "of bop (default 1e-4, 1e-8), bop2 and bop2-biased (1e-6, 1e-6); gamma of sign-m (1e-6): schedules"),
        ("sigma, bop-epsilon", "of bop2 and bop2-biased: schedules (default 1e-2, 1e-10)"),
        ("rate", "η of bold: a schedule (default 100); share of the signs that disagree which qpsbgd-projected flips (default cosine:0.02:0)"),
        (
            "step, variant",
            "of qpsbgd: η, a schedule (default cosine:3e-2:1e-3); add or subtract, the two published forms (default add), also of qpsbgd-projected"
        ),
        (
            "signal",
            "of qpsbgd and qpsbgd-projected: signs or sums, where the gradient that is projected is taken (default signs). Layers whose inputs are no signs "
                + "project the gradient at their weights: binarise the input to have none"
        ),
        ("projection", "auto, enumeration, local or qubo, what projects (default auto: enumeration up to a fan-in of 12)"),
        ("projection-sweeps, projection-kicks", "of local projections (default 4, 0)"),
        ("projection-balance", "true: local projections begin from balanced signs where those are better (default false)"),
        (
            "projection-sampler, projection-options, projection-reads, projection-time-limit, projection-variables",
            "of qubo projections: any sampler's name, external:COMMAND too, its options in JSON, reads, seconds a row, and the most variables a row "
                + "(default exact; 64 variables with it, 20,000 with others; 10 seconds)"
        ),
    ]
}
