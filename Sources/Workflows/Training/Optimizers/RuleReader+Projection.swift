internal import BinaryNN
internal import BinaryTraining
internal import QUBOTraining

/// Rules that project gradients onto binary directions, with Adam on everything real.
extension RuleReader {
    func qpsbgd(_ settings: inout Settings) throws -> Optimizer {
        let (step, clip) = (
            try settings.schedule("step", default: .cosine(from: 3e-2, to: 1e-3), in: Self.positive), try settings.schedule("clip", default: 0.0, in: 0...1e6)
        )
        return try projecting(&settings) { QPSBGD(learningRate: step, projection: $0, clip: clip) }
    }

    func projectedQPSBGD(_ settings: inout Settings) throws -> Optimizer {
        let rate = try settings.schedule("rate", default: .cosine(from: 2e-2, to: 0), in: Self.unit)
        return try projecting(&settings) { ProjectedQPSBGD(rate: rate, projection: $0) }
    }

    /// The rule on the kernels whose layers give signals, the same rule on the gradient of the other binary kernels, and Adam.
    private func projecting(_ settings: inout Settings, _ rule: (LayerProjection) -> some UpdateRule) throws -> Optimizer {
        var projection = LayerProjection()
        projection.variant = try settings.choice(
            "variant", default: .add, among: LayerProjection.Variant.allCases.map(\.rawValue), LayerProjection.Variant.init(rawValue:))
        let site = try settings.choice("signal", default: .signs, among: SignalSite.allCases.map(\.rawValue), SignalSite.init(rawValue:))
        projection.source = .outputs(site)
        projection.backend = try backend(&settings)
        let kernels = Set(twin.filter { $0.role == .kernel && $0.encoding != .real }.map(\.name))
        var routes: [Optimizer.Route] = []
        let (projected, others) = (kernels.intersection(signals), kernels.subtracting(signals))
        if !projected.isEmpty { routes.append(.init(.oneOf(projected), rule(projection))) }
        if !others.isEmpty {
            projection.source = .gradient
            routes.append(.init(.oneOf(others), rule(projection)))
        }
        var beside = try adamRule(&settings, learningRate: 1e-2)
        beside.clip = 1.0
        return Optimizer(routes + (try everythingElse(beside, &settings, \.decay)))
    }

    private func backend(_ settings: inout Settings) throws -> any ProjectionBackend {
        let name = settings.text("projection") ?? "auto"
        let sweeps = try settings.integer("projection-sweeps", default: LocalProjection.defaultSweeps, in: 0...1_000_000)
        let kicks = try settings.integer("projection-kicks", default: 0, in: 0...1_000_000)
        let balances = try settings.boolean("projection-balance", default: false)
        var qubo = QUBOProjection.Options()
        if let sampler = settings.text("projection-sampler") {
            guard name == "qubo" else {
                throw ConfigurationError(reason: "projection-sampler is read by the projection qubo, not by \(name); set projection to qubo or leave it out")
            }
            qubo.sampler = sampler
        }
        qubo.samplerOptions = settings.text("projection-options")
        if settings.text("projection-reads") != nil { qubo.reads = try settings.integer("projection-reads", default: 1, in: 1...1_000_000) }
        qubo.timeLimit = try settings.number("projection-time-limit", default: 10, in: 1e-3...1e6)
        if settings.text("projection-variables") != nil {
            qubo.variableLimit = try settings.integer("projection-variables", default: 64, in: 1...1_000_000)
        }
        do {
            return try ProjectionCatalog.backend(name, sweeps: sweeps, kicks: kicks, balances: balances, qubo: qubo)
        } catch {
            throw ConfigurationError(reason: "the setting projection: \(error)")
        }
    }
}
