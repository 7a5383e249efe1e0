internal import CKernels

/// A real kernel laid out for convolutions in the fixed order of `realProduct`: a sum's terms are the taps row-major, the channels of a
/// tap innermost; a tap outside the image is a term like any other.
public struct RealConvolution: Sendable {
    public let geometry: ConvolutionGeometry
    private let form: Form

    private enum Form: Sendable {
        /// A group each.
        case panels([RealPanels])
        /// Each channel by itself: [taps × channels].
        case depthwise(AlignedBuffer<Float>, PoolingWindows)
    }

    /// - Precondition: the kernel, OHWI, has the geometry's shape.
    public init(_ kernel: Tensor, _ geometry: ConvolutionGeometry) {
        precondition(kernel.count == geometry.kernel.count, "a kernel of shape \(kernel.shape) for a convolution with \(geometry.kernel)")
        self.geometry = geometry
        let (groups, depth) = (geometry.groups, geometry.depth)
        form = kernel.withUnsafeElements { weights in
            if groups == geometry.channels, groups == geometry.outputs, groups > 1 {
                let taps = geometry.window.taps
                let buffer = AlignedBuffer<Float>(uninitializedCount: taps * groups)
                for c in 0..<groups { for t in 0..<taps { buffer.pointer[t * groups + c] = weights[c * taps + t] } }
                return .depthwise(buffer, PoolingWindows(geometry.positions))
            }
            let outputs = geometry.outputs / groups
            return .panels(
                (0..<groups).map {
                    RealPanels(UnsafeBufferPointer(rebasing: weights[$0 * outputs * depth..<($0 + 1) * outputs * depth]), outputs: outputs, depth: depth)
                })
        }
    }

    /// Convolves one image, positions of `rows`, block by block: each into its place of `out` or, if there is none, into `space`, and on from there.
    fileprivate func run(
        _ image: UnsafePointer<Float>, _ rows: Range<Int>, _ layout: PatchLayout, _ out: UnsafeMutablePointer<Float>?,
        _ space: UnsafeMutablePointer<Float>?, then finish: sf_finish?, _ kernels: Kernels
    ) {
        layout.pieces.withUnsafeBufferPointer { pieces in
            withUnsafeTemporaryAllocation(of: Int.self, capacity: PatchLayout.rowsAtOnce) { starts in
                for first in stride(from: rows.lowerBound, to: rows.upperBound, by: PatchLayout.rowsAtOnce) {
                    let count = Swift.min(PatchLayout.rowsAtOnce, rows.upperBound - first)
                    let target = out.map { $0 + first * geometry.outputs } ?? space!
                    switch form {
                    case .depthwise(let weights, let windows):
                        windows.withC { all in
                            var windows = all.pointee
                            windows.offsets += first * windows.taps
                            windows.positions = count
                            kernels.real.depthwise(image, &windows, weights.pointer, target)
                        }
                    case .panels(let panels):
                        for i in 0..<count { starts[i] = layout.start(first + i) }
                        for (group, panels) in panels.enumerated() {
                            var operands = sf_real_operands(
                                a: image + group * layout.groupChannels, starts: starts.baseAddress, rows: count, pieces: pieces.baseAddress,
                                runs: pieces.count, run: layout.run, b: panels.buffer.pointer, columns: panels.outputs,
                                c: target + group * panels.outputs, c_row: geometry.outputs)
                            kernels.real.product(&operands)
                        }
                    }
                    // While the block is in a near cache.
                    if var block = finish?.advanced(by: first) { kernels.elementwise.finish_reals(target, count, &block) }
                }
            }
        }
    }

    /// Whether images are read with their margins around them.
    fileprivate var needsMargins: Bool {
        if case .depthwise = form { return false }
        return geometry.positions.margins != .none
    }
}

/// Where the windows of a convolution read an image that has its margins around it: a row of patches is pieces of consecutive numbers.
private struct PatchLayout {
    /// Whole tiles of rows, whose patches stay in a near cache.
    static let rowsAtOnce = 96

    let pieces: [Int]
    /// Numbers in a piece.
    let run: Int
    let groupChannels: Int
    /// Extents with margins.
    let height: Int
    let width: Int
    private let geometry: WindowGeometry

    init(_ geometry: ConvolutionGeometry) {
        let (window, margins, channels) = (geometry.window, geometry.positions.margins, geometry.channels)
        self.geometry = geometry.positions
        height = geometry.image[0] + margins.top + margins.bottom
        width = geometry.image[1] + margins.left + margins.right
        groupChannels = channels / geometry.groups
        let line = width * channels
        if geometry.groups == 1, window.dilation == 1 {
            // A row of taps reads pixels that follow each other.
            run = window.width * channels
            pieces = (0..<window.height).map { $0 * line }
        } else {
            run = groupChannels
            pieces = (0..<window.taps).map { ($0 / window.width * line + $0 % window.width * channels) * window.dilation }
        }
    }

