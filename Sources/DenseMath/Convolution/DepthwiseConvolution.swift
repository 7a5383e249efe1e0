internal import BitCore

/// Convolutions with a window for each channel, reals with reals: nothing to multiply but a few values an element, so they run over the channels of a
/// tap, in float32 whatever the precision. Results do not depend on the number of threads.
struct DepthwiseConvolution {
    private let geometry: ConvolutionGeometry
    /// The row that row y reads at tap row i, at [y · taps down + i], −1 outside; the same for columns.
    private let rows: [Int]
    private let columns: [Int]
    private var channels: Int { geometry.channels }
    private var taps: Int { geometry.window.taps }

    /// Nil unless there are as many groups as channels and outputs.
    init?(_ geometry: ConvolutionGeometry) {
        guard geometry.groups == geometry.channels, geometry.outputs == geometry.channels else { return nil }
        self.geometry = geometry
        let (positions, window) = (geometry.positions, geometry.window)
        rows = (0..<positions.height * window.height).map { positions.sourceRow($0 / window.height, tap: $0 % window.height) ?? -1 }
        columns = (0..<positions.width * window.width).map { positions.sourceColumn($0 / window.width, tap: $0 % window.width) ?? -1 }
    }

    func convolve(
        batch: Int, image: UnsafePointer<Float>, weights: UnsafePointer<Float>, into z: UnsafeMutablePointer<Float>, parallel: Parallel
    ) {
        let (channels, outside) = (channels, geometry.padding == .plusOne)
        byTap(weights) { weights in
            nonisolated(unsafe) let (image, weights, z) = (image, weights, z)
            parallel.forEach(batch) { items in
                for item in items {
                    let (x, z) = (image + item * geometry.image.count, z + item * geometry.output.count)
                    z.update(repeating: 0, count: geometry.output.count)
                    forEachTap { position, tap, pixel in
                        let (z, w) = (z + position * channels, weights + tap * channels)
                        if let pixel {
                            let x = x + pixel * channels
                            for c in 0..<channels { z[c] += x[c] * w[c] }
                        } else if outside {
                            for c in 0..<channels { z[c] += w[c] }
                        }
                    }
                }
            }
        }
    }

    func imageGradient(
        batch: Int, outputGradient dz: UnsafePointer<Float>, weights: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, parallel: Parallel
    ) {
        let channels = channels
        byTap(weights) { weights in
            nonisolated(unsafe) let (dz, weights, dx) = (dz, weights, dx)
            parallel.forEach(batch) { items in
                for item in items {
                    let (dz, dx) = (dz + item * geometry.output.count, dx + item * geometry.image.count)
                    dx.update(repeating: 0, count: geometry.image.count)
                    forEachTap { position, tap, pixel in
                        guard let pixel else { return }
                        let (dz, w, dx) = (dz + position * channels, weights + tap * channels, dx + pixel * channels)
                        for c in 0..<channels { dx[c] += dz[c] * w[c] }
                    }
                }
            }
        }
    }

    func kernelGradient(
        batch: Int, outputGradient dz: UnsafePointer<Float>, image: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>, parallel: Parallel
    ) {
        let (channels, size, outside) = (channels, geometry.kernel.count, geometry.padding == .plusOne)
        // A sum for each item, [tap × channel], added in their order.
        var sums = [Float](repeating: 0, count: batch * size)
        sums.withUnsafeMutableBufferPointer { sums in
            guard let first = sums.baseAddress else { return }
            nonisolated(unsafe) let (dz, image, all) = (dz, image, first)
            parallel.forEach(batch) { items in
                for item in items {
                    let (x, dz, sum) = (image + item * geometry.image.count, dz + item * geometry.output.count, all + item * size)
                    forEachTap { position, tap, pixel in
                        let (dz, sum) = (dz + position * channels, sum + tap * channels)
                        if let pixel {
                            let x = x + pixel * channels
                            for c in 0..<channels { sum[c] += dz[c] * x[c] }
                        } else if outside {
                            for c in 0..<channels { sum[c] += dz[c] }
                        }
                    }
                }
            }
        }
        for c in 0..<channels {
            for tap in 0..<taps { dw[c * taps + tap] = (0..<batch).reduce(0) { $0 + sums[$1 * size + tap * channels + c] } }
        }
    }

    /// The kernel [channel × tap] as [tap × channel].
    private func byTap(_ weights: UnsafePointer<Float>, _ body: (UnsafePointer<Float>) -> Void) {
        var turned = [Float](repeating: 0, count: geometry.kernel.count)
        for c in 0..<channels {
            for tap in 0..<taps { turned[tap * channels + c] = weights[c * taps + tap] }
        }
        turned.withUnsafeBufferPointer { body($0.baseAddress!) }
    }

    /// Every position with every tap, and the pixel there if there is one.
    @inline(__always) private func forEachTap(_ body: (_ position: Int, _ tap: Int, _ pixel: Int?) -> Void) {
        let (positions, window, width) = (geometry.positions, geometry.window, geometry.image[1])
        rows.withUnsafeBufferPointer { rows in
            columns.withUnsafeBufferPointer { columns in
                for y in 0..<positions.height {
                    for x in 0..<positions.width {
                        for i in 0..<window.height {
                            let row = rows[y * window.height + i]
                            for j in 0..<window.width {
                                let column = columns[x * window.width + j]
                                body(y * positions.width + x, i * window.width + j, row < 0 || column < 0 ? nil : row * width + column)
                            }
                        }
                    }
                }
            }
        }
    }
}
