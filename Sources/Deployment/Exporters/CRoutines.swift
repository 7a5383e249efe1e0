/// The functions of a generated C file. `@` stands for the network's prefix. Each is written out only where a network calls it.
enum CRoutine: Hashable {
    case pixel
    case copyBits
    case clear
    case differences
    case byteSums
    case patchSums
    case signs(bits: Int)
    case sumLayer
    case signLayer(bits: Int)
    case byteSignLayer(bits: Int)
    case convolvePosition
    case convolveSums
    case convolveSigns(bits: Int)
    case bytePosition
    case byteConvolveSums
    case byteConvolveSigns(bits: Int)
    case maxPool
    case sumPool
    case sumPoolBits
    case bitPool
    case flip
    case repack
    case placeBits
    case placeSums
    case add
    case scale
    case binarise
    case slices(bits: Int)
    case convolveSlices(bits: Int)
    case byteConvolveSlices(bits: Int)
    case xnor, or, interleave, split, sliceSum
    case product
    case affine, affineSums, affineBytes, affineBits
    case accumulate, realConvolve, realDense
    case meanPool, realMaxPool
    case relu, rectify
    case realSigns
    case placeReals, addReals, copy

    /// What it calls.
    var needs: [CRoutine] {
        switch self {
        case .sumLayer, .signLayer: [.differences]
        case .byteSignLayer(let bits): [.byteSums, .signs(bits: bits)]
        case .convolvePosition: [.pixel, .copyBits, .differences]
        case .convolveSums: [.convolvePosition]
        case .convolveSigns(let bits): [.convolvePosition, .signs(bits: bits)]
        case .bytePosition: [.pixel, .patchSums]
        case .byteConvolveSums: [.bytePosition]
        case .byteConvolveSigns(let bits): [.bytePosition, .signs(bits: bits)]
        case .convolveSlices(let bits): [.convolvePosition, .slices(bits: bits)]
        case .byteConvolveSlices(let bits): [.bytePosition, .slices(bits: bits)]
        case .maxPool, .sumPool, .sumPoolBits, .bitPool, .realMaxPool: [.pixel]
        case .repack: [.copyBits]
        case .placeBits, .split: [.copyBits, .clear]
        case .affine, .affineSums, .affineBytes, .rectify: [.product]
        case .realConvolve: [.pixel, .accumulate]
        case .realDense: [.accumulate]
        case .meanPool: [.pixel, .product]
        default: []
        }
    }

    /// Order of definition: callees first. Variants of a width follow each other.
    static let order: [CRoutine] = {
        func both(_ routine: (Int) -> CRoutine) -> [CRoutine] { [routine(16), routine(32)] }
        return [.pixel, .copyBits, .clear, .differences, .byteSums, .patchSums] + both(signs) + both(slices) + [.sumLayer] + both(signLayer)
            + both(byteSignLayer) + [.convolvePosition, .convolveSums] + both(convolveSigns) + both(convolveSlices)
            + [.bytePosition, .byteConvolveSums] + both(byteConvolveSigns) + both(byteConvolveSlices)
            + [.maxPool, .sumPool, .sumPoolBits, .bitPool, .flip, .repack, .placeBits, .placeSums, .add]
            + [.xnor, .or, .interleave, .split, .sliceSum]
            + [.product, .affine, .affineSums, .affineBytes, .affineBits, .accumulate, .realConvolve, .realDense, .meanPool, .realMaxPool]
            + [.relu, .rectify, .realSigns, .placeReals, .addReals, .copy, .scale, .binarise]
    }()

