public import BitCore
internal import DenseMath

/// z = x ∗ W (+ b): x is [height × width × channels], W is OHWI, [outputs × taps down × taps across × channels of a group].
///
/// As in `Dense`, the encoding of the kernel decides the arithmetic: signs times signs are exact, whatever computes them; a `latentBinary`
/// kernel computes with sign(W) and passes the gradient to W unchanged. `quantizer` and `scale` change what is computed with;
/// see `KernelQuantizer` and `WeightScale`. What lies outside the image is the padding's; with `.zero`, signs and zeros are summed.
public struct Conv2D: Layer {
    public let outputs: Int
    public let window: Window
    public let padding: Padding
    /// nil: half margins (none with `.valid`).
    public let margins: Margins?
    /// Equal parts into which channels and outputs are dealt.
    public let groups: Int
    public let hasBias: Bool
    public private(set) var kernelForm: LayerKernel
    public private(set) var bias = ParameterID.unbound
    /// Known when bound.
    public private(set) var geometry: ConvolutionGeometry?
    /// True when bfloat16 holds all operands of the forward product exactly.
    private var isExactInBFloat16 = false
    /// True when no sum rounds. Sums that do are formed in one fixed order in inference mode: the order of the network that ships.
    private var isExact = false

    /// - Precondition: the quantizer reads the kernel's encoding; a mean of magnitudes is of latent weights.
    public init(
        _ outputs: Int, _ window: Window, _ padding: Padding = .valid, margins: Margins? = nil, groups: Int = 1,
        kernel: ParameterEncoding = .latentBinary, quantizer: KernelQuantizer? = nil, scale: WeightScale = .none,
        initialization: KernelInitialization = .glorot, bias: Bool = false
    ) {
        self.outputs = outputs
        self.window = window
        self.padding = padding
        self.margins = margins
        self.groups = groups
        kernelForm = LayerKernel(kernel, quantizer, scale, initialization)
        hasBias = bias
    }

    /// A convolution of each channel by itself, `multiplier` outputs a channel.
    public static func depthwise(
        multiplier: Int = 1, channels: Int, _ window: Window, _ padding: Padding = .valid, margins: Margins? = nil,
        kernel: ParameterEncoding = .latentBinary, quantizer: KernelQuantizer? = nil, scale: WeightScale = .none,
        initialization: KernelInitialization = .glorot, bias: Bool = false
    ) -> Conv2D {
        Conv2D(
            multiplier * channels, window, padding, margins: margins, groups: channels, kernel: kernel, quantizer: quantizer, scale: scale,
            initialization: initialization, bias: bias)
    }

    public var kind: String { kernelForm.encoding == .real ? "Conv2D" : "BinaryConv2D" }

