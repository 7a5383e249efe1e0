#if OneDNN
internal import BitCore

/// Convolutions in bfloat16 as products of oneDNN, for processors whose matrix unit (AMX) it drives: blocks of patches are expanded from bits, or
/// copied from an operand rounded once, into memory that fits the second-level cache, and each is one product.
///
/// One group only. Results do not depend on the number of threads beyond how oneDNN rounds blocks of other shapes.
struct BlockConvolution: Sendable {
    let library: OneDNNLibrary
    let scratch: ScratchPool
    let kernel = PatchKernel(.active)
    let rounding = DenseProductKernel(.active)

    /// Rows of a block, and about as many values of its depth or columns: 768 KiB.
    private static let rows = 512
    private static let depth = 768

    func convolve(
        _ geometry: ConvolutionGeometry, batch: Int, image: ConvolutionOperand, weights: ConvolutionOperand,
        into z: UnsafeMutablePointer<Float>, parallel: Parallel
    ) {
        image.check(image: geometry, batch: batch)
        weights.check(kernel: geometry)
        withImage(geometry, batch, image, parallel) { pixels in
            weights.withFloats(geometry.kernel.count, parallel: parallel) { weights in
                withHalves(weights, geometry.kernel.count, parallel) { weights in
                    product(
                        .forward(geometry.positions), pixels, batch, weights, tap: geometry.channels, depth: 1, column: geometry.depth,
                        columns: geometry.outputs, into: z, pixels: geometry.positions.positions, parallel)
                }
            }
        }
    }

