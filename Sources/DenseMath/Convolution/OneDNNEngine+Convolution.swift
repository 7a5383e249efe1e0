#if OneDNN
public import BitCore

/// Convolutions of the portable engine, which reach the rate of oneDNN's matrix products without a copy of what windows cover. In bfloat16
/// they go by blocks on oneDNN's products where those have a matrix unit, and where a product has few columns, for which the portable engine
/// spends too much on packing; not where it has tables (`CKernels/convolution/tables.h`).
extension OneDNNEngine {
    /// Blocks, when they pay: a window over few channels is too short for a matrix unit.
    private func blocks(_ geometry: ConvolutionGeometry, _ precision: MatrixPrecision, columns: Int? = nil) -> BlockConvolution? {
        guard precision == .bfloat16, geometry.groups == 1, geometry.channels >= 16 else { return nil }
        return prefersBlocks || columns.map({ $0 <= 64 }) ?? false ? blocks : nil
    }

    public func convolve(
        _ geometry: ConvolutionGeometry, batch: Int, image: ConvolutionOperand, kernel: ConvolutionOperand,
        into z: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        if let blocks = blocks(geometry, precision) {
            return blocks.convolve(geometry, batch: batch, image: image, weights: kernel, into: z, parallel: parallel)
        }
        portable.convolve(geometry, batch: batch, image: image, kernel: kernel, into: z, precision: precision, parallel: parallel)
    }

    public func convolveImageGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, kernel: ConvolutionOperand,
        into dx: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        let hasTables = portable.convolution.spreading(geometry, kernel, precision) != nil
        if let blocks = blocks(geometry, precision, columns: hasTables ? nil : geometry.channels), let maps = PatchMap.backward(geometry.positions) {
            return blocks.imageGradient(
                geometry, batch: batch, outputGradient: dz, weights: kernel, maps: maps, into: dx, parallel: parallel)
        }
        portable.convolveImageGradient(
            geometry, batch: batch, outputGradient: dz, kernel: kernel, into: dx, precision: precision, parallel: parallel)
    }

    public func convolveKernelGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, image: ConvolutionOperand,
        into dw: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        if let blocks = blocks(geometry, precision) {
            return blocks.kernelGradient(geometry, batch: batch, outputGradient: dz, image: image, into: dw, parallel: parallel)
        }
        portable.convolveKernelGradient(
            geometry, batch: batch, outputGradient: dz, image: image, into: dw, precision: precision, parallel: parallel)
    }
}
#endif
