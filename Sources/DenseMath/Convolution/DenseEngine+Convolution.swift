public import BitCore

/// Convolutions as matrix products of blocks of patches, for any engine: simple, and the oracle of engines that do better.
///
/// Items are dealt to the threads in the products of images, blocks of positions in those of kernels; each block is one product on its thread.
extension DenseEngine {
    public func convolve(
        _ geometry: ConvolutionGeometry, batch: Int, image: ConvolutionOperand, kernel: ConvolutionOperand,
        into z: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        convolveByPatches(geometry, batch: batch, image: image, kernel: kernel, into: z, precision: precision, parallel: parallel)
    }

    public func convolveImageGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, kernel: ConvolutionOperand,
        into dx: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        imageGradientByPatches(geometry, batch: batch, outputGradient: dz, kernel: kernel, into: dx, precision: precision, parallel: parallel)
    }

    public func convolveKernelGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, image: ConvolutionOperand,
        into dw: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        kernelGradientByPatches(geometry, batch: batch, outputGradient: dz, image: image, into: dw, precision: precision, parallel: parallel)
    }
}

extension DenseEngine {
    package func convolveByPatches(
        _ geometry: ConvolutionGeometry, batch: Int, image: ConvolutionOperand, kernel: ConvolutionOperand,
        into z: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        image.check(image: geometry, batch: batch)
        kernel.check(kernel: geometry)
        let blocks = PatchBlocks(geometry, rows: batch * geometry.positions.positions)
        let patches = Patches(geometry, image)
        kernel.withFloats(geometry.kernel.count, parallel: parallel) { kernel in
            nonisolated(unsafe) let (patches, kernel, z) = (patches, kernel, z)
            parallel.forEach(blocks.count) { range in
                let space = blocks.makeSpace()
                for block in range {
                    let rows = blocks.rows(block)
                    for group in 0..<geometry.groups {
                        patches.gather(rows, group: group, into: space.patches)
                        let product = MatrixProduct(
                            rows: rows.count, columns: blocks.outputs, depth: geometry.depth, transposeB: true, precision: precision)
                        let weights = kernel + group * blocks.outputs * geometry.depth
                        let whole = geometry.groups == 1
                        let out = whole ? z + rows.lowerBound * geometry.outputs : space.outputs
                        multiply(product, space.patches, weights, out, parallel: .serial)
                        if !whole { blocks.put(space.outputs, rows, group: group, into: z) }
                    }
                }
            }
        }
    }

    package func imageGradientByPatches(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, kernel: ConvolutionOperand,
        into dx: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        kernel.check(kernel: geometry)
        let patches = Patches(geometry, .reals(dz))
        let positions = geometry.positions.positions
        kernel.withFloats(geometry.kernel.count, parallel: parallel) { kernel in
            nonisolated(unsafe) let (patches, kernel, dz, dx) = (patches, kernel, dz, dx)
            // A pixel's gradient comes from many rows, so an item belongs to one thread.
            parallel.forEach(batch) { items in
                let blocks = PatchBlocks(geometry, rows: positions)
                let space = blocks.makeSpace()
                for item in items {
                    (dx + item * geometry.image.count).update(repeating: 0, count: geometry.image.count)
                    for block in 0..<blocks.count {
                        let local = blocks.rows(block)
                        let rows = local.lowerBound + item * positions..<local.upperBound + item * positions
                        for group in 0..<geometry.groups {
                            let gradient = blocks.get(dz, rows, group: group, space)
                            let product = MatrixProduct(
                                rows: rows.count, columns: geometry.depth, depth: blocks.outputs, precision: precision)
                            multiply(product, gradient, kernel + group * blocks.outputs * geometry.depth, space.patches, parallel: .serial)
                            patches.scatter(rows, group: group, from: space.patches, into: dx)
                        }
                    }
                }
            }
        }
    }

    package func kernelGradientByPatches(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, image: ConvolutionOperand,
        into dw: UnsafeMutablePointer<Float>, precision: MatrixPrecision, parallel: Parallel
    ) {
        image.check(image: geometry, batch: batch)
        dw.update(repeating: 0, count: geometry.kernel.count)
        let blocks = PatchBlocks(geometry, rows: batch * geometry.positions.positions)
        let space = blocks.makeSpace()
        nonisolated(unsafe) let patches = Patches(geometry, image)
        for block in 0..<blocks.count {
            let rows = blocks.rows(block)
            for group in 0..<geometry.groups {
                nonisolated(unsafe) let into = space.patches
                parallel.forEach(rows.count, grain: max(1, 16_384 / geometry.depth)) { part in
                    patches.gather(
                        rows.lowerBound + part.lowerBound..<rows.lowerBound + part.upperBound, group: group,
                        into: into + part.lowerBound * geometry.depth)
                }
                let gradient = blocks.get(dz, rows, group: group, space)
                let product = MatrixProduct(
                    rows: blocks.outputs, columns: geometry.depth, depth: rows.count, transposeA: true, accumulate: true, precision: precision)
                multiply(product, gradient, space.patches, dw + group * blocks.outputs * geometry.depth, parallel: parallel)
            }
        }
    }
}

/// Rows of patches cut into blocks, and the working space of one block.
private struct PatchBlocks {
    let geometry: ConvolutionGeometry
    let total: Int
    let size: Int
    let count: Int
    /// Outputs of a group.
    let outputs: Int

    init(_ geometry: ConvolutionGeometry, rows: Int) {
        self.geometry = geometry
        total = rows
        size = min(max(rows, 1), Patches.blockRows(geometry))
        count = (rows + size - 1) / size
        outputs = geometry.outputs / geometry.groups
    }

    func rows(_ block: Int) -> Range<Int> { block * size..<min((block + 1) * size, total) }

    final class Space {
        private let patchBuffer: AlignedBuffer<Float>
        private let outputBuffer: AlignedBuffer<Float>
        var patches: UnsafeMutablePointer<Float> { patchBuffer.pointer }
        var outputs: UnsafeMutablePointer<Float> { outputBuffer.pointer }

        init(patches: Int, outputs: Int) {
            patchBuffer = AlignedBuffer(count: patches)
            outputBuffer = AlignedBuffer(count: outputs)
        }
    }

    func makeSpace() -> Space { Space(patches: size * geometry.depth, outputs: geometry.groups == 1 ? 0 : size * outputs) }

    /// A group's columns of a block of outputs as a dense matrix: where they stand when there is one group, else copied.
    func get(_ z: UnsafePointer<Float>, _ rows: Range<Int>, group: Int, _ space: Space) -> UnsafePointer<Float> {
        guard geometry.groups > 1 else { return z + rows.lowerBound * geometry.outputs }
        for (local, row) in rows.enumerated() {
            (space.outputs + local * outputs).update(from: z + row * geometry.outputs + group * outputs, count: outputs)
        }
        return UnsafePointer(space.outputs)
    }

    func put(_ block: UnsafePointer<Float>, _ rows: Range<Int>, group: Int, into z: UnsafeMutablePointer<Float>) {
        for (local, row) in rows.enumerated() {
            (z + row * geometry.outputs + group * outputs).update(from: block + local * outputs, count: outputs)
        }
    }
}
