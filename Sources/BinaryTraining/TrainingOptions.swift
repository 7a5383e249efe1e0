public import BinaryNN
public import Datasets

/// Everything besides network, rules and data that determines a run. Written into the run's folder and into checkpoints.
public struct TrainingOptions: Sendable, Hashable, Codable {
    public var epochs: Int
    /// Items a batch; 0 is the full batch.
    public var batchSize: Int
    /// Fixes initial values, order of the items, augmentation: everything that is random.
    public var seed: UInt64
    public var loss: Loss
    public var encoding: InputEncoding
    /// Random shift of training images, in pixels each way; 0 for none.
    public var shift: Int
    /// Random turn, zoom and sub-pixel shift of training images; the identity for none.
    public var warp: RandomWarp
    /// Flips of latent kernels are counted every so many steps, since counting reads every weight twice. Rules that know their flips
    /// report them at every step.
    public var flipInterval: Int
    public var clipping: GradientClipping
    /// Kernels are measured (`LayerDiagnostics`) every so many steps; 0 for never.
    public var diagnosticsInterval: Int

    public init(
        epochs: Int, batchSize: Int = 128, seed: UInt64 = 0, loss: Loss = .crossEntropy, encoding: InputEncoding, shift: Int = 0,
        warp: RandomWarp = RandomWarp(),
        flipInterval: Int = 10, clipping: GradientClipping = .none, diagnosticsInterval: Int = 0
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.seed = seed
        self.loss = loss
        self.encoding = encoding
        self.shift = shift
        self.warp = warp
        self.flipInterval = flipInterval
        self.clipping = clipping
        self.diagnosticsInterval = diagnosticsInterval
    }
}
