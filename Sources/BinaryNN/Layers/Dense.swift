public import BitCore
internal import DenseMath

/// z = x·Wᵀ (+ b): x is [batch × inputs], W is [outputs × inputs].
///
/// The encoding of the kernel decides the arithmetic. Signs times signs run on bits and are exact; bytes or reals times signs, and
/// reals times reals, run on the dense engine. A `latentBinary` kernel computes with sign(W) and passes the gradient to W unchanged:
/// with W clipped to [−1, 1], as the latent rules do, that is the straight-through estimator.
public struct Dense: Layer {
    public let units: Int
    public let hasBias: Bool
    public private(set) var kernelForm: LayerKernel
    public private(set) var bias = ParameterID.unbound
    /// True when bfloat16 holds all operands of the forward product exactly.
    private var isExactInBFloat16 = false
    /// True when no sum rounds. Sums that do are formed in one fixed order in inference mode: the order of the network that ships.
    private var isExact = false

    /// - Precondition: a positive number of units; the quantizer reads the kernel's encoding; a mean of magnitudes is of latent weights.
    public init(
        _ units: Int, kernel: ParameterEncoding = .latentBinary, quantizer: KernelQuantizer? = nil, scale: WeightScale = .none,
        initialization: KernelInitialization = .glorot, bias: Bool = false
    ) {
        precondition(units > 0, "a Dense layer needs at least one unit, not \(units)")
        self.units = units
        kernelForm = LayerKernel(kernel, quantizer, scale, initialization)
        hasBias = bias
    }

    public var kind: String { kernelEncoding == .real ? "Dense" : "BinaryDense" }

    /// The place of the weights.
    public var kernel: ParameterID { kernelForm.weights }
    public var kernelEncoding: ParameterEncoding { kernelForm.encoding }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        let input = inputs[0]
        guard input.shape.rank == 1 else { throw .rank(layer: kind, expected: 1, found: input.shape) }
        let depth = input.shape[0]
        kernelForm.bind(Shape([units, depth]), &parameters)
        isExactInBFloat16 = kernelForm.isExactInBFloat16(input.width)
        isExact = kernelForm.isExact(input.width, terms: depth)
        if hasBias { bias = parameters.declare("bias", Shape([units]), role: .bias) }
        return Signal(Shape([units]), kernelForm.width(input.width, terms: depth, hasBias: hasBias))
    }

    /// Latent weights and reals: Glorot uniform in ±√(6/(inputs + outputs)) or as asked for; bits: fair coins; bias 0.
    public func initialize(_ parameters: inout ParameterStore, _ generator: inout SeededGenerator) {
        let shape = parameters.spec(kernel).shape
        kernelForm.initialize(&parameters, &generator, fanIn: shape[1], fanOut: shape[0])
    }

    // Cache: the input, as bits when it came as bits.
    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let weights = kernelForm.quantized(parameters, mode: mode, context, &cache)
        var output: Tensor
        switch inputs[0] {
        case _ where mode == .inference && !isExact:
            output = context.kernels.product(inputs[0].real(context), RealPanels(kernelForm.floats(weights, context)), parallel: context.parallel)
        case .packed(let signs):
            if mode == .training { cache.packed = [signs] }
            if case .signs(let weights) = weights {
                output = context.kernels.product(signs, BinaryPanels(weights), parallel: context.parallel)
            } else {
                output = product(inputs[0].real(context), weights, context)
            }
        case .real(let x):
            if mode == .training { cache.reals = [x] }
            output = product(x, weights, context)
        }
        output.scaleAndShift(kernelForm.factors(parameters, cache), hasBias ? parameters.reals(bias) : nil, context)
        return .real(output)
    }

    public func backward(
        _ outputGradient: Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        let (batch, depth) = (outputGradient.shape[0], parameters.spec(kernel).shape[1])
        // dW = dzᵀ·x
        let weights = MatrixProduct(rows: units, columns: depth, depth: batch, transposeA: true, precision: context.precision)
        gradients.withMutable(kernel) { target in
            outputGradient.withUnsafeElements { dz in
                guard let x = cache.reals.first else {
                    return context.engine.convolveKernelGradient(
                        asConvolution(depth), batch: batch, outputGradient: dz.baseAddress!, image: .signs(cache.packed[0]), into: target.baseAddress!,
                        precision: context.precision, parallel: context.parallel)
                }
                x.withUnsafeElements { x in
                    context.engine.multiply(weights, dz.baseAddress!, x.baseAddress!, target.baseAddress!, parallel: context.parallel)
                }
            }
        }
        kernelForm.finishGradient(&gradients, parameters, cache, context)
        if hasBias {
            gradients.withMutable(bias) { target in
                outputGradient.withUnsafeElements { dz in
                    context.kernels.columnSums(dz, rows: batch, channels: units, into: target, parallel: context.parallel)
                }
            }
        }
        guard needs[0] else { return [nil] }
        // dx = dz·W
        var inputGradient = Tensor(uninitialized: Shape([batch, depth]))
        outputGradient.withUnsafeElements { dz in
            inputGradient.withUnsafeMutableElements { dx in
                let (dz, dx) = (dz.baseAddress!, dx.baseAddress!)
                switch kernelForm.scaled(parameters, cache, context) {
                case .reals(let w):
                    let inputs = MatrixProduct(rows: batch, columns: depth, depth: units, precision: context.precision)
                    w.withUnsafeElements { context.engine.multiply(inputs, dz, $0.baseAddress!, dx, parallel: context.parallel) }
                case .signs(let w):
                    context.engine.convolveImageGradient(
                        asConvolution(depth), batch: batch, outputGradient: dz, kernel: .signs(w), into: dx, precision: context.precision,
                        parallel: context.parallel)
                case .scaledSigns(let w, let factors):
                    factors.withUnsafeBufferPointer {
                        context.engine.convolveImageGradient(
                            asConvolution(depth), batch: batch, outputGradient: dz, kernel: .scaledSigns(w, $0.baseAddress!), into: dx,
                            precision: context.precision, parallel: context.parallel)
                    }
                }
            }
        }
        return [inputGradient]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = kernelForm.operationCounts(units * inputs[0].shape.count, inputs[0].width)
        counts.realOperations = ((hasBias ? 1 : 0) + (kernelForm.scale == .none ? 0 : 1)) * units
        return counts
    }

    /// x·Wᵀ on the dense engine. Where whole numbers are summed it must be exact, whatever the backward pass uses.
    private func product(_ x: Tensor, _ weights: ConvolutionTensor, _ context: ExecutionContext) -> Tensor {
        let (batch, depth) = (x.shape[0], x.shape[1])
        var output = Tensor(uninitialized: Shape([batch, units]))
        let product = MatrixProduct(
            rows: batch, columns: units, depth: depth, transposeB: true, precision: isExactInBFloat16 ? context.precision : .float32)
        kernelForm.floats(weights, context).withUnsafeElements { w in
            x.withUnsafeElements { x in
                output.withUnsafeMutableElements { z in
                    context.engine.multiply(product, x.baseAddress!, w.baseAddress!, z.baseAddress!, parallel: context.parallel)
                }
            }
        }
        return output
    }

    /// The layer as a convolution over images of one pixel, which engines have better gradients for when an operand is signs.
    private func asConvolution(_ depth: Int) -> ConvolutionGeometry {
        guard let geometry = try? ConvolutionGeometry(Shape([1, 1, depth]), Window(1), outputs: units) else {
            preconditionFailure("a layer of \(units) units over \(depth) inputs is no convolution")
        }
        return geometry
    }
}
