public import BinaryNN
public import BinaryTraining
internal import BitCore
public import Datasets
public import DenseMath
internal import ModelZoo

/// A configuration made concrete: network, optimiser and options, checked against the data. Whatever is wrong with a configuration is
/// found here, before the first step.
public struct TrainingPlan: Sendable {
    public let configuration: TrainingConfiguration
    public let family: OptimizerFamily
    public let network: Network
    /// What is evaluated and written: `network`, or its twin with signs for kernels that are trained as reals.
    public let shippedNetwork: Network
    public let optimizer: Optimizer
    public let options: TrainingOptions
    /// How the engine holds operands of the backward products.
    public let precision: MatrixPrecision
    /// Which epoch's model is written, and by what it is chosen.
    public let selection: ModelSelection
    /// A model or a file of scores to distil from.
    public private(set) var teacherPath: String?

    /// The settings that a plan reads, with what they mean; optimisers add theirs.
    public static let settingsHelp: [(key: String, meaning: String)] =
        [
            ("input", "standard, binarised, binarised:THRESHOLD or scaled:ZERO:SHIFT, how bytes become inputs (default standard)"),
            ("loss", "cross-entropy or squared-hinge (default cross-entropy)"),
            ("surrogate", "ste, approxsign or swishsign, the gradient of sign (default the model's, mostly ste)"),
            ("image-size", "height and width of items of folder:PATH (default 224)"),
            ("damaged-images", "fail, skip or decode: what is done about files of folder:PATH that cannot be decoded (default fail: the first ends the run)"),
            ("augment", "changes of training images, in order, with commas: \(Augmentation.forms) (default none)"),
            ("label-smoothing", "share of the label's weight spread over all classes, with cross-entropy (default 0)"),
            ("teacher", "a model, or a safetensors file with an array \"scores\" [training items × classes], to distil from (default none)"),
            ("teacher-weight, teacher-temperature", "how a teacher counts (default 0.5, 4)"),
            ("validation", "share of the training items held out to choose the best epoch by (default 0: the test part chooses)"),
            ("patience", "epochs without a new best after which to stop (default 0: never)"),
            ("keep", "last or best: the epoch whose model is written (default last)"),
            ("norm", "batch or layer, the normalisation of convolutional models (default batch)"),
            ("batch-norm-scale", "train a scale γ in batch and layer norm (default the model's, mostly true)"),
            ("batch-norm-momentum", "share of running statistics a step keeps (default the model's, mostly 0.9)"),
            ("batch-norm-epsilon", "added to variances, of convolutional models (default the model's)"),
            ("kernel-quantizer", "sign, stochastic, progressive, ternary, ternary-mean or dorefa:BITS, of latent kernels (default sign)"),
            ("weight-temperature", "T of progressive kernels, a schedule from 0 to 1 (default staircase:1:0.965:1)"),
            ("kernel-initialization", "glorot, kaiming or kaiming:FACTOR, of binary kernels of convolutional models (default the model's, mostly glorot)"),
            ("weight-scale", "none, mean, mean-through, mean-xnor or learned, of binary kernels of convolutional models (default the model's)"),
            ("padding", "zero, plusOne, replicate or valid, of binary convolutions (default zero)"),
            ("precision", "float32 or bfloat16 operands in backward products (default float32)"),
            ("flip-interval", "steps between counts of latent flips (default 10)"),
            ("clip-norm, clip-value", "bounds of the norm of all gradients and of each (default 0: none)"),
            ("mhe", "plain, random, angle, adversarial or hamming: minimum hyperspherical energy of kernels' rows as a regulariser (default none)"),
            ("mhe-weight, mhe-power", "what it is multiplied by, and s of 1/distance^s (default 1, 2)"),
            ("mhe-half-space", "opposite rows repel each other too (default true)"),
            ("mhe-dimensions, mhe-projections", "rows of a projection, and how many random ones (default 30, 20)"),
            ("mhe-steps, mhe-rate", "moves of the angle and adversarial projections in a step, and their length over its own (default 10, 0.05)"),
            ("diagnostics-interval", "steps between measurements of kernels and their gradients; 0 for none (default 10)"),
        ] + GraphTrainingPlan.settingsHelp + OptimizerFamily.settingsHelp