    /// - Precondition: the geometry has maps of pixels.
    func imageGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, weights: ConvolutionOperand, maps: [PatchMap],
        into dx: UnsafeMutablePointer<Float>, parallel: Parallel
    ) {
        weights.check(kernel: geometry)
        let (outputs, channels, taps) = (geometry.outputs, geometry.channels, geometry.window.taps)
        let positions = geometry.positions.positions
        withHalves(dz, batch * geometry.output.count, parallel) { dz in
            let gradients = PatchKernel.Image(.halves(dz), stride: outputs, count: positions, first: 0, channels: outputs, outside: 0)
            weights.withFloats(geometry.kernel.count, parallel: parallel) { weights in
                scratch.withScratch(bytes: 2 * geometry.kernel.count) { space in
                    let halves = space.assumingMemoryBound(to: UInt16.self)
                    for map in maps {
                        // w[output][tap][channel] to rows (tap of the map, output).
                        for (row, tap) in map.kernelTaps.enumerated() {
                            for output in 0..<outputs {
                                rounding.roundToBFloat16(
                                    weights + (output * taps + Int(tap)) * channels, count: channels,
                                    into: halves + (row * outputs + output) * channels)
                            }
                        }
                        product(
                            map, gradients, batch, halves, tap: outputs * channels, depth: channels, column: 1, columns: channels, into: dx,
                            pixels: geometry.image[0] * geometry.image[1], parallel)
                    }
                }
            }
        }
    }

    func kernelGradient(
        _ geometry: ConvolutionGeometry, batch: Int, outputGradient dz: UnsafePointer<Float>, image: ConvolutionOperand,
        into dw: UnsafeMutablePointer<Float>, parallel: Parallel
    ) {
        image.check(image: geometry, batch: batch)
        let map = PatchMap.forward(geometry.positions)
        let (total, outputs, channels) = (batch * geometry.positions.positions, geometry.outputs, geometry.channels)
        guard total > 0 else { return dw.update(repeating: 0, count: geometry.kernel.count) }
        let tapsAtOnce = Swift.max(1, Self.depth / channels)
        let across = (map.taps + tapsAtOnce - 1) / tapsAtOnce
        var share = outputs
        while across * ((outputs + share - 1) / share) % parallel.threads != 0, share > 64 { share = (share / 2 + 31) / 32 * 32 }
        let down = (outputs + share - 1) / share
        withImage(geometry, batch, image, parallel) { pixels in
            withHalves(dz, batch * geometry.output.count, parallel) { dz in
                nonisolated(unsafe) let (dz, dw) = (dz, dw)
                parallel.forEach(across * down) { tasks in
                    scratch.withScratch(bytes: 2 * Self.rows * tapsAtOnce * channels) { space in
                        let patches = space.assumingMemoryBound(to: UInt16.self)
                        for task in tasks {
                            let taps = task / down * tapsAtOnce..<min((task / down + 1) * tapsAtOnce, map.taps)
                            let some = task % down * share..<min((task % down + 1) * share, outputs)
                            for first in stride(from: 0, to: total, by: Self.rows) {
                                let rows = first..<min(first + Self.rows, total)
                                kernel.gather(map, pixels, rows: rows, taps: taps, into: patches)
                                let columns = taps.count * channels
                                let key = OneDNNLibrary.Key(
                                    rows: some.count, columns: columns, depth: rows.count, aRow: 1, aDepth: outputs, bDepth: columns, bColumn: 1,
                                    cRow: geometry.depth, accumulate: first > 0, bfloat16: true)
                                run(
                                    key, dz + first * outputs + some.lowerBound, patches,
                                    dw + some.lowerBound * geometry.depth + taps.lowerBound * channels)
                            }
                        }
                    }
                }
            }
        }
    }

    /// c[target of r] = Σ_t patch(r, t)·b(t), see `PatchKernel.product`; b in bfloat16, tap t at `weights + t·tap`.
    private func product(
        _ map: PatchMap, _ image: PatchKernel.Image, _ batch: Int, _ weights: UnsafePointer<UInt16>, tap: Int, depth: Int, column: Int,
        columns: Int, into c: UnsafeMutablePointer<Float>, pixels: Int, _ parallel: Parallel
    ) {
        let tapsAtOnce = Swift.max(1, Self.depth / image.channels)
        nonisolated(unsafe) let (weights, c) = (weights, c)
        parallel.forEach(batch * map.entries, grain: Self.rows) { range in
            let patchBytes = (2 * Self.rows * tapsAtOnce * image.channels + 63) / 64 * 64
            scratch.withScratch(bytes: patchBytes + (map.targets == nil ? 0 : 4 * Self.rows * columns)) { space in
                let patches = space.assumingMemoryBound(to: UInt16.self)
                let results = (space + patchBytes).assumingMemoryBound(to: Float.self)
                for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.rows) {
                    let rows = first..<min(first + Self.rows, range.upperBound)
                    let out = map.targets == nil ? c + first * columns : results
                    if map.taps == 0 { out.update(repeating: 0, count: rows.count * columns) }
                    for start in stride(from: 0, to: map.taps, by: tapsAtOnce) {
                        let taps = start..<min(start + tapsAtOnce, map.taps)
                        kernel.gather(map, image, rows: rows, taps: taps, into: patches)
                        let values = taps.count * image.channels
                        let key = OneDNNLibrary.Key(
                            rows: rows.count, columns: columns, depth: values, aRow: values, aDepth: 1, bDepth: depth, bColumn: column,
                            cRow: columns, accumulate: start > 0, bfloat16: true)
                        run(key, patches, weights + start * tap, out)
                    }
                    guard let targets = map.targets else { continue }
                    for (local, row) in rows.enumerated() {
                        let pixel = row / map.entries * pixels + Int(targets[row % map.entries])
                        (c + pixel * columns).update(from: results + local * columns, count: columns)
                    }
                }
            }
        }
    }

    private func run(_ key: OneDNNLibrary.Key, _ a: UnsafePointer<UInt16>, _ b: UnsafePointer<UInt16>, _ c: UnsafeMutablePointer<Float>) {
        switch library.product(key) {
        case .success(let code): scratch.withScratch(bytes: code.scratchBytes) { library.run(code, a, b, c, scratch: $0) }
        case .failure(let fault): fatalError("oneDNN cannot make a matrix product of \(key): \(fault)")
        }
    }

    /// Floats rounded to bfloat16.
    private func withHalves(_ source: UnsafePointer<Float>, _ count: Int, _ parallel: Parallel, _ body: (UnsafePointer<UInt16>) -> Void) {
        scratch.withScratch(bytes: 2 * count) { space in
            let halves = space.assumingMemoryBound(to: UInt16.self)
            nonisolated(unsafe) let (source, target) = (source, halves)
            parallel.forEach(count, grain: 1 << 16) { range in
                rounding.roundToBFloat16(source + range.lowerBound, count: range.count, into: target + range.lowerBound)
            }
            body(halves)
        }
    }

    /// The image as `PatchKernel.gather` reads it: bits as they are, floats rounded.
    private func withImage(
        _ geometry: ConvolutionGeometry, _ batch: Int, _ image: ConvolutionOperand, _ parallel: Parallel, _ body: (PatchKernel.Image) -> Void
    ) {
        func pixels(_ pixels: PatchKernel.Image.Pixels, _ stride: Int) -> PatchKernel.Image {
            PatchKernel.Image(
                pixels, stride: stride, count: geometry.image[0] * geometry.image[1], first: 0, channels: geometry.channels,
                outside: geometry.padding == .plusOne ? 1 : 0)
        }
        switch image {
        case .scaledSigns: preconditionFailure("only kernels have a factor for each output, not images")
        case .signs(let bits): bits.withUnsafeWords { body(pixels(.signs($0.baseAddress!), bits.wordsPerRow)) }
        case .reals(let floats):
            withHalves(floats, batch * geometry.image.count, parallel) { body(pixels(.halves($0), geometry.channels)) }
        }
    }
}
#endif
