public import BitCore

/// A tensor as the operand of a convolution.
public enum ConvolutionTensor: Sendable {
    case reals(Tensor)
    case signs(PackedTensor)
    /// A kernel of signs with a factor for each output.
    case scaledSigns(PackedTensor, [Float])

    public var shape: Shape {
        switch self {
        case .reals(let tensor): tensor.shape
        case .signs(let tensor), .scaledSigns(let tensor, _): tensor.shape
        }
    }

    fileprivate func withOperand<Result>(_ body: (ConvolutionOperand) -> Result) -> Result {
        switch self {
        case .reals(let tensor): return tensor.withUnsafeElements { body(.reals($0.baseAddress!)) }
        case .signs(let tensor): return body(.signs(tensor))
        case .scaledSigns(let tensor, let factors):
            precondition(factors.count == tensor.shape[0], "\(factors.count) factors for \(tensor.shape[0]) outputs")
            return factors.withUnsafeBufferPointer { body(.scaledSigns(tensor, $0.baseAddress!)) }
        }
    }
}

extension DenseEngine {
    /// z = image ∗ kernel, [batch × height' × width' × outputs].
    /// - Parameters:
    ///   - image: [batch × height × width × channels].
    ///   - kernel: OHWI, as `geometry.kernel`.
    /// - Precondition: the shapes are those of the geometry.
    public func convolve(
        _ geometry: ConvolutionGeometry, image: ConvolutionTensor, kernel: ConvolutionTensor, precision: MatrixPrecision = .float32,
        parallel: Parallel
    ) -> Tensor {
        let batch = geometry.batch(image.shape)
        geometry.check(kernel: kernel.shape)
        var z = Tensor(uninitialized: geometry.output.batched(batch))
        z.withUnsafeMutableElements { z in
            image.withOperand { image in
                kernel.withOperand { kernel in
                    convolve(geometry, batch: batch, image: image, kernel: kernel, into: z.baseAddress!, precision: precision, parallel: parallel)
                }
            }
        }
        return z
    }

    /// dx = ∂(dz · z)/∂image, [batch × height × width × channels]. Where an item of dx is as large as one of dz, and nobody else holds dz, dx takes its
    /// place, some items at a time: the two largest tensors of a step are then never there together.
    /// - Precondition: `outputGradient` is [batch × height' × width' × outputs] and the kernel that of the geometry.
    public func convolveImageGradient(
        _ geometry: ConvolutionGeometry, outputGradient: consuming Tensor, kernel: ConvolutionTensor, precision: MatrixPrecision = .float32,
        parallel: Parallel
    ) -> Tensor {
        let batch = geometry.batch(ofOutputs: outputGradient.shape)
        geometry.check(kernel: kernel.shape)
        func run(_ items: Int, _ dz: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>) {
            kernel.withOperand {
                convolveImageGradient(geometry, batch: items, outputGradient: dz, kernel: $0, into: dx, precision: precision, parallel: parallel)
            }
        }
        let size = geometry.image.count
        // Enough items at once that threads have whole blocks of rows.
        let some = Swift.max(1, (1 << 20) / Swift.max(size, 1))
        if size == geometry.output.count, batch > 2 * some, outputGradient.isUnique() {
            let block = AlignedBuffer<Float>(uninitializedCount: some * size)
            outputGradient.withUnsafeMutableElements { values in
                for first in stride(from: 0, to: batch, by: some) {
                    let (items, part) = (Swift.min(some, batch - first), values.baseAddress! + first * size)
                    run(items, part, block.pointer)
                    part.update(from: block.pointer, count: items * size)
                }
            }
            return outputGradient.reshaped(to: geometry.image.batched(batch))
        }
        var dx = Tensor(uninitialized: geometry.image.batched(batch))
        dx.withUnsafeMutableElements { dx in outputGradient.withUnsafeElements { run(batch, $0.baseAddress!, dx.baseAddress!) } }
        return dx
    }

    /// The same gradient in pieces of whole items that a cache holds, for a reader that takes them on: it is never there as a whole.
    /// - Parameter body: called with the elements' places in dx, piece after piece, and with the elements.
    public func convolveImageGradient(
        _ geometry: ConvolutionGeometry, outputGradient: Tensor, kernel: ConvolutionTensor, precision: MatrixPrecision = .float32, parallel: Parallel,
        _ body: (Range<Int>, UnsafeBufferPointer<Float>) -> Void
    ) {
        let batch = geometry.batch(ofOutputs: outputGradient.shape)
        geometry.check(kernel: kernel.shape)
        let (size, outputs) = (geometry.image.count, geometry.output.count)
        let some = Swift.min(Swift.max(1, (1 << 19) / Swift.max(size, 1)), batch)
        let block = AlignedBuffer<Float>(uninitializedCount: some * size)
        outputGradient.withUnsafeElements { dz in
            kernel.withOperand { kernel in
                for first in stride(from: 0, to: batch, by: some) {
                    let items = Swift.min(some, batch - first)
                    convolveImageGradient(
                        geometry, batch: items, outputGradient: dz.baseAddress! + first * outputs, kernel: kernel, into: block.pointer,
                        precision: precision, parallel: parallel)
                    body(first * size..<(first + items) * size, UnsafeBufferPointer(start: block.pointer, count: items * size))
                }
            }
        }
    }

    /// dw = ∂(dz · z)/∂kernel, OHWI.
    /// - Precondition: image and `outputGradient` are of the same batch and of the geometry.
    public func convolveKernelGradient(
        _ geometry: ConvolutionGeometry, outputGradient: Tensor, image: ConvolutionTensor, precision: MatrixPrecision = .float32,
        parallel: Parallel
    ) -> Tensor {
        var dw = Tensor(uninitialized: geometry.kernel)
        dw.withUnsafeMutableElements {
            convolveKernelGradient(geometry, outputGradient: outputGradient, image: image, into: $0, precision: precision, parallel: parallel)
        }
        return dw
    }

    /// The same into memory of the caller's.
    /// - Precondition: and `dw` has a place for each element of the kernel.
    public func convolveKernelGradient(
        _ geometry: ConvolutionGeometry, outputGradient: Tensor, image: ConvolutionTensor, into dw: UnsafeMutableBufferPointer<Float>,
        precision: MatrixPrecision = .float32, parallel: Parallel
    ) {
        let batch = geometry.batch(image.shape)
        precondition(
            outputGradient.shape == geometry.output.batched(batch),
            "an output gradient of shape \(outputGradient.shape) for outputs of shape \(geometry.output.batched(batch))")
        precondition(dw.count == geometry.kernel.count, "\(dw.count) places for the gradient of a kernel of shape \(geometry.kernel)")
        outputGradient.withUnsafeElements { dz in
            image.withOperand { image in
                convolveKernelGradient(
                    geometry, batch: batch, outputGradient: dz.baseAddress!, image: image, into: dw.baseAddress!, precision: precision,
                    parallel: parallel)
            }
        }
    }
}

extension ConvolutionGeometry {
    fileprivate func batch(_ images: Shape) -> Int {
        precondition(images.rank == 4 && images.item == image, "images of shape \(images) for a convolution over \(image)")
        return images[0]
    }

    fileprivate func batch(ofOutputs outputs: Shape) -> Int {
        precondition(outputs.rank == 4 && outputs.item == output, "an output gradient of shape \(outputs) for outputs of shape \(output)")
        return outputs[0]
    }

    fileprivate func check(kernel shape: Shape) {
        precondition(shape == kernel, "a kernel of shape \(shape) for a convolution with \(kernel)")
    }
}
