public import BitCore
internal import DenseMath

/// z = x·Wᵀ (+ b): x is [batch × inputs], W is [outputs × inputs].
///
/// The encoding of the kernel decides the arithmetic. Signs times signs run on bits and are exact; bytes or reals times signs, and
/// reals times reals, run on the dense engine. A `latentBinary` kernel computes with sign(W) and passes the gradient to W unchanged:
/// with W clipped to [−1, 1], as the latent rules do, that is the straight-through estimator.
public struct Dense: Layer {
    public let units: Int
    public let kernelEncoding: ParameterEncoding
    public let hasBias: Bool
    public private(set) var kernel = ParameterID.unbound
    public private(set) var bias = ParameterID.unbound

    public init(_ units: Int, kernel: ParameterEncoding = .latentBinary, bias: Bool = false) {
        precondition(units > 0, "a Dense layer needs at least one unit, not \(units)")
        self.units = units
        kernelEncoding = kernel
        hasBias = bias
    }

    public var kind: String { kernelEncoding == .real ? "Dense" : "BinaryDense" }

    public mutating func bind(_ inputs: [Signal], _ parameters: inout ParameterBuilder) throws(ShapeError) -> Signal {
        guard inputs.count == 1 else { throw .inputs(layer: kind, expected: 1, found: inputs.count) }
        let input = inputs[0]
        guard input.shape.rank == 1 else { throw .rank(layer: kind, expected: 1, found: input.shape) }
        let depth = input.shape[0]
        kernel = parameters.declare("kernel", Shape([units, depth]), role: .kernel, encoding: kernelEncoding)
        if hasBias { bias = parameters.declare("bias", Shape([units]), role: .bias) }
        let width: Signal.Width =
            switch (kernelEncoding, hasBias, input.width) {
            case (.binary, false, .sign), (.latentBinary, false, .sign): .integer(bound: depth, shift: 0)
            case (.binary, false, .byte(let zero, let shift)), (.latentBinary, false, .byte(let zero, let shift)):
                // Bounds the raw sum Σ w·q, |Σ w·q| ≤ 255·depth, and the constant zero·Σ w apart, as the shipped model adds them up.
                .integer(bound: depth * (255 + abs(zero)), shift: shift)
            default: .real
            }
        return Signal(Shape([units]), width)
    }

    /// Latent weights and reals: Glorot uniform in ±√(6/(inputs + outputs)); bits: fair coins; bias 0.
    public func initialize(_ parameters: inout ParameterStore, _ generator: inout SeededGenerator) {
        let shape = parameters.spec(kernel).shape
        if kernelEncoding == .binary {
            var signs = PackedTensor(minusOnes: shape)
            let (stride, tail) = (signs.wordsPerRow, shape.columns % 64)
            signs.withUnsafeMutableWords { words in
                for i in 0..<words.count {
                    let isLast = (i + 1) % stride == 0
                    words[i] = generator.next() & (isLast && tail != 0 ? (1 << UInt64(tail)) - 1 : ~0)
                }
            }
            parameters.setSigns(kernel, signs)
        } else {
            let limit = (6 / Float(shape[0] + shape[1])).squareRoot()
            parameters.withMutableReals(kernel) { values in
                for i in 0..<values.count { values[i] = limit * (2 * generator.uniform() - 1) }
            }
        }
    }

    // Cache: the input, as bits when it came as bits.
    public func forward(
        _ inputs: [Activation], _ parameters: ParameterStore, mode: PassMode, _ context: ExecutionContext, cache: inout LayerCache
    ) -> Activation {
        var output: Tensor
        switch inputs[0] {
        case .packed(let signs):
            if mode == .training { cache.packed = [signs] }
            if kernelEncoding == .real {
                output = product(inputs[0].real(context), parameters, context)
            } else {
                let panels = BinaryPanels(parameters.signs(kernel, context))
                output = context.kernels.product(signs, panels, parallel: context.parallel)
            }
        case .real(let x):
            if mode == .training { cache.reals = [x] }
            output = product(x, parameters, context)
        }
        if hasBias {
            parameters.withReals(bias) { bias in
                output.withUnsafeMutableElements { z in
                    for i in 0..<z.count { z[i] += bias[i % units] }
                }
            }
        }
        return .real(output)
    }

    public func backward(
        _ outputGradient: Tensor, _ cache: LayerCache, _ parameters: ParameterStore, _ gradients: inout Gradients, needs: [Bool],
        _ context: ExecutionContext
    ) -> [Tensor?] {
        let x = cache.reals.first ?? context.kernels.unpackSigns(cache.packed[0], parallel: context.parallel)
        let (batch, depth) = (x.shape[0], x.shape[1])
        // dW = dzᵀ·x
        let weights = MatrixProduct(rows: units, columns: depth, depth: batch, transposeA: true, precision: context.precision)
        gradients.withMutable(kernel) { target in
            outputGradient.withUnsafeElements { dz in
                x.withUnsafeElements { x in
                    context.engine.multiply(weights, dz.baseAddress!, x.baseAddress!, target.baseAddress!, parallel: context.parallel)
                }
            }
        }
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
        let inputs = MatrixProduct(rows: batch, columns: depth, depth: units, precision: context.precision)
        withRealKernel(parameters, context) { w in
            outputGradient.withUnsafeElements { dz in
                inputGradient.withUnsafeMutableElements { dx in
                    context.engine.multiply(inputs, dz.baseAddress!, w.baseAddress!, dx.baseAddress!, parallel: context.parallel)
                }
            }
        }
        return [inputGradient]
    }

    public func operationCounts(_ inputs: [Signal]) -> OperationCounts {
        var counts = OperationCounts()
        let products = units * inputs[0].shape.count
        switch (kernelEncoding, inputs[0].width) {
        case (.real, _): counts.realMACs = products
        case (_, .sign): counts.binaryMACs = products
        case (_, .byte): counts.byteBinaryMACs = products
        default: counts.realBinaryMACs = products
        }
        if hasBias { counts.realOperations = units }
        return counts
    }

    /// x·Wᵀ on the dense engine. In float32: this product must be exact for integers, whatever the backward pass uses.
    private func product(_ x: Tensor, _ parameters: ParameterStore, _ context: ExecutionContext) -> Tensor {
        let (batch, depth) = (x.shape[0], x.shape[1])
        var output = Tensor(uninitialized: Shape([batch, units]))
        let product = MatrixProduct(rows: batch, columns: units, depth: depth, transposeB: true)
        withRealKernel(parameters, context) { w in
            x.withUnsafeElements { x in
                output.withUnsafeMutableElements { z in
                    context.engine.multiply(product, x.baseAddress!, w.baseAddress!, z.baseAddress!, parallel: context.parallel)
                }
            }
        }
        return output
    }

    /// The kernel as the layer computes with it, as floats.
    private func withRealKernel(_ parameters: ParameterStore, _ context: ExecutionContext, _ body: (UnsafeBufferPointer<Float>) -> Void) {
        if kernelEncoding == .real {
            parameters.withReals(kernel, body)
        } else {
            context.kernels.unpackSigns(parameters.signs(kernel, context), parallel: context.parallel).withUnsafeElements(body)
        }
    }
}