    /// The first number under the window at a position.
    func start(_ position: Int) -> Int {
        let (y, x) = position.quotientAndRemainder(dividingBy: geometry.width)
        return (y * width + x) * geometry.window.stride * geometry.image.dimensions[2]
    }

    /// The image with its margins: 0, +1 or the nearest pixel, as the padding says.
    func pad(_ image: UnsafePointer<Float>, into padded: UnsafeMutablePointer<Float>) {
        let (rows, columns, channels) = (geometry.image.dimensions[0], geometry.image.dimensions[1], geometry.image.dimensions[2])
        let margins = geometry.margins
        let outside: Float = geometry.padding == .plusOne ? 1 : 0
        for y in 0..<height {
            let line = padded + y * width * channels
            var source = y - margins.top
            if geometry.padding == .replicate { source = Swift.min(Swift.max(source, 0), rows - 1) }
            guard source >= 0, source < rows else {
                line.update(repeating: outside, count: width * channels)
                continue
            }
            let from = image + source * columns * channels
            (line + margins.left * channels).update(from: from, count: columns * channels)
            let end = margins.left + columns
            if geometry.padding == .replicate {
                for x in 0..<margins.left { (line + x * channels).update(from: from, count: channels) }
                for x in end..<width { (line + x * channels).update(from: from + (columns - 1) * channels, count: channels) }
            } else {
                line.update(repeating: outside, count: margins.left * channels)
                (line + end * channels).update(repeating: outside, count: margins.right * channels)
            }
        }
    }
}

extension Kernels {
    /// z[n][y][x][o] = Σ over the window of image·kernel in the fixed order: [batch × height' × width' × outputs]. The same bits on every
    /// instruction set and for every number of threads.
    /// - Precondition: the image is [batch × height × width × channels] of the geometry.
    public func convolve(
        reals image: UnsafeBufferPointer<Float>, batch: Int, _ kernel: RealConvolution, into out: UnsafeMutableBufferPointer<Float>,
        parallel: Parallel = .serial
    ) {
        precondition(
            out.count == batch * kernel.geometry.output.count,
            "a convolution to \(batch) images of \(kernel.geometry.output) into \(out.count) numbers")
        convolve(image, batch, kernel, out.baseAddress, nil, parallel)
    }

    /// The same, finished block by block.
    public func convolve(
        reals image: UnsafeBufferPointer<Float>, batch: Int, _ kernel: RealConvolution, then finish: StreamFinish, _ places: StreamFinish.Places,
        parallel: Parallel = .serial
    ) {
        let geometry = kernel.geometry
        precondition(finish.chain.channels == geometry.outputs, "a chain for \(finish.chain.channels) channels behind \(geometry.outputs) outputs")
        finish.withC(places, rows: batch * geometry.positions.positions) { convolve(image, batch, kernel, places.reals?.baseAddress, $0, parallel) }
    }

    private func convolve(
        _ image: UnsafeBufferPointer<Float>, _ batch: Int, _ kernel: RealConvolution, _ out: UnsafeMutablePointer<Float>?, _ finish: sf_finish?,
        _ parallel: Parallel
    ) {
        let geometry = kernel.geometry
        let (size, positions) = (geometry.image.count, geometry.positions.positions)
        precondition(image.count == batch * size, "\(image.count) numbers for \(batch) images of shape \(geometry.image)")
        guard batch > 0, let source = image.baseAddress else { return }
        let layout = PatchLayout(geometry)
        nonisolated(unsafe) let (from, to, finish) = (source, out, finish)
        /// Items one after the other; where there are few, threads share the positions of each.
        func run(_ items: Range<Int>, _ inner: Parallel) {
            let padded = kernel.needsMargins ? AlignedBuffer<Float>(uninitializedCount: layout.height * layout.width * geometry.channels) : nil
            for item in items {
                if let padded { layout.pad(from + item * size, into: padded.pointer) }
                nonisolated(unsafe) let image = padded.map { UnsafePointer($0.pointer) } ?? from + item * size
                inner.forEach(positions, grain: PatchLayout.rowsAtOnce) {
                    let space = to == nil ? AlignedBuffer<Float>(uninitializedCount: PatchLayout.rowsAtOnce * geometry.outputs) : nil
                    kernel.run(
                        image, $0, layout, to.map { $0 + item * geometry.output.count }, space?.pointer,
                        then: finish?.advanced(by: item * positions), self)
                }
            }
        }
        if batch >= parallel.threads { parallel.forEach(batch) { run($0, .serial) } } else { run(0..<batch, parallel) }
    }

    /// The same for tensors.
    public func convolve(_ image: Tensor, _ kernel: RealConvolution, parallel: Parallel = .serial) -> Tensor {
        let batch = image.shape.dimensions.first ?? 0
        var out = Tensor(uninitialized: kernel.geometry.output.batched(batch))
        image.withUnsafeElements { image in
            out.withUnsafeMutableElements { convolve(reals: image, batch: batch, kernel, into: $0, parallel: parallel) }
        }
        return out
    }
}
