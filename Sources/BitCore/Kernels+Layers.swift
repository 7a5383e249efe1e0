internal import CKernels

// Pooling, layer norm and rectifiers with a slope: one pass forward and one back. Results are the same bits on every instruction set and
// for every number of threads.

/// Where the windows of a pooling stand on one image: `taps` element offsets for each position, −1 outside the image.
public struct PoolingWindows: Sendable, Hashable {
    public let positions: Int
    public let taps: Int
    public let channels: Int
    /// What a tap outside the image reads.
    public let outside: Float
    private let offsets: [Int32]

    /// - Precondition: an image has fewer than 2³¹ elements.
    public init(_ geometry: WindowGeometry) {
        precondition(geometry.image.count < 1 << 31, "an image of shape \(geometry.image) is too large to pool")
        let window = geometry.window
        positions = geometry.positions
        taps = window.taps
        channels = geometry.image[2]
        outside = geometry.padding == .plusOne ? 1 : 0
        var offsets: [Int32] = []
        offsets.reserveCapacity(positions * taps)
        for y in 0..<geometry.height {
            for x in 0..<geometry.width {
                for i in 0..<window.height {
                    for j in 0..<window.width {
                        guard let row = geometry.sourceRow(y, tap: i), let column = geometry.sourceColumn(x, tap: j) else {
                            offsets.append(-1)
                            continue
                        }
                        offsets.append(Int32((row * geometry.image[1] + column) * channels))
                    }
                }
            }
        }
        self.offsets = offsets
    }

    func withC<Result>(_ body: (UnsafePointer<sf_windows>) -> Result) -> Result {
        offsets.withUnsafeBufferPointer { offsets in
            var windows = sf_windows(
                offsets: offsets.baseAddress, positions: positions, taps: taps, channels: channels, outside: outside)
            return body(&windows)
        }
    }

    /// The pixel (element offset over channels) under a tap, nil outside.
    public func pixel(_ position: Int, tap: Int) -> Int? {
        let offset = offsets[position * taps + tap]
        return offset < 0 ? nil : Int(offset) / channels
    }
}

/// The vectors of y = PReLU(x + shift) + offset, one element a channel; nil means 0.
public struct RectifierVectors {
    public var slope: UnsafeBufferPointer<Float>
    public var shift: UnsafeBufferPointer<Float>?
    public var offset: UnsafeBufferPointer<Float>?

    public init(slope: UnsafeBufferPointer<Float>, shift: UnsafeBufferPointer<Float>? = nil, offset: UnsafeBufferPointer<Float>? = nil) {
        (self.slope, self.shift, self.offset) = (slope, shift, offset)
    }

    func function() -> sf_rprelu {
        Kernels.check("rectify", slope.count, shift?.count ?? slope.count, offset?.count ?? slope.count)
        return sf_rprelu(channels: slope.count, slope: slope.baseAddress, shift: shift?.baseAddress, offset: offset?.baseAddress)
    }
}

extension Kernels {
    /// The largest tap of each position and channel, the first of equals. `taken` receives which.
    /// - Precondition: fewer than 256 taps when `taken` is wanted.
    public func maxPool(
        _ images: UnsafeBufferPointer<Float>, batch: Int, imageCount: Int, _ windows: PoolingWindows,
        into out: UnsafeMutableBufferPointer<Float>, taken: UnsafeMutableBufferPointer<UInt8>?, parallel: Parallel = .serial
    ) {
        let width = windows.positions * windows.channels
        Self.check("maxPool", batch * imageCount, images.count)
        Self.check("maxPool", batch * width, out.count, taken?.count ?? out.count)
        precondition(taken == nil || windows.taps < 256, "windows of \(windows.taps) taps do not fit in a byte")
        windows.withC { windows in
            nonisolated(unsafe) let (images, out, taken, windows) = (images, out, taken, windows)
            parallel.forEach(batch) { items in
                for item in items {
                    elementwise.max_pool(
                        images.baseAddress! + item * imageCount, windows, out.baseAddress! + item * width,
                        taken.map { $0.baseAddress! + item * width })
                }
            }
        }
    }

