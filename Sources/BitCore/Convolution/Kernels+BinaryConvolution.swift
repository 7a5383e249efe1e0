internal import CKernels

extension Kernels {
    /// z[n][y][x][o] = Σ over the window of image·kernel, both ±1, as exact floats: [batch × height' × width' × outputs].
    /// - Precondition: the image is [batch × height × width × channels] of the geometry.
    public func convolve(
        _ image: PackedTensor, _ kernel: BinaryConvolution, into out: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        convolve(image, kernel, count: out.count, parallel) { operands, group, row, corrections in
            let to = out.baseAddress! + row * kernel.geometry.outputs + group
            xnor.f32(operands, to, kernel.geometry.outputs)
            corrections { local, outputs, corrections in
                let z = to + local * kernel.geometry.outputs
                for o in 0..<outputs { z[o] += Float(corrections[o]) }
            }
        }
    }

    /// The same sums as integers.
    public func convolve(
        _ image: PackedTensor, _ kernel: BinaryConvolution, into out: UnsafeMutableBufferPointer<Int32>, parallel: Parallel = .serial
    ) {
        convolve(image, kernel, count: out.count, parallel) { operands, group, row, corrections in
            let to = out.baseAddress! + row * kernel.geometry.outputs + group
            xnor.i32(operands, to, kernel.geometry.outputs)
            corrections { local, outputs, corrections in
                let z = to + local * kernel.geometry.outputs
                for o in 0..<outputs { z[o] &+= corrections[o] }
            }
        }
    }

    /// The same sums as integers of 16 bits.
    /// - Precondition: they fit, as sums of fewer than 2¹⁵ products do.
    public func convolve(
        _ image: PackedTensor, _ kernel: BinaryConvolution, into out: UnsafeMutableBufferPointer<Int16>, parallel: Parallel = .serial
    ) {
        let geometry = kernel.geometry
        let outputs = geometry.outputs
        precondition(geometry.depth <= Int16.max, "sums of \(geometry.depth) products do not fit in 16 bits")
        let total = geometry.batch(image) * geometry.positions.positions
        precondition(out.count == total * outputs, "a convolution to \(total) rows of \(outputs) sums into \(out.count) elements")
        nonisolated(unsafe) let out = out
        forEachBlockOfSums(image, kernel, parallel) { sums, rows, row in
            elementwise.narrow_sums(sums, rows * outputs, out.baseAddress! + row * outputs)
        }
    }

    /// Calls `body(sums, rows, first row)` with block after block of the integer sums of all outputs, which a near cache holds.
    func forEachBlockOfSums(
        _ image: PackedTensor, _ kernel: BinaryConvolution, _ parallel: Parallel, _ body: (UnsafePointer<Int32>, Int, Int) -> Void
    ) {
        let geometry = kernel.geometry
        let (outputs, rowsAtOnce) = (geometry.outputs, kernel.rowsAtOnce)
        nonisolated(unsafe) let body = body
        parallel.forEach(geometry.batch(image) * geometry.positions.positions, grain: rowsAtOnce) { range in
            let sums = AlignedBuffer<Int32>(uninitializedCount: rowsAtOnce * outputs)
            let space = AlignedBuffer<UInt64>(uninitializedCount: kernel.rowWords * rowsAtOnce)
            forEachBlock(range, image, kernel, space) { operands, group, row, corrections in
                xnor.i32(operands, sums.pointer + group, outputs)
                corrections { local, count, corrections in
                    let z = sums.pointer + local * outputs + group
                    for o in 0..<count { z[o] &+= corrections[o] }
                }
                if group + outputs / geometry.groups == outputs { body(sums.pointer, operands.pointee.rows, row) }
            }
        }
    }

    /// Bits in, bits out: sign +1 where the sum reaches the output's threshold, [batch × height' × width' × outputs]. With several thresholds an output,
    /// slice after slice, [batch × height' × width' × slices·outputs].
    public func convolve(
        _ image: PackedTensor, _ kernel: BinaryConvolution, thresholds: [Int32], parallel: Parallel = .serial
    ) -> PackedTensor {
        let rows = Shape(kernel.geometry.output.dimensions.dropLast() + [thresholds.count])
        var result = PackedTensor(minusOnes: rows.batched(kernel.geometry.batch(image)))
        result.withUnsafeMutableWords { convolve(image, kernel, thresholds: thresholds, into: $0, parallel: parallel) }
        return result
    }

