internal import BinaryNN
internal import BinaryTraining

/// Makes rules of settings. A rule a function; what a function does not read is an error, as any setting nobody reads.
struct RuleReader {
    /// The parameters of the network's twin, or of the network where they are held alike.
    var twin: [ParameterSpec]
    var epochs: Int
    /// Names of the kernels whose layers take signs and hand on what projections need.
    var signals: Set<String> = []

    static let unit: ClosedRange<Double> = 0...1
    /// β of a moving average: at 1 it would never see a gradient.
    static let average: ClosedRange<Double> = 0...0.9999999
    static let positive: ClosedRange<Double> = 0 ... .infinity

    func rate(_ settings: inout Settings, default value: Schedule) throws(SettingsError) -> Schedule {
        try settings.schedule("learning-rate", default: value, in: Self.positive)
    }

    func clip(_ settings: inout Settings) throws(SettingsError) -> Schedule { try settings.schedule("clip", default: 1.0, in: 0...1e6) }

    func adamDescent(_ settings: inout Settings) throws(SettingsError) -> (beta1: Schedule, beta2: Schedule, epsilon: Schedule) {
        (
            try settings.schedule("beta1", default: 0.9, in: Self.average), try settings.schedule("beta2", default: 0.999, in: Self.average),
            try settings.schedule("epsilon", default: 1e-8, in: Self.unit)
        )
    }

    func adamRule(_ settings: inout Settings, learningRate: Schedule) throws(SettingsError) -> Adam {
        let (beta1, beta2, epsilon) = try adamDescent(&settings)
        return Adam(
            learningRate: try rate(&settings, default: learningRate), beta1: beta1, beta2: beta2, epsilon: epsilon, clip: try clip(&settings))
    }

    /// The rule on everything that no other route claims, and with `l2` or `weight-decay` a route for real kernels of its own.
    func everythingElse<Rule: UpdateRule>(
        _ rule: Rule, _ settings: inout Settings, _ decay: WritableKeyPath<Rule, WeightDecay>
    ) throws -> [Optimizer.Route] {
        let l2 = try settings.schedule("l2", default: 0.0, in: 0...1e3)
        let decoupled = try settings.schedule("weight-decay", default: 0.0, in: 0...1e3)
        let wanted = WeightDecay(l2: l2, decoupled: decoupled)
        guard wanted != .none else { return [.init(.everythingElse, rule)] }
        let kernels = twin.filter { $0.role == .kernel && $0.encoding == .real }.map(\.name)
        guard !kernels.isEmpty else {
            throw ConfigurationError(reason: "the settings l2 and weight-decay are for real kernels, of which this model has none; leave them out")
        }
        var decayed = rule
        decayed[keyPath: decay] = wanted
        return [.init(.oneOf(Set(kernels)), decayed), .init(.everythingElse, rule)]
    }

    /// Adam on what is real beside kernels of bits.
    func besideBits(_ rule: some UpdateRule, _ settings: inout Settings) throws -> Optimizer {
        Optimizer([.init(.encoding(.binary), rule)] + (try everythingElse(try adamRule(&settings, learningRate: 1e-2), &settings, \.decay)))
    }
}
