public import BinaryNN
public import BinaryTraining
internal import BitCore
public import Datasets
public import DenseMath
internal import ModelZoo

/// A configuration of a run over a graph made concrete, as `TrainingPlan` is for items. Whatever is wrong is found here.
public struct GraphTrainingPlan: Sendable {
    public let configuration: TrainingConfiguration
    public let family: OptimizerFamily
    public let task: GraphTask
    public let network: Network
    public let shippedNetwork: Network
    public let optimizer: Optimizer
    public let options: TrainingOptions
    public let graphOptions: GraphTrainingOptions
    public let precision: MatrixPrecision
    public let selection: ModelSelection

    /// The settings that a plan reads besides those of optimisers.
    public static let settingsHelp: [(key: String, meaning: String)] = [
        ("dropout", "of bigcn: share of the signs before each convolution that a step leaves out (default 0.4)"),
        ("latent-decay", "of bigcn: λ of g + λw on latent kernels, whose mean magnitude counts (default 0; published 5e-4)"),
        ("centre-gradients", "of bigcn: take from the gradient of each output's kernel its mean over the inputs (default true; published false)"),
        ("hidden-norm", "of bigcn: a batch norm without affine before hidden signs (default false, true for kernels of bits)"),
    ]

    public init(_ configuration: TrainingConfiguration, _ data: GraphDataset) throws {
        self.configuration = configuration
        guard configuration.epochs >= 1 else { throw ConfigurationError(reason: "\(configuration.epochs) epochs train nothing; ask for at least 1") }
        guard configuration.batchSize >= 0 else {
            throw ConfigurationError(reason: "a batch size of \(configuration.batchSize) is negative; 0 is the whole graph")
        }
        guard configuration.limit == nil else {
            throw ConfigurationError(reason: "a graph is trained on the nodes of its split; leave out --limit")
        }
        let model = try ModelName(configuration.model)
        guard model.isGraph else {
            throw ConfigurationError(reason: "\(model) takes items that stand by themselves, but \(data.name) is a graph; take --model bigcn")
        }
        task = try GraphTask(data)
        family = try OptimizerFamily(named: configuration.optimizer)
        guard !family.shipsLevels else {
            throw ConfigurationError(reason: "\(model) is written with bits for kernels, and \(family.rawValue) ends in three levels; take proxquant")
        }
        var settings = Settings(configuration.settings)
        selection = try ModelSelection(&settings)
        guard selection.validation == 0 else {
            throw ConfigurationError(reason: "a graph comes with a validation part of its own; leave out the setting validation")
        }
        precision = try settings.choice(
            "precision", default: .float32, among: MatrixPrecision.allCases.map(\.rawValue), MatrixPrecision.init(rawValue:))
        options = TrainingOptions(
            epochs: configuration.epochs, batchSize: configuration.batchSize, seed: configuration.seed, objective: try Self.objective(&settings),
            encoding: .binarised(threshold: 1), patience: selection.patience,
            flipInterval: try settings.integer("flip-interval", default: 10, in: 0...1_000_000),
            clipping: GradientClipping(
                value: try settings.number("clip-value", default: 0, in: 0...1e30), norm: try settings.number("clip-norm", default: 0, in: 0...1e30)))
        graphOptions = GraphTrainingOptions(
            latentDecay: Float(try settings.number("latent-decay", default: 0, in: 0...1e3)),
            centresGradients: try settings.boolean("centre-gradients", default: true))
        network = try Self.network(model, family.kernel, task, &settings)
        shippedNetwork = family.twinKernel == family.kernel ? network : try Self.network(model, family.twinKernel, task, &settings)
        let (specs, signals) = (network.specs, network.signalParameters)
        optimizer = Self.withoutIdleRoutes(
            try family.optimizer(
                &settings, twin: shippedNetwork.specs, epochs: configuration.epochs,
                signals: Set(signals.map { specs[$0.index].name })), network)
        try settings.checkAllRead()
        _ = try optimizer.bind(to: network)
    }

    private static func network(_ model: ModelName, _ kernel: ParameterEncoding, _ task: GraphTask, _ settings: inout Settings) throws -> Network {
        var options = ModelOptions(kernel: kernel)
        options.weightScale = try settings.choice("weight-scale", among: WeightScale.names) { WeightScale(named: $0) }
        options.dropout = Float(try settings.number("dropout", default: 0.4, in: 0...0.99))
        if settings.text("batch-norm-momentum") != nil {
            options.normMomentum = Float(try settings.number("batch-norm-momentum", default: 0.9, in: 0...0.9999999))
        }
        // A network trained as reals and shipped as bits has the same layers in both.
        if settings.text("hidden-norm") != nil { options.hiddenNorm = try settings.boolean("hidden-norm", default: false) }
        return try model.network(items: [task.input.featureCount], classes: task.classCount, input: .sign, options)
    }

    /// With scales that are means the kernels are all there is to train, and what a family does beside them has no place.
    private static func withoutIdleRoutes(_ optimizer: Optimizer, _ network: Network) -> Optimizer {
        guard optimizer.routes.count > 1, !network.specs.contains(where: { $0.role != .kernel && $0.role != .statistic }) else { return optimizer }
        return Optimizer(optimizer.routes.filter { $0.predicate != .everythingElse })
    }

    private static func objective(_ settings: inout Settings) throws -> Objective {
        let loss = try settings.choice("loss", default: .crossEntropy, among: Loss.allCases.map(\.rawValue), Loss.init(rawValue:))
        let smoothing = try settings.number("label-smoothing", default: 0, in: 0...0.999)
        guard smoothing == 0 || loss == .crossEntropy else {
            throw ConfigurationError(reason: "label-smoothing needs the loss cross-entropy, not \(loss.rawValue); leave one of them out")
        }
        return Objective(loss, labelSmoothing: smoothing)
    }
}
