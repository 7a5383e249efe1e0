#if OneDNN
public import BitCore

/// Convolutions of the portable engine, which reach the rate of oneDNN's matrix products without a copy of what windows cover.
extension OneDNNEngine {
    public func convolve(
        _ geometry: ConvolutionGeometry, batch: Int, image: ConvolutionOperand, kernel: ConvolutionOperand,
        into z: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        portable.convolve(geometry, batch: batch, image: image, kernel: kernel, into: z, precision: precision, parallel: parallel)
    }

    public func convolveImageGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, kernel: ConvolutionOperand,
        into dx: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        portable.convolveImageGradient(
            geometry, batch: batch, outputGradient: dz, kernel: kernel, into: dx, precision: precision, parallel: parallel)
    }

    public func convolveKernelGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, image: ConvolutionOperand,
        into dw: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        portable.convolveKernelGradient(
            geometry, batch: batch, outputGradient: dz, image: image, into: dw, precision: precision, parallel: parallel)
    }
}
#endif