    /// dy at the pixels taken, 0 elsewhere.
    public func maxPoolGradient(
        _ dy: UnsafeBufferPointer<Float>, taken: UnsafeBufferPointer<UInt8>, batch: Int, imageCount: Int, _ windows: PoolingWindows,
        into dx: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        let width = windows.positions * windows.channels
        Self.check("maxPoolGradient", batch * width, dy.count, taken.count)
        Self.check("maxPoolGradient", batch * imageCount, dx.count)
        windows.withC { windows in
            nonisolated(unsafe) let (dy, dx, taken, windows) = (dy, dx, taken, windows)
            parallel.forEach(batch) { items in
                for item in items {
                    (dx.baseAddress! + item * imageCount).update(repeating: 0, count: imageCount)
                    elementwise.max_pool_gradient(
                        dy.baseAddress! + item * width, taken.baseAddress! + item * width, windows, dx.baseAddress! + item * imageCount)
                }
            }
        }
    }

    /// scale·Σ of the taps of each position and channel.
    public func sumPool(
        _ images: UnsafeBufferPointer<Float>, batch: Int, imageCount: Int, _ windows: PoolingWindows, scale: Float,
        into out: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        let width = windows.positions * windows.channels
        Self.check("sumPool", batch * imageCount, images.count)
        Self.check("sumPool", batch * width, out.count)
        windows.withC { windows in
            nonisolated(unsafe) let (images, out, windows) = (images, out, windows)
            parallel.forEach(batch) { items in
                for item in items {
                    elementwise.sum_pool(images.baseAddress! + item * imageCount, windows, scale, out.baseAddress! + item * width)
                }
            }
        }
    }

    /// scale·dy at every tap inside the image.
    public func sumPoolGradient(
        _ dy: UnsafeBufferPointer<Float>, batch: Int, imageCount: Int, _ windows: PoolingWindows, scale: Float,
        into dx: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        let width = windows.positions * windows.channels
        Self.check("sumPoolGradient", batch * width, dy.count)
        Self.check("sumPoolGradient", batch * imageCount, dx.count)
        windows.withC { windows in
            nonisolated(unsafe) let (dy, dx, windows) = (dy, dx, windows)
            parallel.forEach(batch) { items in
                for item in items {
                    (dx.baseAddress! + item * imageCount).update(repeating: 0, count: imageCount)
                    elementwise.sum_pool_gradient(dy.baseAddress! + item * width, windows, scale, dx.baseAddress! + item * imageCount)
                }
            }
        }
    }

    /// y = PReLU(x + shift) + offset by channel, PReLU(u) = u for u ≥ 0, else slope·u. `y` may be `x`.
    public func rectify(
        _ x: UnsafeBufferPointer<Float>, rows: Int, _ vectors: RectifierVectors, into y: UnsafeMutableBufferPointer<Float>,
        parallel: Parallel = .serial
    ) {
        let function = vectors.function()
        let channels = vectors.slope.count
        Self.check("rectify", rows * channels, x.count, y.count)
        nonisolated(unsafe) let (x, y, constants) = (x, y, function)
        splitRows(rows, channels, parallel) { first, count in
            var function = constants
            elementwise.rprelu(x.baseAddress! + first * channels, count, &function, y.baseAddress! + first * channels)
        }
    }

