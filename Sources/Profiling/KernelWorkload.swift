internal import BitCore
internal import DenseMath

/// Operands of one case, made once, and a call of its kernel.
struct KernelWorkload {
    let run: () -> Void

    init(_ item: KernelBenchmarkPlan.Case, _ kernels: Kernels, _ parallel: Parallel) {
        if let layer = item.layer {
            run = Self.convolution(item.kernel, layer, kernels, parallel)
            return
        }
        let (rows, columns, depth) = (item.rows, item.columns, item.depth)
        var generator = SeededGenerator(seed: UInt64(rows + columns + depth))

        func signs(_ rows: Int, _ columns: Int) -> PackedTensor { kernels.packSigns(floats(rows, columns)) }
        func floats(_ rows: Int, _ columns: Int) -> Tensor {
            Tensor((0..<rows * columns).map { _ in generator.uniform() - 0.5 }, shape: [rows, columns])
        }

        switch item.kernel {
        case .xnorI32:
            let (a, b, out) = (signs(rows, depth), BinaryPanels(signs(columns, depth)), Output<Int32>(rows * columns))
            run = { kernels.product(a, b, into: out.pointer, parallel: parallel) }
        case .xnorF32:
            let (a, b, out) = (signs(rows, depth), BinaryPanels(signs(columns, depth)), Output<Float>(rows * columns))
            run = { kernels.product(a, b, into: out.pointer, parallel: parallel) }
        case .xnorBits:
            let (a, b) = (signs(rows, depth), BinaryPanels(signs(columns, depth)))
            let (out, thresholds) = (Output<UInt64>(rows * PackedTensor.words(for: columns)), [Int32](repeating: 0, count: columns))
            run = { kernels.product(a, b, thresholds: thresholds, into: out.pointer, parallel: parallel) }
        case .byteProduct:
            let x = (0..<rows * depth).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            let (w, out) = (BytePanels(signs(columns, depth)), Output<Int32>(rows * columns))
            run = { x.withUnsafeBufferPointer { kernels.product(bytes: $0, rows: rows, w, into: out.pointer, parallel: parallel) } }
        case .packSigns:
            let x = floats(rows, columns)
            run = { _ = kernels.packSigns(x, parallel: parallel) }
        case .packWithin:
            let x = floats(rows, columns)
            run = { _ = kernels.packWithin(x, limit: 0.25, parallel: parallel) }
        case .unpackSigns:
            let bits = signs(rows, columns)
            run = { _ = kernels.unpackSigns(bits, parallel: parallel) }
        case .threshold:
            let z = (0..<rows * columns).map { _ in Int32(truncatingIfNeeded: generator.next()) }
            let thresholds = [Int32](repeating: 0, count: columns)
            run = { _ = z.withUnsafeBufferPointer { kernels.threshold($0, rows: rows, thresholds: thresholds, parallel: parallel) } }
        case .xnorConvolution, .byteConvolution, .realConvolution, .realConvolutionHalf, .imageGradient, .imageGradientHalf, .kernelGradient,
            .kernelGradientHalf:
            preconditionFailure("a convolution needs its layer")
        }
    }

    /// A pass of a layer. Its operands are made as the pass needs them.
    private static func convolution(
        _ kernel: KernelBenchmarkPlan.Kernel, _ layer: KernelBenchmarkPlan.Layer, _ kernels: Kernels, _ parallel: Parallel
    ) -> () -> Void {
        let (geometry, batch) = (layer.geometry, layer.batch)
        var generator = SeededGenerator(seed: UInt64(geometry.depth))
        func reals(_ shape: Shape) -> Tensor { Tensor((0..<shape.count).map { _ in generator.uniform() - 0.5 }, shape: shape) }
        func signs(_ shape: Shape) -> PackedTensor { kernels.packSigns(reals(shape)) }
        let (image, output) = (geometry.image.batched(batch), geometry.output.batched(batch))
        let engine = PortableEngine(kernels.instructionSet)
        let precision = kernel.precision
        switch kernel {
        case .xnorConvolution:
            let (bits, weights, out) = (signs(image), BinaryConvolution(signs(geometry.kernel), geometry), Output<Float>(output.count))
            return { kernels.convolve(bits, weights, into: out.pointer, parallel: parallel) }
        case .byteConvolution:
            let bytes = (0..<image.count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            let (weights, out) = (ByteConvolution(signs(geometry.kernel), geometry), Output<Int32>(output.count))
            return { bytes.withUnsafeBufferPointer { kernels.convolve(bytes: $0, batch: batch, weights, into: out.pointer, parallel: parallel) } }
        case .realConvolution, .realConvolutionHalf:
            let (pixels, weights, out) = (reals(image), signs(geometry.kernel), Output<Float>(output.count))
            return {
                pixels.withUnsafeElements {
                    engine.convolve(
                        geometry, batch: batch, image: .reals($0.baseAddress!), kernel: .signs(weights), into: out.buffer.pointer,
                        precision: precision, parallel: parallel)
                }
            }
        case .imageGradient, .imageGradientHalf:
            let (gradient, weights, out) = (reals(output), signs(geometry.kernel), Output<Float>(image.count))
            return {
                gradient.withUnsafeElements {
                    engine.convolveImageGradient(
                        geometry, batch: batch, outputGradient: $0.baseAddress!, kernel: .signs(weights), into: out.buffer.pointer,
                        precision: precision, parallel: parallel)
                }
            }
        default:
            let (gradient, out) = (reals(output), Output<Float>(geometry.kernel.count))
            let (pixels, bits) = (reals(image), signs(image))
            return {
                gradient.withUnsafeElements { gradient in
                    pixels.withUnsafeElements { pixels in
                        engine.convolveKernelGradient(
                            geometry, batch: batch, outputGradient: gradient.baseAddress!,
                            image: geometry.channels < 16 ? .reals(pixels.baseAddress!) : .signs(bits), into: out.buffer.pointer,
                            precision: precision, parallel: parallel)
                    }
                }
            }
        }
    }

    /// Memory for results that stays, so that calls do not pay for fresh pages.
    private final class Output<Element: BitwiseCopyable> {
        let buffer: AlignedBuffer<Element>
        var pointer: UnsafeMutableBufferPointer<Element> { UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count) }
        init(_ count: Int) { buffer = AlignedBuffer(count: count) }
    }
}
