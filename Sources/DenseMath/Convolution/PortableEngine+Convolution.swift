public import BitCore

/// Convolutions by the patch kernels.
extension PortableEngine {
    public func convolve(
        _ geometry: ConvolutionGeometry, batch: Int, image: ConvolutionOperand, kernel: ConvolutionOperand,
        into z: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        convolution.convolve(geometry, batch: batch, image: image, weights: kernel, into: z, precision: precision, parallel: parallel)
    }

    public func convolveImageGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, kernel: ConvolutionOperand,
        into dx: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        convolution.imageGradient(
            geometry, batch: batch, outputGradient: dz, weights: kernel, into: dx, precision: precision, parallel: parallel)
    }

    public func convolveKernelGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, image: ConvolutionOperand,
        into dw: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        convolution.kernelGradient(
            geometry, batch: batch, outputGradient: dz, image: image, into: dw, precision: precision, parallel: parallel)
    }
}
