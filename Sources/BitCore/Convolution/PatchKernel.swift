internal import CKernels

/// Products over patches in C: one variant of `sf_convolution.h`. The engines build their convolutions on it.
package struct PatchKernel: Sendable {
    /// The instruction set with its extensions: `avx512`, `avx512+loads`, `avx512+bf16`.
    package let name: String
    /// Working space of one call.
    package let scratchBytes: Int
    private let product: (float32: sf_patch_product_fn, bfloat16: sf_patch_product_fn)
    private let gradient: (float32: sf_patch_gradient_fn, bfloat16: sf_patch_gradient_fn)
    private let gather: sf_gather_bf16_fn
    private let spreading: (float32: PatchSpreading?, bfloat16: PatchSpreading?)

    /// Extents that one call does best with.
    package static let productRows = Int(SF_PRODUCT_ROWS)
    package static let gradientOutputs = Int(SF_GRADIENT_OUTPUTS)
    package static let gradientColumns = Int(SF_GRADIENT_COLUMNS)
    /// Columns of a gradient over signs where there are tables.
    package static let tableColumns = Int(SF_TABLE_COLUMNS)

    /// The best variant that the instruction set allows on this machine.
    /// - Precondition: the machine supports the set.
    package init(_ instructionSet: InstructionSet) {
        precondition(InstructionSet.supported.contains(instructionSet), "this machine has no \(instructionSet.rawValue)")
        self.init(sf_convolution_select(instructionSet.level).pointee)
    }

    private init(_ row: sf_convolution) {
        product = (row.product_f32, row.product_bf16)
        gradient = (row.gradient_f32, row.gradient_bf16)
        gather = row.gather_bf16
        spreading = (row.spread_f32.map { PatchSpreading($0.pointee) }, row.spread_bf16.map { PatchSpreading($0.pointee) })
        name = String(cString: row.name)
        scratchBytes = row.scratch_bytes
    }

    /// Every variant that this machine runs, best first, the reference last.
    package static let runnable: [PatchKernel] = {
        let rows = sequence(first: 0) { $0 + 1 }.lazy.map { sf_convolution_variant($0) }.prefix { $0 != nil }
        return rows.compactMap { $0?.pointee }.filter { sf_isa_supported($0.isa) != 0 && $0.runs() != 0 }.map { PatchKernel($0) }
    }()

    /// The way of gradients to images over kernels of signs, where the variant has one for so many channels of a group. Gradients of such kernels
    /// then go by tables too, and do best with wide pieces.
    package func spreading(channels: Int, rounded: Bool) -> PatchSpreading? {
        let spreading = rounded ? spreading.bfloat16 : spreading.float32
        return spreading.flatMap { $0.fitting(channels) }
    }

    /// Pixels with their channels, as floats or as bits.
    package struct Image: @unchecked Sendable {
        // Sendable: only read, while the call that made it lasts.
        package enum Pixels {
            case reals(UnsafePointer<Float>)
            case signs(UnsafePointer<UInt64>)
            /// bfloat16, for `gather` alone.
            case halves(UnsafePointer<UInt16>)
        }
        package var pixels: Pixels
        /// Floats, or words, from pixel to pixel.
        package var stride: Int
        /// Pixels of an item.
        package var count: Int
        /// Channels first ..< first + channels take part.
        package var first: Int
        package var channels: Int
        /// What stands outside.
        package var outside: Float

        package init(_ pixels: Pixels, stride: Int, count: Int, first: Int, channels: Int, outside: Float) {
            self.pixels = pixels
            (self.stride, self.count, self.first, self.channels, self.outside) = (stride, count, first, channels, outside)
        }

        fileprivate var c: sf_patch_image {
            var image = sf_patch_image(
                reals: nil, bits: nil, stride: stride, pixels: count, first: first, channels: channels, outside: outside)
            switch pixels {
            case .reals(let base): image.reals = base
            case .signs(let base): image.bits = base
            case .halves: break
            }
            return image
        }
    }

    /// The other operand: b(t, k, j), see `sf_patch_product`.
    package struct Weights: @unchecked Sendable {
        // Sendable: as above.
        package var values: Image.Pixels
        package var tap: Int
        package var depth: Int
        /// Of floats: distance of columns.
        package var column = 0
        /// Of bits: the bit of column 0.
        package var first = 0

        package init(reals: UnsafePointer<Float>, tap: Int, depth: Int, column: Int) {
            (values, self.tap, self.depth, self.column) = (.reals(reals), tap, depth, column)
        }

        package init(signs: UnsafePointer<UInt64>, tap: Int, depth: Int, first: Int) {
            (values, self.tap, self.depth, self.first) = (.signs(signs), tap, depth, first)
        }
    }

    /// c[target of r][j] = Σ_{t,k} patch(r, t, k)·b(t, k, j) for the rows given.
    /// - Parameters:
    ///   - stride: floats from pixel to pixel of the result.
    ///   - pixels: pixels of an item of the result.
    ///   - scratch: `scratchBytes` bytes, aligned to 64, that no other call uses meanwhile.
    package func product(
        _ map: PatchMap, _ image: Image, rows: Range<Int>, _ weights: Weights, columns: Int, into c: UnsafeMutablePointer<Float>,
        stride: Int, pixels: Int, rounded: Bool, scratch: UnsafeMutableRawPointer
    ) {
        map.sources.withUnsafeBufferPointer { sources in
            var product = sf_patch_product()
            product.map = sf_patch_map(sources: sources.baseAddress, entries: map.entries, taps: map.taps)
            product.image = image.c
            (product.first_row, product.rows, product.columns) = (rows.lowerBound, rows.count, columns)
            switch weights.values {
            case .reals(let base): product.b = base
            case .signs(let base): product.b_bits = base
            case .halves: preconditionFailure("a product over patches has no bfloat16 weights in memory")
            }
            (product.b_tap, product.b_depth, product.b_column, product.b_first) = (weights.tap, weights.depth, weights.column, weights.first)
            (product.c, product.c_row, product.c_pixels) = (c, stride, pixels)
            map.kernelTaps.withUnsafeBufferPointer { taps in
                product.b_taps = taps.baseAddress
                let run = rounded ? self.product.bfloat16 : self.product.float32
                guard let targets = map.targets else { return run(&product, scratch) }
                targets.withUnsafeBufferPointer {
                    product.targets = $0.baseAddress
                    run(&product, scratch)
                }
            }
        }
    }

    /// dw[o][j] = Σ_r dz[r][o]·patch(r, j) over all `rows` of the map, for some outputs and columns.
    /// - Parameters:
    ///   - dz: rows of `dzStride` floats.
    ///   - dw: rows of `dwStride` floats.
    package func gradient(
        _ map: PatchMap, _ image: Image, rows: Int, _ dz: UnsafePointer<Float>, dzStride: Int, outputs: Range<Int>, columns: Range<Int>,
        into dw: UnsafeMutablePointer<Float>, dwStride: Int, rounded: Bool, scratch: UnsafeMutableRawPointer
    ) {
        map.sources.withUnsafeBufferPointer { sources in
            var gradient = sf_patch_gradient(
                map: sf_patch_map(sources: sources.baseAddress, entries: map.entries, taps: map.taps), image: image.c, rows: rows,
                dz: dz + outputs.lowerBound, dz_row: dzStride, outputs: outputs.count, first_column: columns.lowerBound, columns: columns.count,
                dw: dw + outputs.lowerBound * dwStride, dw_row: dwStride)
            (rounded ? self.gradient.bfloat16 : self.gradient.float32)(&gradient, scratch)
        }
    }

    /// Rows of patches as bfloat16, row-major [rows × taps · channels], from bits or from bfloat16.
    package func gather(_ map: PatchMap, _ image: Image, rows: Range<Int>, taps: Range<Int>, into target: UnsafeMutablePointer<UInt16>) {
        map.sources.withUnsafeBufferPointer { sources in
            var map = sf_patch_map(sources: sources.baseAddress, entries: map.entries, taps: map.taps)
            var pixels = image.c
            var halves: UnsafePointer<UInt16>?
            if case .halves(let base) = image.pixels { halves = base }
            precondition(halves != nil || pixels.bits != nil, "patches in bfloat16 come from bits or from bfloat16")
            self.gather(&map, &pixels, halves, rows.lowerBound, rows.count, taps.lowerBound, taps.count, target)
        }
    }
}
