public import BinaryNN
internal import BitCore

/// Fully connected binary networks: `mlp:784-1024-1024-1024-10`. Every layer is binary, the first and the last too:
///
///     input → BinaryDense → BatchNorm → Sign → … → BinaryDense → BatchNorm (scores)
///
/// With 784-1024-1024-1024-10 on binarised MNIST this is the LFC network of FINN (Umuroglu et al. 2017).
public struct MultilayerPerceptron: Sendable, Hashable {
    /// Widths from inputs to classes.
    public var widths: [Int]
    /// `latentBinary` for latent-weight rules, `binary` for bit-flip rules; `real` to train what a binary twin ships (ProxQuant), with scores
    /// that are no integers and so are not snapped.
    public var kernel: ParameterEncoding
    /// nil is what the encoding means.
    public var quantizer: KernelQuantizer?
    public var surrogate: Surrogate
    /// Batch norm with a trained scale γ.
    public var batchNormScale: Bool
    public var batchNormMomentum: Float

    public init(
        widths: [Int], kernel: ParameterEncoding = .latentBinary, surrogate: Surrogate = .straightThrough(), batchNormScale: Bool = true,
        batchNormMomentum: Float = 0.9, quantizer: KernelQuantizer? = nil
    ) {
        self.quantizer = quantizer
        self.widths = widths
        self.kernel = kernel
        self.surrogate = surrogate
        self.batchNormScale = batchNormScale
        self.batchNormMomentum = batchNormMomentum
    }

    /// - Parameter input: `.byte` or `.sign`, how the bytes of an item are read.
    /// - Precondition: at least two widths, all positive.
    public func network(input: Signal.Width) throws(ShapeError) -> Network {
        precondition(widths.count >= 2 && widths.allSatisfy { $0 > 0 }, "an mlp needs at least two positive widths, not \(widths)")
        var builder = NetworkBuilder(input: Signal(Shape([widths[0]]), input))
        for (index, width) in widths.dropFirst().enumerated() {
            let isLast = index == widths.count - 2
            try builder.add(Dense(width, kernel: kernel, quantizer: quantizer), named: "dense\(index + 1)")
            // Scores are snapped to a grid where the sums behind them are whole numbers.
            let isOutput = isLast && (quantizer ?? .standard(for: kernel)).isInteger
            try builder.add(BatchNorm(scale: batchNormScale, momentum: batchNormMomentum, isOutput: isOutput), named: "norm\(index + 1)")
            if !isLast { try builder.add(Sign(surrogate), named: "sign\(index + 1)") }
        }
        return builder.build()
    }
}
