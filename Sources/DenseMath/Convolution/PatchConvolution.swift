internal import BitCore

/// Convolutions by the patch kernels: patches are packed from floats or bits right where they are multiplied, and neither they nor a float copy
/// of packed images ever exist as a whole. No element depends on the number of threads.
struct PatchConvolution: Sendable {
    let kernel: PatchKernel
    let scratch: ScratchPool

    func convolve(
        _ geometry: ConvolutionGeometry, batch: Int, image: ConvolutionOperand, weights: ConvolutionOperand,
        into z: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        image.check(image: geometry, batch: batch)
        weights.check(kernel: geometry)
        if case .reals(let image) = image, case .reals(let weights) = weights, let depthwise = DepthwiseConvolution(geometry) {
            return depthwise.convolve(batch: batch, image: image, weights: weights, into: z, parallel: parallel)
        }
        let source = PatchSource(geometry, image)
        let (outputs, depth) = (geometry.outputs / geometry.groups, geometry.depth)
        let total = batch * geometry.positions.positions
        source.withImage { images in
            weights.withFloats(geometry.kernel.count, parallel: parallel) { weights in
                nonisolated(unsafe) let (weights, z) = (weights, z)
                parallel.forEach(total, grain: Self.grain(total, parallel)) { rows in
                    scratch.withScratch(bytes: kernel.scratchBytes) { space in
                        for group in 0..<geometry.groups {
                            let b = PatchKernel.Weights(
                                reals: weights + group * outputs * depth, tap: depth / source.map.taps, depth: 1, column: depth)
                            kernel.product(
                                source.map, images(group), rows: rows, b, columns: outputs, into: z + group * outputs, stride: geometry.outputs,
                                pixels: geometry.positions.positions, rounded: precision == .bfloat16, scratch: space)
                        }
                    }
                }
            }
        }
    }

    /// The tables that gradients over these weights, or this image, go by; nil for none.
    func spreading(_ geometry: ConvolutionGeometry, _ signs: ConvolutionOperand, _ precision: MatrixPrecision) -> PatchSpreading? {
        guard signs.packed != nil else { return nil }
        return kernel.spreading(channels: geometry.channels / geometry.groups, rounded: precision == .bfloat16)
    }

    /// The gradient of the image by tables: from each position to the pixels under its window, items side by side.
    private func spread(
        _ spreading: PatchSpreading, _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, weights: PackedTensor,
        factors: UnsafePointer<Float>?, into dx: UnsafeMutablePointer<Float>, parallel: Parallel
    ) {
        let (outputs, channels, taps) = (geometry.outputs / geometry.groups, geometry.channels / geometry.groups, geometry.window.taps)
        let bytes = (spreading.bytes(outputs: outputs, taps: taps, channels: channels) + 63) / 64 * 64
        weights.withUnsafeWords { words in
            nonisolated(unsafe) let (words, factors, dz, dx) = (words.baseAddress!, factors, dz, dx)
            scratch.withScratch(bytes: bytes * geometry.groups) { space in
                nonisolated(unsafe) let space = space
                parallel.forEach(geometry.groups * taps) { range in
                    for (group, tap) in range.lazy.map({ $0.quotientAndRemainder(dividingBy: taps) }) {
                        spreading.pack(
                            words + group * outputs * taps * weights.wordsPerRow, words: weights.wordsPerRow, outputs: outputs, taps: taps,
                            channels: channels, tap: tap, into: space + group * bytes)
                    }
                }
                @Sendable func run(_ map: PatchMap, _ items: Range<Int>, pixels: Int, from row: Int = 0) {
                    for group in 0..<geometry.groups {
                        spreading.run(
                            map, items: items, dz + row * geometry.outputs + group * outputs, dzStride: geometry.outputs, outputs: outputs,
                            signs: space + group * bytes, factors: factors.map { $0 + group * outputs },
                            into: dx + row * geometry.channels + group * channels, dxStride: geometry.channels, pixels: pixels, channels: channels)
                    }
                }
                if geometry.positions.readsEachPixelOnce {
                    // Rows of a matrix product, which need not stay with their items.
                    let (rows, block) = (batch * geometry.positions.positions, 64)
                    let map = PatchMap.identity(block)
                    parallel.forEach(rows / block) { run(map, $0, pixels: block) }
                    if rows % block > 0 { run(.identity(rows % block), 0..<1, pixels: rows % block, from: rows / block * block) }
                } else {
                    let map = PatchMap.forward(geometry.positions)
                    parallel.forEach(batch) { run(map, $0, pixels: geometry.image[0] * geometry.image[1]) }
                }
            }
        }
    }