    public init(_ configuration: TrainingConfiguration, _ data: LabelledData) throws {
        self.configuration = configuration
        guard configuration.epochs >= 1 else {
            throw ConfigurationError(reason: "\(configuration.epochs) epochs train nothing; ask for at least 1")
        }
        guard configuration.batchSize >= 0 else {
            throw ConfigurationError(reason: "a batch size of \(configuration.batchSize) is negative; 0 is the full batch")
        }
        if let limit = configuration.limit, limit < 1 {
            throw ConfigurationError(reason: "a limit of \(limit) leaves no training items; give at least 1")
        }
        family = try OptimizerFamily(named: configuration.optimizer)
        var settings = Settings(configuration.settings)
        let encoding = try Self.encoding(&settings, data.encodings)
        _ = try TrainingConfiguration.imageSize(&settings, configuration.dataset)
        _ = try TrainingConfiguration.damagedImages(&settings, configuration.dataset)
        let augmentation = try settings.choice(
            "augment", default: AugmentationPipeline(), among: [Augmentation.forms], AugmentationPipeline.init(_:))
        if !augmentation.isEmpty, !(2...3).contains(data.itemShape.rank) {
            throw ConfigurationError(reason: "items of shape \(data.itemShape) are not images; leave out the setting augment")
        }
        selection = try ModelSelection(&settings)
        let objective = try Self.objective(&settings, &teacherPath)
        precision = try settings.choice(
            "precision", default: .float32, among: MatrixPrecision.allCases.map(\.rawValue), MatrixPrecision.init(rawValue:))
        options = TrainingOptions(
            epochs: configuration.epochs, batchSize: configuration.batchSize, seed: configuration.seed,
            objective: objective, encoding: encoding, augmentation: augmentation, patience: selection.patience,
            flipInterval: try settings.integer("flip-interval", default: 10, in: 0...1_000_000),
            clipping: GradientClipping(
                value: try settings.number("clip-value", default: 0, in: 0...1e30), norm: try settings.number("clip-norm", default: 0, in: 0...1e30)),
            energy: try HypersphericalEnergy(&settings),
            diagnosticsInterval: try settings.integer("diagnostics-interval", default: 10, in: 0...1_000_000),
            weightTemperature: try Self.weightTemperature(&settings))
        let model = try ModelName(configuration.model)
        network = try Self.network(model, family.kernel, encoding, data, &settings)
        let isProgressive = settings.text("kernel-quantizer") == "progressive"
        let twin =
            family.twinKernel == family.kernel && !isProgressive
            ? network : try Self.network(model, family.twinKernel, encoding, data, &settings, isShipped: true)
        shippedNetwork = family.shipsLevels ? network : twin
        let (specs, signals) = (network.specs, network.signalParameters)
        optimizer = try family.optimizer(
            &settings, twin: twin.specs, epochs: configuration.epochs, signals: Set(signals.map { specs[$0.index].name }))
        try settings.checkAllRead()
        _ = try optimizer.bind(to: network)
    }