    /// Gradients of `rectify`: dx, and Σ over the rows for slope, shift and offset (three arrays of channels). `dx` may be `dy`.
    public func rectifyGradients(
        _ dy: UnsafeBufferPointer<Float>, _ x: UnsafeBufferPointer<Float>, rows: Int, _ vectors: RectifierVectors,
        dx: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) -> (slope: [Float], shift: [Float], offset: [Float]) {
        let channels = vectors.slope.count
        Self.check("rectifyGradients", rows * channels, dy.count, x.count, dx.count)
        nonisolated(unsafe) let (dy, x, dx, constants) = (dy, x, dx, vectors.function())
        let sums = chunkSums(rows, channels, arrays: 3, parallel) { first, count, target in
            var function = constants
            elementwise.rprelu_gradient(
                dy.baseAddress! + first * channels, x.baseAddress! + first * channels, count, &function, dx.baseAddress! + first * channels,
                target, target + channels, target + 2 * channels)
        }.map { Float($0) }
        return (Array(sums[..<channels]), Array(sums[channels..<2 * channels]), Array(sums[(2 * channels)...]))
    }

    /// Each run of pixels × channels elements normalised, then ·gamma + beta by channel. `mean` and `inverse` have one element a run.
    public func layerNorm(
        _ x: UnsafeBufferPointer<Float>, pixels: Int, epsilon: Double, gamma: UnsafeBufferPointer<Float>?, beta: UnsafeBufferPointer<Float>,
        mean: UnsafeMutableBufferPointer<Float>, inverse: UnsafeMutableBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>,
        parallel: Parallel = .serial
    ) {
        let (channels, runs) = (beta.count, mean.count)
        let width = pixels * channels
        Self.check("layerNorm", runs * width, x.count, y.count)
        Self.check("layerNorm", runs, inverse.count)
        nonisolated(unsafe) let (x, y, gamma, beta, mean, inverse) = (x, y, gamma, beta, mean, inverse)
        splitRows(runs, width, parallel) { first, count in
            elementwise.layer_norm(
                x.baseAddress! + first * width, count, pixels, channels, epsilon, gamma?.baseAddress, beta.baseAddress!,
                mean.baseAddress! + first, inverse.baseAddress! + first, y.baseAddress! + first * width)
        }
    }

    /// Gradients of `layerNorm`. `dx` may be `dy`.
    public func layerNormGradients(
        _ dy: UnsafeBufferPointer<Float>, _ x: UnsafeBufferPointer<Float>, pixels: Int, channels: Int, gamma: UnsafeBufferPointer<Float>?,
        mean: UnsafeBufferPointer<Float>, inverse: UnsafeBufferPointer<Float>, dx: UnsafeMutableBufferPointer<Float>,
        parallel: Parallel = .serial
    ) -> (gamma: [Float], beta: [Float]) {
        let width = pixels * channels
        Self.check("layerNormGradients", mean.count * width, dy.count, x.count, dx.count)
        Self.check("layerNormGradients", mean.count, inverse.count)
        nonisolated(unsafe) let (dy, x, dx, gamma, mean, inverse) = (dy, x, dx, gamma, mean, inverse)
        // Chunks of whole runs, cut by the elements that a run has.
        let chunk = Swift.max(1, 65_536 / Swift.max(width, 1))
        let chunks = (mean.count + chunk - 1) / chunk
        let partials = AlignedBuffer<Double>(count: chunks * 2 * channels)
        nonisolated(unsafe) let target = partials.pointer
        parallel.forEach(chunks) { range in
            for k in range {
                let (first, count) = (k * chunk, Swift.min(chunk, mean.count - k * chunk))
                let sums = target + k * 2 * channels
                elementwise.layer_norm_gradient(
                    dy.baseAddress! + first * width, x.baseAddress! + first * width, count, pixels, channels, gamma?.baseAddress,
                    mean.baseAddress! + first, inverse.baseAddress! + first, dx.baseAddress! + first * width, sums, sums + channels)
            }
        }
        var totals = [Double](repeating: 0, count: 2 * channels)
        for k in 0..<chunks {
            for c in 0..<2 * channels { totals[c] += partials.pointer[k * 2 * channels + c] }
        }
        return (totals[..<channels].map { Float($0) }, totals[channels...].map { Float($0) })
    }
}
