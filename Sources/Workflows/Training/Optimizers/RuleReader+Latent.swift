internal import BinaryNN
internal import BinaryTraining

/// Rules over latent weights.
extension RuleReader {
    func adam(_ settings: inout Settings) throws -> Optimizer {
        Optimizer(try everythingElse(try adamRule(&settings, learningRate: 1e-3), &settings, \.decay))
    }

    func radam(_ settings: inout Settings) throws -> Optimizer {
        let (beta1, beta2, epsilon) = try adamDescent(&settings)
        let rule = RAdam(
            learningRate: try rate(&settings, default: 1e-3), beta1: beta1, beta2: beta2, epsilon: epsilon, clip: try clip(&settings),
            degenerates: try settings.boolean("degenerate", default: true))
        return Optimizer(try everythingElse(rule, &settings, \.decay))
    }

    func sgd(_ settings: inout Settings) throws -> Optimizer {
        let rule = SGD(learningRate: try rate(&settings, default: 1e-2), clip: try clip(&settings))
        return Optimizer(try everythingElse(rule, &settings, \.decay))
    }

    func momentum(_ settings: inout Settings) throws -> Optimizer {
        let rule = Momentum(
            learningRate: try rate(&settings, default: 1e-2), momentum: try settings.schedule("momentum", default: 0.9, in: Self.average),
            nesterov: try settings.boolean("nesterov", default: false), clip: try clip(&settings))
        return Optimizer(try everythingElse(rule, &settings, \.decay))
    }

    func signSGD(_ settings: inout Settings) throws -> Optimizer {
        let rule = SignSGD(learningRate: try rate(&settings, default: 1e-3), clip: try clip(&settings))
        return Optimizer(try everythingElse(rule, &settings, \.decay))
    }

    func signum(_ settings: inout Settings) throws -> Optimizer {
        let rule = Signum(
            learningRate: try rate(&settings, default: 1e-4), momentum: try settings.schedule("momentum", default: 0.9, in: Self.average),
            clip: try clip(&settings))
        return Optimizer(try everythingElse(rule, &settings, \.decay))
    }

    /// BinaryConnect on the latent kernels, and Adam with the same rate, unscaled, on the rest.
    func binaryConnect(_ settings: inout Settings) throws -> Optimizer {
        let learningRate = Schedule.exponential(from: 3e-3, to: 2e-6)
        let beside = try adamRule(&settings, learningRate: learningRate)
        let descent = try settings.choice("descent", default: "adam", among: ["adam", "momentum", "sgd"]) {
            ["adam", "momentum", "sgd"].contains($0) ? $0 : nil
        }
        let inner: Descent =
            switch descent {
            case "sgd": .plain
            case "momentum":
                .momentum(
                    try settings.schedule("momentum", default: 0.9, in: Self.average), nesterov: try settings.boolean("nesterov", default: false))
            default: .adam(beta1: beside.beta1, beta2: beside.beta2, epsilon: beside.epsilon)
            }
        let rule = BinaryConnect(
            learningRate: beside.learningRate, descent: inner, scalesSteps: try settings.boolean("scale-steps", default: true), clip: beside.clip)
        return Optimizer([.init(.encoding(.latentBinary), rule)] + (try everythingElse(beside, &settings, \.decay)))
    }

    /// ProxQuant on the kernels that are bits in the twin, and Adam with the same rate on the rest.
    func proxQuant(_ settings: inout Settings, _ levels: ProxQuant.Levels) throws -> Optimizer {
        let beside = try adamRule(&settings, learningRate: 1e-2)
        guard epochs >= 2 else {
            throw ConfigurationError(reason: "proxquant needs an epoch to move weights and one to train with them at rest; ask for at least 2 epochs")
        }
        let rule = ProxQuant(
            levels: levels, learningRate: beside.learningRate,
            descent: .adam(beta1: beside.beta1, beta2: beside.beta2, epsilon: beside.epsilon),
            strength: try settings.schedule("strength", default: .ramp(perEpoch: 1e-4), in: Self.positive),
            freezeEpoch: try settings.integer("freeze-epoch", default: max(1, epochs * 2 / 3), in: 0...epochs - 1))
        let kernels = Set(twin.filter { $0.encoding == .binary }.map(\.name))
        return Optimizer([.init(.oneOf(kernels), rule)] + (try everythingElse(beside, &settings, \.decay)))
    }
}
