public import BinaryNN
internal import BitCore

/// Bi-GCN (Wang et al., CVPR 2021, arXiv 2010.07565): two graph convolutions of signs, `hidden` units between them, behind one another and nothing
/// else. The input is the signs of the standardised features (`SparseFeatures.standardisedSigns`), so the first needs no batch norm.
///
/// Latent kernels have β = mean|w|, as published. Kernels of bits, and reals that are to become bits, have none; for them β is learned, and a
/// batch norm without affine stands before the signs of the second, whose estimator would be shut by sums of hundreds otherwise.
public struct BinaryGCN: Sendable, Hashable {
    public var hidden: Int
    public var dropout: Float
    public var kernel: ParameterEncoding
    public var quantizer: KernelQuantizer?
    /// nil: mean|w| with its gradient for latent kernels, learned for others.
    public var scale: WeightScale?
    /// A batch norm without affine before hidden signs; nil: not for latent kernels.
    public var hasHiddenNorm: Bool?
    public var normMomentum: Float

    /// - Precondition: a positive number of hidden units; a dropout in [0, 1).
    public init(
        hidden: Int = 16, dropout: Float = 0.4, kernel: ParameterEncoding = .latentBinary, quantizer: KernelQuantizer? = nil, scale: WeightScale? = nil,
        hasHiddenNorm: Bool? = nil, normMomentum: Float = 0.9
    ) {
        precondition(hidden > 0, "a graph network needs at least one hidden unit, not \(hidden)")
        (self.hidden, self.dropout, self.kernel, self.quantizer, self.scale) = (hidden, dropout, kernel, quantizer, scale)
        (self.hasHiddenNorm, self.normMomentum) = (hasHiddenNorm, normMomentum)
    }

    public func network(features: Int, classes: Int) throws(ShapeError) -> Network {
        var builder = NetworkBuilder(input: Signal([features], .sign))
        let isLatent = kernel == .latentBinary
        var scale = scale ?? .meanMagnitude(.through)
        // A mean of magnitudes is of latent weights.
        if case .meanMagnitude = scale, !isLatent { scale = .learned }
        let norm = (hasHiddenNorm ?? !isLatent) ? BatchNorm(scale: false, shift: false, momentum: normMomentum, epsilon: 1e-5) : nil
        func conv(_ outputs: Int, norm: BatchNorm?, bias: Bool) -> BinaryGraphConv {
            BinaryGraphConv(outputs, kernel: kernel, quantizer: quantizer, scale: scale, dropout: dropout, norm: norm, bias: bias)
        }
        // A norm takes away what is the same in all nodes.
        let first = try conv(hidden, norm: nil, bias: norm == nil).add(to: &builder, number: 1, reading: .input)
        try conv(classes, norm: norm, bias: true).add(to: &builder, number: 2, reading: first)
        return builder.build()
    }
}