    /// The same bits into `out`: rows of `PackedTensor.words(for: thresholds.count)` words, padding bits written as 0.
    public func convolve(
        _ image: PackedTensor, _ kernel: BinaryConvolution, thresholds: [Int32], into out: UnsafeMutableBufferPointer<UInt64>,
        parallel: Parallel = .serial
    ) {
        let geometry = kernel.geometry
        let (outputs, stride) = (geometry.outputs, PackedTensor.words(for: thresholds.count))
        precondition(
            thresholds.count > 0 && thresholds.count % outputs == 0, "\(thresholds.count) thresholds for \(outputs) outputs: not as many for each")
        let total = geometry.batch(image) * geometry.positions.positions
        precondition(out.count == total * stride, "a convolution to \(total) rows of \(thresholds.count) bits into \(out.count) words")
        let rowsAtOnce = kernel.rowsAtOnce
        thresholds.withUnsafeBufferPointer { thresholds in
            nonisolated(unsafe) let (out, thresholds) = (out, thresholds)
            parallel.forEach(total, grain: rowsAtOnce) { range in
                // Sums of all groups side by side: thresholds then see whole rows, and rows at the border their corrections.
                let sums = AlignedBuffer<Int32>(uninitializedCount: rowsAtOnce * outputs)
                let space = AlignedBuffer<UInt64>(uninitializedCount: kernel.rowWords * rowsAtOnce)
                let direct = geometry.groups == 1 && kernel.border == nil && thresholds.count == outputs
                forEachBlock(range, image, kernel, space) { operands, group, row, corrections in
                    let to = out.baseAddress! + row * stride
                    if direct { return xnor.bits(operands, thresholds.baseAddress!, to, stride) }
                    xnor.i32(operands, sums.pointer + group, outputs)
                    corrections { local, count, corrections in
                        let z = sums.pointer + local * outputs + group
                        for o in 0..<count { z[o] &+= corrections[o] }
                    }
                    guard group + outputs / geometry.groups == outputs else { return }
                    writeSlices(sums.pointer, rows: operands.pointee.rows, outputs: outputs, thresholds, to)
                }
            }
        }
    }

