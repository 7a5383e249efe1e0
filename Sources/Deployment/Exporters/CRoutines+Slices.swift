/// The functions that networks of bits in slices call.
extension CRoutine {
    static let slicesText = """
        /* Bits from sums at several thresholds each: slice s of column c, at s * columns + c, is +1 where
         * z[c] >= t[s * columns + c]. */
        static void @_slices_BITS(const int32_t *z, const intBITS_t *t, uint32_t columns, uint32_t slices, uint32_t *y)
        {
            uint32_t k;
            uint32_t c = 0u;
            for (k = 0u; k < columns * slices; k++) {
                if ((k & 31u) == 0u) {
                    y[k >> 5] = 0u;
                }
                if (z[c] >= t[k]) {
                    y[k >> 5] |= (uint32_t)1u << (k & 31u);
                }
                c = c + 1u == columns ? 0u : c + 1u;
            }
        }


        """

    static let convolveSlicesText = """
        /* A convolution of bits with several thresholds an output: bits of all positions. The sums of one position
         * stand before patch. */
        static void @_convolve_slices_BITS(const uint32_t *image, const uint32_t *w, const intBITS_t *t, const @_window *g,
                                           uint32_t channels, uint32_t groups, uint32_t outputs, int32_t fill, uint32_t *patch,
                                           uint32_t slices, uint32_t *out)
        {
            int32_t *z = (int32_t *)patch;
            int32_t y, x;
            for (y = 0; y < g->rows; y++) {
                for (x = 0; x < g->columns; x++, out += (outputs * slices + 31u) >> 5) {
                    @_convolve_position(image, w, g, y, x, channels, groups, outputs, fill, patch + outputs, z);
                    @_slices_BITS(z, t, outputs, slices, out);
                }
            }
        }


        """

    static let xnorText = """
        /* +1 where both are the same. Padding stays 0. */
        static void @_xnor(const uint32_t *a, const uint32_t *b, uint32_t rows, uint32_t columns, uint32_t *y)
        {
            uint32_t words = (columns + 31u) >> 5;
            uint32_t last = (uint32_t)0xFFFFFFFFu >> ((32u - (columns & 31u)) & 31u);
            uint32_t row, k;
            for (row = 0u; row < rows; row++) {
                for (k = 0u; k < words; k++) {
                    *y++ = ~(*a++ ^ *b++) & (k + 1u == words ? last : 0xFFFFFFFFu);
                }
            }
        }


        """

    static let orText = """
        /* +1 where either is. */
        static void @_or(const uint32_t *a, const uint32_t *b, uint32_t words, uint32_t *y)
        {
            uint32_t k;
            for (k = 0u; k < words; k++) {
                y[k] = a[k] | b[k];
            }
        }


        """

    static let interleaveText = """
        /* The columns of a and b in turn. */
        static void @_interleave(const uint32_t *a, const uint32_t *b, uint32_t rows, uint32_t columns, uint32_t *y)
        {
            uint32_t words = (columns + 31u) >> 5;
            uint32_t row, c;
            for (row = 0u; row < rows; row++, a += words, b += words, y += (2u * columns + 31u) >> 5) {
                for (c = 0u; c < columns; c++) {
                    uint32_t pair = (a[c >> 5] >> (c & 31u) & 1u) | (b[c >> 5] >> (c & 31u) & 1u) << 1;
                    if ((c & 15u) == 0u) {
                        y[c >> 4] = 0u;
                    }
                    y[c >> 4] |= pair << (2u * (c & 15u));
                }
            }
        }


        """

    static let splitText = """
        /* A run of columns, from first on, of each slice of each row of x. */
        static void @_split(const uint32_t *x, uint32_t rows, uint32_t slices, uint32_t width, uint32_t first, uint32_t run,
                            uint32_t *y)
        {
            uint32_t words = (slices * run + 31u) >> 5;
            uint32_t row, s;
            @_clear(y, rows * words);
            for (row = 0u; row < rows; row++, x += (slices * width + 31u) >> 5, y += words) {
                for (s = 0u; s < slices; s++) {
                    @_copy_bits(x, s * width + first, y, s * run, run);
                }
            }
        }


        """

    static let sliceSumText = """
        /* The sum of the signs of all slices, column by column. */
        static void @_slice_sum(const uint32_t *x, uint32_t rows, uint32_t slices, uint32_t width, int32_t *z)
        {
            uint32_t row, s, c;
            for (row = 0u; row < rows; row++, x += (slices * width + 31u) >> 5, z += width) {
                for (c = 0u; c < width; c++) {
                    z[c] = 0;
                    for (s = 0u; s < slices; s++) {
                        uint32_t at = s * width + c;
                        z[c] += 2 * (int32_t)(x[at >> 5] >> (at & 31u) & 1u) - 1;
                    }
                }
            }
        }


        """
}
