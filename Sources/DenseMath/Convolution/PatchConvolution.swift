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

    /// False when the geometry has no such form: with `.replicate`.
    func imageGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, weights: ConvolutionOperand,
        into dx: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) -> Bool {
        weights.check(kernel: geometry)
        guard let maps = PatchMap.backward(geometry.positions) else { return false }
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
        return true
    }

    func kernelGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, image: ConvolutionOperand,
        into dw: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        image.check(image: geometry, batch: batch)
        let source = PatchSource(geometry, image)
        let (outputs, depth) = (geometry.outputs / geometry.groups, geometry.depth)
        let tasks = GradientTasks(outputs: outputs, columns: depth, groups: geometry.groups, threads: parallel.threads)
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
        }
    }
}

/// A kernel's gradient cut into pieces that the patch kernel does best with, more and smaller ones when there are fewer than threads.
struct GradientTasks {
    private let outputs: Int
    private let columns: Int
    private let size: (outputs: Int, columns: Int)
    private let down: Int
    private let across: Int
    let count: Int

    init(outputs: Int, columns: Int, groups: Int, threads: Int) {
        (self.outputs, self.columns) = (outputs, columns)
        func pieces(_ extent: Int, _ size: Int) -> Int { (extent + size - 1) / size }
        /// Even shares of `extent`, in whole multiples.
        func share(_ extent: Int, _ most: Int, multiple: Int) -> Int {
            let share = pieces(extent, pieces(extent, most))
            return min(extent, pieces(share, multiple) * multiple)
        }
        var size = (outputs: share(outputs, PatchKernel.gradientOutputs, multiple: 8), columns: share(columns, PatchKernel.gradientColumns, multiple: 48))
        func count() -> Int { groups * pieces(outputs, size.outputs) * pieces(columns, size.columns) }
        // An uneven number of tasks for the threads idles some of them at the end.
        while count() % threads != 0, count() < 4 * threads {
            if size.outputs > 32 {
                size.outputs = share(outputs, (size.outputs + 1) / 2, multiple: 8)
            } else if size.columns > 48 {
                size.columns = share(columns, (size.columns + 1) / 2, multiple: 48)
            } else {
                break
            }
        }
        self.size = size
        down = pieces(outputs, size.outputs)
        across = pieces(columns, size.columns)
        self.count = count()
    }

    subscript(_ index: Int) -> (group: Int, outputs: Range<Int>, columns: Range<Int>) {
        let (group, block) = index.quotientAndRemainder(dividingBy: down * across)
        let (row, column) = block.quotientAndRemainder(dividingBy: across)
        return (
            group, row * size.outputs..<min((row + 1) * size.outputs, outputs), column * size.columns..<min((column + 1) * size.columns, columns)
        )
    }
}
