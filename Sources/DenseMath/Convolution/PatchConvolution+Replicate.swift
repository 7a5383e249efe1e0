internal import BitCore

/// Gradients of images whose border pixels are read again outside: the gradient of the padded image, its margins folded onto the border.
extension PatchConvolution {
    /// - Precondition: the padding is `.replicate`.
    func foldedGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, weights: ConvolutionOperand,
        into dx: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        let margins = geometry.positions.margins
        let padded = Shape([
            geometry.image[0] + margins.top + margins.bottom, geometry.image[1] + margins.left + margins.right, geometry.channels,
        ])
        guard let whole = try? ConvolutionGeometry(padded, geometry.window, .valid, outputs: geometry.outputs, groups: geometry.groups) else {
            preconditionFailure("a window that stands on an image of \(geometry.image) stands on it with its margins")
        }
        // Some items at a time: padded gradients are as large as images.
        let some = Swift.max(1, (1 << 20) / padded.count)
        scratch.withScratch(bytes: Swift.min(some, batch) * padded.count * MemoryLayout<Float>.stride) { space in
            nonisolated(unsafe) let (gradients, dx) = (space.assumingMemoryBound(to: Float.self), dx)
            for first in stride(from: 0, to: batch, by: some) {
                let items = Swift.min(some, batch - first)
                imageGradient(
                    whole, batch: items, outputGradient: dz + first * geometry.output.count, weights: weights, into: gradients,
                    precision: precision, parallel: parallel)
                parallel.forEach(items) { range in
                    for item in range {
                        Self.fold(gradients + item * padded.count, padded, geometry, into: dx + (first + item) * geometry.image.count)
                    }
                }
            }
        }
    }

    /// Adds each pixel of the padded image to the pixel of the image that it is a copy of.
    private static func fold(
        _ source: UnsafePointer<Float>, _ padded: Shape, _ geometry: ConvolutionGeometry, into target: UnsafeMutablePointer<Float>
    ) {
        let (margins, height, width, channels) = (geometry.positions.margins, geometry.image[0], geometry.image[1], geometry.channels)
        for y in 0..<height {
            (target + y * width * channels).update(from: source + ((y + margins.top) * padded[1] + margins.left) * channels, count: width * channels)
        }
        for y in 0..<padded[0] {
            let row = Swift.min(Swift.max(y - margins.top, 0), height - 1)
            let isInside = row == y - margins.top
            for x in 0..<padded[1] {
                let column = Swift.min(Swift.max(x - margins.left, 0), width - 1)
                if isInside, column == x - margins.left { continue }
                let (from, to) = (source + (y * padded[1] + x) * channels, target + (row * width + column) * channels)
                for c in 0..<channels { to[c] += from[c] }
            }
        }
    }
}