    /// The bits of a block's sums, slice after slice of thresholds.
    private func writeSlices(
        _ sums: UnsafePointer<Int32>, rows: Int, outputs: Int, _ thresholds: UnsafeBufferPointer<Int32>, _ to: UnsafeMutablePointer<UInt64>
    ) {
        let stride = PackedTensor.words(for: thresholds.count)
        if thresholds.count == outputs || outputs % 64 == 0 {
            for first in Swift.stride(from: 0, to: thresholds.count, by: outputs) {
                threshold.bits(sums, outputs, rows, outputs, thresholds.baseAddress! + first, to + first / 64, stride)
            }
            return
        }
        let words = PackedTensor.words(for: outputs)
        to.update(repeating: 0, count: rows * stride)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: rows * words) { slice in
            for first in Swift.stride(from: 0, to: thresholds.count, by: outputs) {
                threshold.bits(sums, outputs, rows, outputs, thresholds.baseAddress! + first, slice.baseAddress!, words)
                for row in 0..<rows {
                    PackedTensor.copyBits(from: slice.baseAddress! + row * words, at: 0, to: to + row * stride, at: first, count: outputs)
                }
            }
        }
    }

    /// Calls its argument with each border row of a block: place in the block, number of outputs, their corrections.
    typealias Corrections = ((Int, Int, UnsafePointer<Int32>) -> Void) -> Void

    private func convolve(
        _ image: PackedTensor, _ kernel: BinaryConvolution, count: Int, _ parallel: Parallel,
        _ body: (UnsafePointer<sf_xnor_operands>, Int, Int, Corrections) -> Void
    ) {
        let geometry = kernel.geometry
        let total = geometry.batch(image) * geometry.positions.positions
        precondition(count == total * geometry.outputs, "a convolution to \(total) rows of \(geometry.outputs) sums into \(count) elements")
        let rowsAtOnce = kernel.rowsAtOnce
        nonisolated(unsafe) let body = body
        parallel.forEach(total, grain: rowsAtOnce) { range in
            let space = AlignedBuffer<UInt64>(uninitializedCount: kernel.rowWords * rowsAtOnce)
            forEachBlock(range, image, kernel, space, body)
        }
    }

    /// Gathers the bits under block after block of positions and calls `body(operands, first output, first row, corrections)` for each
    /// block and group, groups innermost.
    func forEachBlock(
        _ range: Range<Int>, _ image: PackedTensor, _ kernel: BinaryConvolution, _ space: AlignedBuffer<UInt64>,
        _ body: (UnsafePointer<sf_xnor_operands>, Int, Int, Corrections) -> Void
    ) {
        let geometry = kernel.geometry
        let outputs = geometry.outputs / geometry.groups
        let rowsAtOnce = kernel.rowsAtOnce
        var row = range.lowerBound
        while row < range.upperBound {
            let block = row..<min(row + rowsAtOnce, range.upperBound)
            for group in 0..<geometry.groups {
                image.gatherBits(block, kernel, group: group, into: space.pointer)
                let panels = kernel.panels[group]
                var operands = sf_xnor_operands(
                    a: space.pointer, a_stride: kernel.rowWords, rows: block.count, b: panels.buffer.pointer, columns: outputs,
                    words: panels.words, depth: Int32(geometry.depth))
                body(&operands, group * outputs, block.lowerBound) { correct in
                    guard let border = kernel.border else { return }
                    border.corrections.withUnsafeBufferPointer { corrections in
                        for (local, row) in block.enumerated() {
                            let position = row % geometry.positions.positions
                            if let offset = border.offset(position / geometry.positions.width, position % geometry.positions.width) {
                                correct(local, outputs, corrections.baseAddress! + offset + group * outputs)
                            }
                        }
                    }
                }
            }
            row = block.upperBound
        }
    }
}

extension BinaryConvolution {
    /// Words of a row of bits under the window.
    var rowWords: Int { geometry.window.taps * wordsPerTap }

    /// Rows gathered at a time: about 64 KiB of bits, whole tiles of rows.
    var rowsAtOnce: Int { Swift.max(4, Swift.min(256, 8192 / rowWords / 4 * 4)) }
}

extension ConvolutionGeometry {
    /// Images in a packed tensor.
    func batch(_ images: PackedTensor) -> Int {
        precondition(
            images.shape.rank == 4 && images.shape.item == image, "packed images of shape \(images.shape) for a convolution over \(image)")
        return images.shape[0]
    }
}

extension PackedTensor {
    /// Rows of the bits under the window, for one group.
    fileprivate func gatherBits(_ range: Range<Int>, _ kernel: BinaryConvolution, group: Int, into target: UnsafeMutablePointer<UInt64>) {
        let geometry = kernel.geometry
        let channels = geometry.channels / geometry.groups
        withUnsafeWords { bits in
            var image = sf_patch_image(
                reals: nil, bits: bits.baseAddress, stride: wordsPerRow, pixels: geometry.image[0] * geometry.image[1],
                first: group * channels, channels: channels, outside: 0)
            func gather(_ map: PatchMap, _ rows: Range<Int>, _ target: UnsafeMutablePointer<UInt64>) {
                map.sources.withUnsafeBufferPointer { sources in
                    var map = sf_patch_map(sources: sources.baseAddress, entries: map.entries, taps: map.taps)
                    sf_gather_bits(&map, &image, geometry.padding == .plusOne ? 1 : 0, rows.lowerBound, rows.count, target)
                }
            }
            if let map = kernel.map { return gather(map, range, target) }
            for (local, row) in range.enumerated() {
                // A map of one entry: the row's number is that of its item.
                let (item, position) = row.quotientAndRemainder(dividingBy: geometry.positions.positions)
                gather(.forward(geometry.positions, position: position), item..<item + 1, target + local * kernel.rowWords)
            }
        }
    }
}