    var text: String {
        func width(_ text: String, _ bits: Int) -> String { text.replacing("BITS", with: "\(bits)") }
        return switch self {
        case .pixel: Self.pixelText
        case .copyBits: Self.copyBitsText
        case .clear: Self.clearText
        case .differences: Self.differencesText
        case .byteSums: Self.byteSumsText
        case .patchSums: Self.patchSumsText
        case .signs(let bits): width(Self.signsText, bits)
        case .sumLayer: Self.sumLayerText
        case .signLayer(let bits): width(Self.signLayerText, bits)
        case .byteSignLayer(let bits): width(Self.byteSignLayerText, bits)
        case .convolvePosition: Self.convolvePositionText
        case .convolveSums: Self.convolveSumsText
        case .convolveSigns(let bits): width(Self.convolveSignsText, bits)
        case .bytePosition: Self.bytePositionText
        case .byteConvolveSums: Self.bytes(Self.convolveSumsText)
        case .byteConvolveSigns(let bits): width(Self.bytes(Self.convolveSignsText), bits)
        case .maxPool: Self.maxPoolText
        case .sumPool: Self.sumPoolText
        case .sumPoolBits: Self.sumPoolBitsText
        case .bitPool: Self.bitPoolText
        case .flip: Self.flipText
        case .repack: Self.repackText
        case .placeBits: Self.placeBitsText
        case .placeSums: Self.placeSumsText
        case .add: Self.addText
        case .scale: Self.scaleText
        case .binarise: Self.binariseText
        case .slices(let bits): width(Self.slicesText, bits)
        case .convolveSlices(let bits): width(Self.convolveSlicesText, bits)
        case .byteConvolveSlices(let bits): width(Self.bytes(Self.convolveSlicesText), bits)
        case .xnor: Self.xnorText
        case .or: Self.orText
        case .interleave: Self.interleaveText
        case .split: Self.splitText
        case .sliceSum: Self.sliceSumText
        case .product: Self.productText
        case .affine: Self.affineText
        case .affineSums: Self.affineSumsText
        case .affineBytes: Self.affineBytesText
        case .affineBits: Self.affineBitsText
        case .accumulate: Self.accumulateText
        case .realConvolve: Self.realConvolveText
        case .realDense: Self.realDenseText
        case .meanPool: Self.meanPoolText
        case .realMaxPool: Self.realMaxPoolText
        case .relu: Self.reluText
        case .rectify: Self.rectifyText
        case .realSigns: Self.realSignsText
        case .placeReals: Self.reals(Self.placeSumsText)
        case .addReals: Self.reals(Self.addText)
        case .copy: Self.copyText
        }
    }

    private static let differencesText = """
        /* In how many bits two rows differ. Ones are counted in pairs, then in groups of four, then in
         * bytes; four byte-wide counters take 31 words of at most 8 ones a byte (248) before they are
         * added up. No multiplication, no table, no compiler extension. */
        static uint32_t @_differences(const uint32_t *a, const uint32_t *b, uint32_t words)
        {
            uint32_t total = 0u;
            while (words > 0u) {
                uint32_t block = words < 31u ? words : 31u;
                uint32_t counters = 0u;
                words -= block;
                for (; block > 0u; block--) {
                    uint32_t v = *a++ ^ *b++;
                    v = v - ((v >> 1) & 0x55555555u);
                    v = (v & 0x33333333u) + ((v >> 2) & 0x33333333u);
                    counters += (v + (v >> 4)) & 0x0F0F0F0Fu;
                }
                counters = (counters & 0x00FF00FFu) + ((counters >> 8) & 0x00FF00FFu);
                total += (counters & 0xFFFFu) + (counters >> 16);
            }
            return total;
        }


        """

    private static let sumLayerText = """
        /* Sums of sign products: K signs agree in K - d places and differ in d, so the sum of their
         * products is (K - d) - d = K - 2d. Padding bits are 0 in both rows and never differ. */
        static void @_sum_layer(const uint32_t *x, const uint32_t *w, uint32_t outputs, uint32_t words,
                                int32_t depth, int32_t *z)
        {
            uint32_t j;
            for (j = 0u; j < outputs; j++, w += words) {
                z[j] = depth - 2 * (int32_t)@_differences(x, w, words);
            }
        }


        """

    private static let signLayerText = """
        /* Bits in, bits out: output j is +1 (bit 1) where K - 2d >= t[j]. Batch normalisation and sign are
         * inside t. */
        static void @_sign_layer_BITS(const uint32_t *x, const uint32_t *w, const intBITS_t *t,
                                    uint32_t outputs, uint32_t words, int32_t depth, uint32_t *y)
        {
            uint32_t j;
            for (j = 0u; j < outputs; j++, w += words) {
                int32_t z = depth - 2 * (int32_t)@_differences(x, w, words);
                if ((j & 31u) == 0u) {
                    y[j >> 5] = 0u;
                }
                if (z >= t[j]) {
                    y[j >> 5] |= (uint32_t)1u << (j & 31u);
                }
            }
        }


        """

