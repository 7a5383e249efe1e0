public import BitCore

/// y = γ·(x − μ)/√(σ² + ε) + β with mean and biased variance of one item, not of the batch (Ba, Kiros, Hinton 2016); γ and β by channel.
///
/// Over `.channels`, μ and σ² are of the innermost extent: of each pixel of an image by itself, which is Keras' `LayerNormalization` on its
/// default last axis. Over `.item` they are of all features of an item. Training and inference compute the same.
public struct LayerNorm: Layer {
    public enum Axes: String, Sendable, Hashable {
        case channels, item
    }

    public let axes: Axes
    public let hasScale: Bool
    public let epsilon: Float
    public private(set) var scale = ParameterID.unbound
    public private(set) var bias = ParameterID.unbound
    private var pixels = 1

    public init(over axes: Axes = .channels, scale: Bool = true, epsilon: Float = 1e-3) {
        self.axes = axes
        hasScale = scale
        self.epsilon = epsilon
    }

    public var kind: String { "LayerNorm" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        let channels = Shape([inputs[0].shape.columns])
        pixels = axes == .item ? inputs[0].shape.rows : 1
        if hasScale { scale = parameters.declare("scale", channels, role: .scale) }
        bias = parameters.declare("bias", channels, role: .bias)
        return Signal(inputs[0].shape, .real)
    }

    public func initialize(_ parameters: inout ParameterStore, _ generator: inout SeededGenerator) {
        if hasScale { parameters.withMutableReals(scale) { $0.update(repeating: 1) } }
    }

    // Cache: the input; vectors: means and 1/√(σ² + ε) of the runs.
    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let x = inputs[0].real(context)
        let runs = x.shape.rows / pixels
        var y = Tensor(uninitialized: x.shape)
        var mean = [Float](repeating: 0, count: runs)
        var inverse = mean
        let (gamma, beta) = (hasScale ? parameters.reals(scale) : nil, parameters.reals(bias))
        x.withUnsafeElements { x in
            y.withUnsafeMutableElements { y in
                mean.withUnsafeMutableBufferPointer { mean in
                    inverse.withUnsafeMutableBufferPointer { inverse in
                        beta.withUnsafeBufferPointer { beta in
                            withOptionalBuffer(gamma) { gamma in
                                context.kernels.layerNorm(
                                    x, pixels: pixels, epsilon: Double(epsilon), gamma: gamma, beta: beta, mean: mean, inverse: inverse, into: y,
                                    parallel: context.parallel)
                            }
                        }
                    }
                }
            }
        }
        if mode == .training {
            cache.reals = [x]
            cache.vectors = [mean, inverse]
        }
        return .real(y)
    }

    public func backward(
        _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        var gradient = consume outputGradient
        let (x, mean, inverse) = (cache.reals[0], cache.vectors[0], cache.vectors[1])
        let gamma = hasScale ? parameters.reals(scale) : nil
        let result = gradient.withUnsafeMutableElements { dx in
            x.withUnsafeElements { x in
                mean.withUnsafeBufferPointer { mean in
                    inverse.withUnsafeBufferPointer { inverse in
                        withOptionalBuffer(gamma) { gamma in
                            context.kernels.layerNormGradients(
                                UnsafeBufferPointer(dx), x, pixels: pixels, channels: cache.reals[0].shape.columns, gamma: gamma, mean: mean,
                                inverse: inverse, dx: dx, parallel: context.parallel)
                        }
                    }
                }
            }
        }
        if hasScale { gradients.withMutable(scale) { _ = $0.update(fromContentsOf: result.gamma) } }
        gradients.withMutable(bias) { _ = $0.update(fromContentsOf: result.beta) }
        return [needs[0] ? gradient : nil]
    }

    /// Sums for mean and variance, then one multiplication and one addition each for normalisation and affine.
    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        counts.realOperations = 6 * inputs[0].shape.count
        return counts
    }
}