    private static func network(
        _ model: ModelName, _ kernel: ParameterEncoding, _ encoding: InputEncoding, _ data: LabelledData, _ settings: inout Settings,
        isShipped: Bool = false
    ) throws -> Network {
        var options = ModelOptions(kernel: kernel)
        options.quantizer = try settings.choice("kernel-quantizer", among: KernelQuantizer.names) { KernelQuantizer(named: $0) }
        // What is progressive in training is signs at its end.
        if isShipped, options.quantizer == .progressive { options.quantizer = .sign }
        if let quantizer = options.quantizer, !quantizer.reads(kernel) {
            guard kernel == .latentBinary, quantizer.reads(.real) else {
                throw ConfigurationError(
                    reason: "the setting kernel-quantizer does not go with kernels held as \(kernel.rawValue); leave it out or take another optimizer")
            }
            // More levels than two are drawn from plain reals.
            options.kernel = .real
        }
        options.surrogate = try settings.choice("surrogate", among: Surrogate.names) { Surrogate(named: $0) }
        if settings.text("batch-norm-scale") != nil { options.normScale = try settings.boolean("batch-norm-scale", default: true) }
        if settings.text("batch-norm-momentum") != nil {
            options.normMomentum = Float(try settings.number("batch-norm-momentum", default: 0.9, in: 0...0.9999999))
        }
        switch model {
        case .mlp(let widths):
            guard widths[0] == data.itemShape.count else {
                throw ConfigurationError(
                    reason:
                        "\(model) takes \(widths[0]) inputs, but items of \(data.name) have \(data.itemShape.count); begin with mlp:\(data.itemShape.count)-")
            }
            guard widths[widths.count - 1] == data.classCount else {
                throw ConfigurationError(
                    reason: "\(model) ends in \(widths[widths.count - 1]) classes, but \(data.name) has \(data.classCount); end with -\(data.classCount)")
            }
        case .graph:
            throw ConfigurationError(
                reason: "\(model) classifies the nodes of a graph, and \(data.name) is none; take a graph: karate, cora, citeseer or graph:FOLDER")
        case .convolutional:
            options.norm = try settings.choice(
                "norm", default: .batch, among: ModelOptions.Normalisation.allCases.map(\.rawValue), ModelOptions.Normalisation.init(rawValue:))
            if settings.text("batch-norm-epsilon") != nil {
                options.normEpsilon = Float(try settings.number("batch-norm-epsilon", default: 1e-4, in: 1e-12...1))
            }
            options.weightScale = try settings.choice("weight-scale", among: WeightScale.names) { WeightScale(named: $0) }
            options.initialization = try settings.choice("kernel-initialization", among: KernelInitialization.names) { KernelInitialization(named: $0) }
            options.padding = try settings.choice("padding", among: Padding.allCases.map(\.rawValue)) { Padding(rawValue: $0) }
        }
        do {
            return try model.network(items: data.itemShape, classes: data.classCount, input: encoding.signal, options)
        } catch {
            throw ConfigurationError(reason: "\(model) does not take items of \(data.name), \(data.itemShape): \(error)")
        }
    }

    /// T of progressive kernels; nil for the standard one.
    private static func weightTemperature(_ settings: inout Settings) throws -> Schedule? {
        guard settings.text("weight-temperature") != nil else { return nil }
        guard settings.text("kernel-quantizer") == "progressive" else {
            throw ConfigurationError(reason: "weight-temperature is of kernels with kernel-quantizer=progressive; add that or leave it out")
        }
        return try settings.schedule("weight-temperature", default: TrainingOptions.standardWeightTemperature, in: 0...1)
    }

    private static func objective(_ settings: inout Settings, _ teacherPath: inout String?) throws -> Objective {
        let loss = try settings.choice("loss", default: .crossEntropy, among: Loss.allCases.map(\.rawValue), Loss.init(rawValue:))
        let smoothing = try settings.number("label-smoothing", default: 0, in: 0...0.999)
        if smoothing > 0, loss != .crossEntropy {
            throw ConfigurationError(reason: "label-smoothing needs the loss cross-entropy, not \(loss.rawValue); leave one of them out")
        }
        let weight = try settings.number("teacher-weight", default: 0.5, in: 0...1)
        let temperature = try settings.number("teacher-temperature", default: 4, in: 0.01...1000)
        teacherPath = settings.text("teacher")
        if teacherPath == nil, let stray = settings.given(among: ["teacher-weight", "teacher-temperature"]) {
            throw ConfigurationError(reason: "the setting \(stray) says how a teacher counts, but there is none; add teacher or leave it out")
        }
        return Objective(
            loss, labelSmoothing: smoothing, distillation: teacherPath.map { _ in .init(weight: weight, temperature: temperature) })
    }

    private static func encoding(_ settings: inout Settings, _ recommended: RecommendedEncodings) throws -> InputEncoding {
        try settings.choice(
            "input", default: recommended.standard, among: ["standard", "binarised", "binarised:THRESHOLD", "scaled:ZERO:SHIFT"]
        ) { text in
            switch text {
            case "standard": recommended.standard
            case "binarised": recommended.binarised
            default: InputEncoding(text)
            }
        }
    }
}

extension InputEncoding {
    /// What a network's input is under this encoding.
    var signal: Signal.Width {
        switch self {
        case .scaled(let zeroPoint, let shift): .byte(zeroPoint: zeroPoint, shift: shift)
        case .binarised: .sign
        }
    }
}