    private static let byteSumsText = """
        /* Exact sums of bytes with signs: with P the sum of the bytes whose weight is +1 and S the sum of
         * all, z = P - (S - P). P comes from tables: for every group of four inputs the sums of its sixteen
         * subsets are made once and serve all outputs, so four weights cost one look-up. Weights are
         * word-major: w[i * stride + j] holds inputs 32i to 32i + 31 of output j, lowest bit first.
         * Nothing overflows: P and S - P are at most 255 K < 2^31. */
        static void @_byte_sums(const uint8_t *q, const uint32_t *w, uint32_t stride, uint32_t outputs,
                                uint32_t depth, int32_t *z, uint32_t *table)
        {
            uint32_t i, j, n, k, m;
            int32_t all = 0;
            for (j = 0u; j < outputs; j++) {
                z[j] = 0;
            }
            for (i = 0u; i < depth; i += 32u, w += stride) {
                for (n = 0u; n < 8u; n++) {
                    uint32_t *t = table + 16u * n;
                    t[0] = 0u;
                    for (k = 0u; k < 4u; k++) {
                        uint32_t at = i + 4u * n + k;
                        uint32_t v = at < depth ? q[at] : 0u;
                        all += (int32_t)v;
                        for (m = 0u; m < (uint32_t)1u << k; m++) {
                            t[((uint32_t)1u << k) + m] = t[m] + v;
                        }
                    }
                }
                for (j = 0u; j < outputs; j++) {
                    uint32_t v = w[j];
                    z[j] += (int32_t)(table[v & 15u] + table[16u + ((v >> 4) & 15u)]
                        + table[32u + ((v >> 8) & 15u)] + table[48u + ((v >> 12) & 15u)]
                        + table[64u + ((v >> 16) & 15u)] + table[80u + ((v >> 20) & 15u)]
                        + table[96u + ((v >> 24) & 15u)] + table[112u + (v >> 28)]);
                }
            }
            for (j = 0u; j < outputs; j++) {
                z[j] = z[j] - (all - z[j]);
            }
        }


        """

    /// The same of values in words, which may lie outside the range of a byte and be negative.
    private static var patchSumsText: String {
        byteSumsText.replacing("@_byte_sums", with: "@_patch_sums").replacing("const uint8_t *q", with: "const int32_t *q")
            .replacing("uint32_t *t", with: "int32_t *t").replacing("uint32_t v = at < depth ? q[at] : 0u", with: "int32_t v = at < depth ? q[at] : 0")
            .replacing("t[0] = 0u", with: "t[0] = 0").replacing("all += (int32_t)v", with: "all += v")
            .replacing("Exact sums of bytes with signs", with: "Exact sums of values with signs")
            .replacing("P and S - P are at most 255 K < 2^31", with: "the largest value times K is below 2^31")
            .replacing("z[j] += (int32_t)(table", with: "z[j] += (table")
    }

    private static let signsText = """
        /* Bits from sums: +1 where z[j] >= t[j]. */
        static void @_signs_BITS(const int32_t *z, const intBITS_t *t, uint32_t outputs, uint32_t *y)
        {
            uint32_t j;
            for (j = 0u; j < outputs; j++) {
                if ((j & 31u) == 0u) {
                    y[j >> 5] = 0u;
                }
                if (z[j] >= t[j]) {
                    y[j >> 5] |= (uint32_t)1u << (j & 31u);
                }
            }
        }


        """

    private static let byteSignLayerText = """
        /* Bytes in, bits out, 128 outputs at a time so that the sums need little memory. */
        static void @_byte_sign_layer_BITS(const uint8_t *q, const uint32_t *w, const intBITS_t *t,
                                         uint32_t outputs, uint32_t depth, uint32_t *tile, uint32_t *y)
        {
            uint32_t first;
            int32_t *z = (int32_t *)tile;
            for (first = 0u; first < outputs; first += 128u) {
                uint32_t count = outputs - first < 128u ? outputs - first : 128u;
                @_byte_sums(q, w + first, outputs, count, depth, z, tile + 128);
                @_signs_BITS(z, t + first, count, y + (first >> 5));
            }
        }


        """

    private static let scaleText = """
        /* Scores from sums; z and s may be one array. Fan-in bounds every score below 2^24. */
        static void @_scale(const int32_t *z, const int32_t *scale, const int32_t *bias, uint32_t classes,
                            int32_t *s)
        {
            uint32_t j;
            for (j = 0u; j < classes; j++) {
                s[j] = scale[j] * z[j] + bias[j];
            }
        }


        """

    private static let binariseText = """
        /* Bits from bytes: +1 where q[k] >= threshold. */
        static void @_binarise(const uint8_t *q, uint32_t count, uint32_t threshold, uint32_t *y)
        {
            uint32_t k;
            for (k = 0u; k < count; k++) {
                if ((k & 31u) == 0u) {
                    y[k >> 5] = 0u;
                }
                if (q[k] >= threshold) {
                    y[k >> 5] |= (uint32_t)1u << (k & 31u);
                }
            }
        }


        """
}
