internal import CKernels

/// Gradients of images over kernels of signs, spread from each position of the window to the pixels under it: sums by tables (see
/// `convolution/tables.h`).
package struct PatchSpreading: @unchecked Sendable {
    // Sendable: the code points at constants alone.
    /// Channels come in multiples of this.
    package let lanes: Int
    private let code: sf_patch_spreading

    init(_ code: sf_patch_spreading) {
        self.code = code
        lanes = code.lanes
    }

    /// This one, or a narrower one, whose lanes the channels fill.
    func fitting(_ channels: Int) -> PatchSpreading? {
        channels % lanes == 0 ? self : code.narrower.flatMap { PatchSpreading($0.pointee).fitting(channels) }
    }

    /// Bytes of a packed kernel.
    package func bytes(outputs: Int, taps: Int, channels: Int) -> Int { code.bytes(outputs, taps, channels) }

    /// Packs one tap of rows (output, tap) of `words` words each into `bytes` bytes aligned to 64.
    package func pack(
        _ signs: UnsafePointer<UInt64>, words: Int, outputs: Int, taps: Int, channels: Int, tap: Int, into target: UnsafeMutableRawPointer
    ) { code.pack(signs, words, outputs, taps, channels, tap, target) }

    /// dx[source(e, t)][c] = Σ dz[e][o]·factor(o)·sign(o, t, c) for the items given; pixels that nothing reads become 0.
    /// - Parameters:
    ///   - map: entries are positions, sources are pixels of dx.
    ///   - factors: of the outputs; nil for 1.
    ///   - dzStride, dxStride: floats from position to position, and from pixel to pixel.
    package func run(
        _ map: PatchMap, items: Range<Int>, _ dz: UnsafePointer<Float>, dzStride: Int, outputs: Int, signs: UnsafeRawPointer, factors: UnsafePointer<Float>?,
        into dx: UnsafeMutablePointer<Float>, dxStride: Int, pixels: Int, channels: Int
    ) {
        map.sources.withUnsafeBufferPointer { sources in
            var spread = sf_patch_spread(
                map: sf_patch_map(sources: sources.baseAddress, entries: map.entries, taps: map.taps), first_item: items.lowerBound, items: items.count,
                dz: dz, dz_row: dzStride, outputs: outputs, factors: factors, signs: signs, dx: dx, dx_row: dxStride, pixels: pixels, channels: channels)
            code.run(&spread)
        }
    }
}
