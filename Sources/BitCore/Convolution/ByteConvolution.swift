internal import CKernels

/// A ±1 kernel laid out for convolutions of 8-bit images: the first layer of a deployed network.
public struct ByteConvolution: Sendable {
    public let geometry: ConvolutionGeometry
    /// One a group; a row is the taps' channels one after the other.
    let panels: [BytePanels]

    /// - Precondition: the kernel has the geometry's shape, and K is at most 2^23.
    public init(_ kernel: PackedTensor, _ geometry: ConvolutionGeometry) {
        precondition(
            kernel.shape.rows == geometry.kernel.rows && kernel.shape.columns == geometry.kernel.columns,
            "a packed kernel of shape \(kernel.shape) for a convolution with \(geometry.kernel)")
        self.geometry = geometry
        let (outputs, taps, channels) = (geometry.outputs / geometry.groups, geometry.window.taps, geometry.kernel.columns)
        panels = (0..<geometry.groups).map { group in
            var rows = PackedTensor(minusOnes: [outputs, geometry.depth])
            for output in 0..<outputs {
                for tap in 0..<taps {
                    for c in 0..<channels { rows[output, tap * channels + c] = kernel[(group * outputs + output) * taps + tap, c] }
                }
            }
            return BytePanels(rows)
        }
    }
}

extension Kernels {
    /// z[n][y][x][o] = Σ over the window of bytes·kernel, exact: [batch × height' × width' × outputs].
    /// - Parameters:
    ///   - image: [batch × height × width × channels] unsigned bytes.
    ///   - outside: what stands outside of the image with `.zero` and `.plusOne` padding: the byte that stands for 0, or for +1, in the
    ///     scale of the bytes. A zero point of the inputs is left to the caller.
    public func convolve(
        bytes image: UnsafeBufferPointer<UInt8>, batch: Int, _ kernel: ByteConvolution, outside: UInt8 = 0,
        into out: UnsafeMutableBufferPointer<Int32>, parallel: Parallel = .serial
    ) {
        let geometry = kernel.geometry
        precondition(image.count == batch * geometry.image.count, "\(image.count) bytes for \(batch) images of shape \(geometry.image)")
        let total = batch * geometry.positions.positions
        precondition(
            out.count == total * geometry.outputs, "a convolution to \(total) rows of \(geometry.outputs) sums into \(out.count) integers")
        let (depth, outputs, channels) = (geometry.depth, geometry.outputs / geometry.groups, geometry.channels / geometry.groups)
        let rowsAtOnce = Swift.max(4, Swift.min(256, 65_536 / depth / 4 * 4))
        let taps = PatchTaps(geometry.positions)
        nonisolated(unsafe) let (image, out) = (image, out)
        parallel.forEach(total, grain: rowsAtOnce) { range in
            let space = AlignedBuffer<UInt8>(uninitializedCount: rowsAtOnce * depth)
            var first = range.lowerBound
            while first < range.upperBound {
                let block = first..<min(first + rowsAtOnce, range.upperBound)
                for group in 0..<geometry.groups {
                    taps.forEachRun(block) { row, tap, taps, pixel in
                        let to = space.pointer + (row - block.lowerBound) * depth + tap * channels
                        guard let pixel else { return to.update(repeating: outside, count: taps * channels) }
                        let from = image.baseAddress! + pixel * geometry.channels + group * channels
                        if geometry.groups == 1 { return to.update(from: from, count: taps * channels) }
                        for t in 0..<taps { (to + t * channels).update(from: from + t * geometry.channels, count: channels) }
                    }
                    self.bytes.i32(
                        space.pointer, depth, block.count, kernel.panels[group].buffer.pointer, outputs, depth,
                        out.baseAddress! + block.lowerBound * geometry.outputs + group * outputs, geometry.outputs)
                }
                first = block.upperBound
            }
        }
    }
}