    func imageGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, weights: ConvolutionOperand,
        into dx: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        weights.check(kernel: geometry)
        if case .reals(let weights) = weights, let depthwise = DepthwiseConvolution(geometry) {
            return depthwise.imageGradient(batch: batch, outputGradient: dz, weights: weights, into: dx, parallel: parallel)
        }
        if let (signs, factors) = weights.packed, let spreading = spreading(geometry, weights, precision) {
            return spread(spreading, geometry, batch: batch, outputGradient: dz, weights: signs, factors: factors, into: dx, parallel: parallel)
        }
        if case .scaledSigns = weights {
            return weights.withFloats(geometry.kernel.count, parallel: parallel) {
                imageGradient(geometry, batch: batch, outputGradient: dz, weights: .reals($0), into: dx, precision: precision, parallel: parallel)
            }
        }
        guard let maps = PatchMap.backward(geometry.positions) else {
            return foldedGradient(geometry, batch: batch, outputGradient: dz, weights: weights, into: dx, precision: precision, parallel: parallel)
        }
        let (outputs, channels, pixels) = (geometry.outputs / geometry.groups, geometry.channels / geometry.groups, geometry.image[0] * geometry.image[1])
        let taps = geometry.window.taps
        weights.withBase { base, wordsPerRow in
            nonisolated(unsafe) let (base, dz, dx) = (base, dz, dx)
            for map in maps {
                let total = batch * map.entries
                parallel.forEach(total, grain: Self.grain(total, parallel)) { rows in
                    scratch.withScratch(bytes: kernel.scratchBytes) { space in
                        for group in 0..<geometry.groups {
                            let gradients = PatchKernel.Image(
                                .reals(dz), stride: geometry.outputs, count: geometry.positions.positions, first: group * outputs, channels: outputs,
                                outside: 0)
                            // b(tap, output, channel) = w[output][tap][channel].
                            let b: PatchKernel.Weights
                            switch base {
                            case .reals(let floats):
                                b = .init(reals: floats + group * outputs * geometry.depth, tap: channels, depth: geometry.depth, column: 1)
                            case .signs(let words):
                                b = .init(
                                    signs: words + group * outputs * taps * wordsPerRow, tap: wordsPerRow, depth: taps * wordsPerRow, first: 0)
                            case .halves: preconditionFailure("a kernel is floats or bits")
                            }
                            kernel.product(
                                map, gradients, rows: rows, b, columns: channels, into: dx + group * channels, stride: geometry.channels,
                                pixels: pixels, rounded: precision == .bfloat16, scratch: space)
                        }
                    }
                }
            }
        }
    }

    func kernelGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, image: ConvolutionOperand,
        into dw: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        image.check(image: geometry, batch: batch)
        if case .reals(let image) = image, let depthwise = DepthwiseConvolution(geometry) {
            return depthwise.kernelGradient(batch: batch, outputGradient: dz, image: image, into: dw, parallel: parallel)
        }
        let source = PatchSource(geometry, image)
        let (outputs, depth) = (geometry.outputs / geometry.groups, geometry.depth)
        let isWide = spreading(geometry, image, precision) != nil
        let tasks = GradientTasks(outputs: outputs, columns: depth, groups: geometry.groups, threads: parallel.threads, isWide: isWide)
        source.withImage { images in
            nonisolated(unsafe) let (dz, dw) = (dz, dw)
            parallel.forEach(tasks.count) { range in
                scratch.withScratch(bytes: kernel.scratchBytes) { space in
                    for index in range {
                        let task = tasks[index]
                        kernel.gradient(
                            source.map, images(task.group), rows: batch * geometry.positions.positions, dz + task.group * outputs,
                            dzStride: geometry.outputs, outputs: task.outputs, columns: task.columns, into: dw + task.group * outputs * depth,
                            dwStride: depth, rounded: precision == .bfloat16, scratch: space)
                    }
                }
            }
        }
    }

    /// Rows of a piece: whole blocks of the kernel where there are many, else an even share.
    private static func grain(_ total: Int, _ parallel: Parallel) -> Int {
        total >= 4 * parallel.threads * PatchKernel.productRows ? PatchKernel.productRows : 48
    }
}

/// What a convolution's windows cover, as the patch kernels read it.
private struct PatchSource {
    let geometry: ConvolutionGeometry
    let image: ConvolutionOperand
    let map: PatchMap
    /// Channels of a tap of the map.
    private let channels: Int

    init(_ geometry: ConvolutionGeometry, _ image: ConvolutionOperand) {
        self.geometry = geometry
        self.image = image
        // Few channels, as of photographs, cost more to find than to multiply: a row of taps at a time.
        if case .reals = image, geometry.groups == 1, geometry.channels < 16, let map = PatchMap.forwardByTapRows(geometry.positions) {
            self.map = map
        } else {
            map = .forward(geometry.positions)
        }
        channels = geometry.depth / map.taps
    }

    func withImage(_ body: (@Sendable (Int) -> PatchKernel.Image) -> Void) {
        image.withBase { base, wordsPerRow in
            let (stride, pixels) = (wordsPerRow > 0 ? wordsPerRow : geometry.channels, geometry.image[0] * geometry.image[1])
            let outside: Float = geometry.padding == .plusOne ? 1 : 0
            nonisolated(unsafe) let base = base
            let (perGroup, channels) = (geometry.channels / geometry.groups, channels)
            body { group in
                PatchKernel.Image(base, stride: stride, count: pixels, first: group * perGroup, channels: channels, outside: outside)
            }
        }
    }
}

extension ConvolutionOperand {
    /// The elements, and the words of a row of bits (0 for floats).
    fileprivate func withBase(_ body: (PatchKernel.Image.Pixels, Int) -> Void) {
        switch self {
        case .reals(let base): body(.reals(base), 0)
        case .signs(let bits): bits.withUnsafeWords { body(.signs($0.baseAddress!), bits.wordsPerRow) }
        case .scaledSigns: preconditionFailure("signs with factors have no base in memory")
        }
    }
}
