public import BinaryNN
public import Datasets

/// Everything besides network, rules and data that determines a run. Written into the run's folder and into checkpoints.
public struct TrainingOptions: Sendable, Hashable, Codable {
    public var epochs: Int
    /// Items a batch; 0 is the full batch.
    public var batchSize: Int
    /// Fixes initial values, order of the items, augmentation: everything that is random.
    public var seed: UInt64
    public var objective: Objective
    public var encoding: InputEncoding
    /// What happens to training images before they are encoded.
    public var augmentation: AugmentationPipeline
    /// Epochs without a new best after which the run stops; 0 goes on to the end. The best is by accuracy on the validation part, or the test
    /// part where there is none.
    public var patience: Int
    /// Flips of latent kernels are counted every so many steps, since counting reads every weight twice. Rules that know their flips
    /// report them at every step.
    public var flipInterval: Int
    public var clipping: GradientClipping
    /// A term of the loss that drives the rows of kernels apart. Reported losses are without it.
    public var energy: HypersphericalEnergy?
    /// Kernels are measured (`LayerDiagnostics`) every so many steps; 0 for never.
    public var diagnosticsInterval: Int
    /// T of kernels that are binarised progressively (`KernelQuantizer.progressive`); nil is BoolNet's, which falls by the factor 0.965 an epoch.
    public var weightTemperature: Schedule?

    /// What nil stands for.
    public static let standardWeightTemperature = Schedule.staircase(from: 1, factor: 0.965, everyEpochs: 1)

    public init(
        epochs: Int, batchSize: Int = 128, seed: UInt64 = 0, objective: Objective = Objective(), encoding: InputEncoding,
        augmentation: AugmentationPipeline = AugmentationPipeline(), patience: Int = 0, flipInterval: Int = 10,
        clipping: GradientClipping = .none, energy: HypersphericalEnergy? = nil, diagnosticsInterval: Int = 0, weightTemperature: Schedule? = nil
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.seed = seed
        self.objective = objective
        self.encoding = encoding
        self.augmentation = augmentation
        self.patience = patience
        self.flipInterval = flipInterval
        self.clipping = clipping
        self.energy = energy
        self.diagnosticsInterval = diagnosticsInterval
        self.weightTemperature = weightTemperature
    }
}