    /// The place of the weights.
    public var kernel: ParameterID { kernelForm.weights }
    public var kernelEncoding: ParameterEncoding { kernelForm.encoding }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        guard inputs[0].shape.rank == 3 else { throw .image(layer: kind, found: inputs[0].shape) }
        let geometry: ConvolutionGeometry
        do {
            geometry = try ConvolutionGeometry(inputs[0].shape, window, padding, margins: margins, outputs: outputs, groups: groups)
        } catch {
            throw .invalid(layer: kind, what: "\(error)")
        }
        self.geometry = geometry
        kernelForm.bind(geometry.kernel, &parameters)
        isExactInBFloat16 = kernelForm.isExactInBFloat16(inputs[0].width)
        isExact = kernelForm.isExact(inputs[0].width, terms: geometry.depth, padding: padding)
        if hasBias { bias = parameters.declare("bias", Shape([outputs]), role: .bias) }
        return Signal(
            geometry.output, kernelForm.width(inputs[0].width, terms: geometry.depth, padding: padding, hasBias: hasBias))
    }

    /// Glorot, with fans of taps × channels of a group and taps × outputs of a group, or as asked for; bias 0.
    public func initialize(_ parameters: inout ParameterStore, _ generator: inout SeededGenerator) {
        let geometry = bound
        kernelForm.initialize(
            &parameters, &generator, fanIn: geometry.depth, fanOut: geometry.window.taps * (outputs / geometry.groups))
    }

    // Cache: the input, as bits when it came as bits.
    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        let image: ConvolutionTensor
        switch inputs[0] {
        case .packed(let signs):
            if mode == .training { cache.packed = [signs] }
            image = .signs(signs)
        case .real(let x):
            if mode == .training { cache.reals = [x] }
            image = .reals(x)
        }
        let weights = kernelForm.quantized(parameters, mode: mode, context, &cache)
        guard mode == .inference, !isExact else { return .real(product(image, weights, parameters, cache, context)) }
        var output = context.kernels.convolve(
            inputs[0].real(context), RealConvolution(kernelForm.floats(weights, context), bound), parallel: context.parallel)
        output.scaleAndShift(kernelForm.factors(parameters, cache), hasBias ? parameters.reals(bias) : nil, context)
        return .real(output)
    }

    /// True when image and kernel are signs and nothing is added: the sums are integers of 16 bits, nearly free to make, as often as someone reads them.
    func leavesSums(_ input: Signal) -> Bool {
        input.width == .sign && kernelForm.quantizer.isSign && !hasBias && bound.depth <= Int16.max
    }

    /// A training pass that leaves the making of the sums to who reads them.
    func keep(_ signs: PackedTensor, _ parameters: ParameterStore, _ context: ExecutionContext, _ cache: inout LayerCache) {
        cache.packed = [signs]
        _ = kernelForm.quantized(parameters, mode: .training, context, &cache)
    }

    /// Sums of that many products are kept for the backward pass: making one again would cost more than its two bytes are worth.
    var keepsSums: Bool { bound.depth >= 1024 }

    /// The output of the pass that left `cache`.
    /// - Precondition: `leavesSums`.
    func sums(_ cache: LayerCache, _ parameters: ParameterStore, _ context: ExecutionContext) -> ScaledSums {
        guard case .signs(let kernel) = kernelForm.quantized(parameters, cache, context) else { preconditionFailure("a \(kind) whose kernel is not of signs") }
        let signs = cache.packed[0]
        let shape = bound.output.batched(signs.shape[0])
        let counts = AlignedBuffer<Int16>(uninitializedCount: shape.count)
        context.kernels.convolve(
            signs, BinaryConvolution(kernel, bound), into: UnsafeMutableBufferPointer(start: counts.pointer, count: counts.count),
            parallel: context.parallel)
        return ScaledSums(shape: shape, counts: counts, factors: kernelForm.factors(parameters, cache) ?? Array(repeating: 1, count: outputs))
    }

    private func product(
        _ image: ConvolutionTensor, _ weights: ConvolutionTensor, _ parameters: ParameterStore, _ cache: LayerCache, _ context: ExecutionContext
    ) -> Tensor {
        var output: Tensor
        if case .signs(let signs) = image, case .signs(let kernel) = weights {
            output = Tensor(uninitialized: bound.output.batched(signs.shape[0]))
            output.withUnsafeMutableElements {
                context.kernels.convolve(signs, BinaryConvolution(kernel, bound), into: $0, parallel: context.parallel)
            }
        } else {
            // Where whole numbers are summed the result must be exact, whatever the backward pass uses.
            output = context.engine.convolve(
                bound, image: image, kernel: weights, precision: isExactInBFloat16 ? context.precision : .float32, parallel: context.parallel)
        }
        output.scaleAndShift(kernelForm.factors(parameters, cache), hasBias ? parameters.reals(bias) : nil, context)
        return output
    }

    public func backward(
        _ outputGradient: consuming Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        let gradient = consume outputGradient
        parameterGradients(gradient, cache, parameters, &gradients, context)
        guard needs[0] else { return [nil] }
        return [
            context.engine.convolveImageGradient(
                bound, outputGradient: consume gradient, kernel: kernelForm.scaled(parameters, cache, context), precision: context.precision,
                parallel: context.parallel)
        ]
    }

    private func parameterGradients(
        _ gradient: Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, _ context: ExecutionContext
    ) {
        let image: ConvolutionTensor = cache.reals.first.map { .reals($0) } ?? .signs(cache.packed[0])
        gradients.withMutable(kernel) { target in
            context.engine.convolveKernelGradient(
                bound, outputGradient: gradient, image: image, into: target, precision: context.precision, parallel: context.parallel)
        }
        kernelForm.finishGradient(&gradients, parameters, cache, context)
        guard hasBias else { return }
        gradients.withMutable(bias) { target in
            gradient.withUnsafeElements { dz in
                context.kernels.columnSums(dz, rows: dz.count / outputs, channels: outputs, into: target, parallel: context.parallel)
            }
        }
    }

    /// `backward` with that of the ApproxSign before it, whose slopes are given, added to a gradient that its input has already: piece by piece, so that
    /// the gradient at the signs is never there as a whole.
    func backward(
        _ outputGradient: Tensor, throughSlopes slopes: ApproxSignSlopes, to sum: inout Tensor, _ cache: LayerCache, _ parameters: ParameterStore,
        _ gradients: inout Gradients, _ context: ExecutionContext
    ) {
        parameterGradients(outputGradient, cache, parameters, &gradients, context)
        sum.withUnsafeMutableElements { sum in
            context.engine.convolveImageGradient(
                bound, outputGradient: outputGradient, kernel: kernelForm.scaled(parameters, cache, context), precision: context.precision,
                parallel: context.parallel
            ) { places, gradient in
                context.kernels.addSlopeGradient(
                    gradient, slopes, at: places, to: UnsafeMutableBufferPointer(rebasing: sum[places]), parallel: context.parallel)
            }
        }
    }

    /// Taps outside the image count.
    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        guard let geometry else { return OperationCounts() }
        var counts = kernelForm.operationCounts(geometry.multiplyAccumulates, inputs[0].width)
        counts.realOperations = ((hasBias ? 1 : 0) + (kernelForm.scale == .none ? 0 : 1)) * geometry.output.count
        return counts
    }

    private var bound: ConvolutionGeometry {
        guard let geometry else { preconditionFailure("a \(kind) that no network has bound has no geometry") }
        return geometry
    }
}

extension LayerKernel {
    /// `products` multiply-accumulates of this kernel with inputs of a width.
    func operationCounts(_ products: Int, _ input: Signal.Width) -> OperationCounts {
        var counts = OperationCounts()
        switch (quantizer.shipsAsSigns, input) {
        case (false, _): counts.realMACs = products
        case (true, .sign): counts.binaryMACs = products
        case (true, .byte): counts.byteBinaryMACs = products
        default: counts.realBinaryMACs = products
        }
        return counts
    }
}

extension Tensor {
    /// scale·x + bias by channel (innermost index), where given.
    mutating func scaleAndShift(_ scale: [Float]?, _ bias: [Float]?, _ context: ExecutionContext) {
        guard scale != nil || bias != nil else { return }
        let (rows, channels) = (shape.rows, shape.columns)
        let (scale, bias) = (scale ?? Array(repeating: 1, count: channels), bias ?? Array(repeating: 0, count: channels))
        withUnsafeMutableElements { x in
            scale.withUnsafeBufferPointer { scale in
                bias.withUnsafeBufferPointer { bias in
                    context.kernels.affine(
                        UnsafeBufferPointer(x), rows: rows, channels: channels, a: scale, b: bias, into: x, parallel: context.parallel)
                }
            }
        }
    }
}
