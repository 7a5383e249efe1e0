/// The functions that networks of images call.
extension CRoutine {
    /// Comes before the tables, some of which are of this type.
    static let windowText = """
        /* A window on an image: the image's extents, taps and the steps between them, the image's place in its
         * margins, positions of the window; replicate: 1 where taps outside read the nearest pixel. */
        typedef struct {
            int32_t height, width, taps_down, taps_across, stride, dilation, top, left, rows, columns, replicate;
        } @_window;


        """

    static let pixelText = """
        /* The pixel (row * width + column) under tap (i, j) of the window at (y, x); -1 outside the image. */
        static int32_t @_pixel(const @_window *g, int32_t y, int32_t x, int32_t i, int32_t j)
        {
            int32_t row = y * g->stride + i * g->dilation - g->top;
            int32_t column = x * g->stride + j * g->dilation - g->left;
            if (g->replicate) {
                row = row < 0 ? 0 : row >= g->height ? g->height - 1 : row;
                column = column < 0 ? 0 : column >= g->width ? g->width - 1 : column;
            }
            if (row < 0 || row >= g->height || column < 0 || column >= g->width) {
                return -1;
            }
            return row * g->width + column;
        }


        """

    static let copyBitsText = """
        /* Copies bits, lowest first, to a place that holds zeros. */
        static void @_copy_bits(const uint32_t *from, uint32_t start, uint32_t *to, uint32_t place, uint32_t count)
        {
            while (count > 0u) {
                uint32_t a = start & 31u;
                uint32_t b = place & 31u;
                uint32_t n = 32u - (a > b ? a : b);
                uint32_t v = from[start >> 5] >> a;
                if (n > count) {
                    n = count;
                }
                if (n < 32u) {
                    v &= ((uint32_t)1u << n) - 1u;
                }
                to[place >> 5] |= v << b;
                start += n;
                place += n;
                count -= n;
            }
        }


        """

    static let convolvePositionText = """
        /* The sums of all outputs where the window stands at (y, x). The bits under it are put together in patch,
         * each tap on a word, and then compared with each output's weights. Taps outside the image are +1 where
         * fill says so (or nearest pixels, see above); otherwise they are 0 and their products left out: a sum over
         * K signs is K - 2d, tap by tap as over all. After patch stand as many words as taps: 1 where a tap counts. */
        static void @_convolve_position(const uint32_t *image, const uint32_t *w, const @_window *g, int32_t y, int32_t x,
                                        uint32_t channels, uint32_t groups, uint32_t outputs, int32_t fill,
                                        uint32_t *patch, int32_t *z)
        {
            uint32_t depth = channels / groups;
            uint32_t words = (depth + 31u) >> 5;
            uint32_t pixel_words = (channels + 31u) >> 5;
            uint32_t taps = (uint32_t)g->taps_down * (uint32_t)g->taps_across;
            uint32_t *counts = patch + taps * words;
            uint32_t group, o, k, n;
            for (group = 0u; group < groups; group++) {
                uint32_t *p = patch;
                uint32_t inside = 0u;
                int32_t i, j;
                n = 0u;
                for (i = 0; i < g->taps_down; i++) {
                    for (j = 0; j < g->taps_across; j++) {
                        int32_t pixel = @_pixel(g, y, x, i, j);
                        for (k = 0u; k < words; k++) {
                            p[k] = pixel < 0 && fill ? 0xFFFFFFFFu : 0u;
                        }
                        if (pixel >= 0) {
                            @_copy_bits(image + (uint32_t)pixel * pixel_words, group * depth, p, 0u, depth);
                        } else if ((depth & 31u) != 0u) {
                            p[words - 1u] &= ((uint32_t)1u << (depth & 31u)) - 1u;
                        }
                        counts[n] = pixel >= 0 || fill ? 1u : 0u;
                        inside += counts[n];
                        n++;
                        p += words;
                    }
                }
                for (o = 0u; o < outputs / groups; o++, w += taps * words) {
                    int32_t sum = 0;
                    if (inside == taps) {
                        sum = (int32_t)(taps * depth) - 2 * (int32_t)@_differences(patch, w, taps * words);
                    } else {
                        for (n = 0u; n < taps; n++) {
                            if (counts[n] != 0u) {
                                sum += (int32_t)depth - 2 * (int32_t)@_differences(patch + n * words, w + n * words, words);
                            }
                        }
                    }
                    *z++ = sum;
                }
            }
        }


        """

    static let convolveSumsText = """
        /* A convolution of bits: sums of all positions. */
        static void @_convolve_sums(const uint32_t *image, const uint32_t *w, const @_window *g, uint32_t channels,
                                    uint32_t groups, uint32_t outputs, int32_t fill, uint32_t *patch, int32_t *z)
        {
            int32_t y, x;
            for (y = 0; y < g->rows; y++) {
                for (x = 0; x < g->columns; x++, z += outputs) {
                    @_convolve_position(image, w, g, y, x, channels, groups, outputs, fill, patch, z);
                }
            }
        }


        """

    static let convolveSignsText = """
        /* A convolution of bits with its thresholds: bits of all positions. The sums of one position stand before
         * patch. */
        static void @_convolve_signs_BITS(const uint32_t *image, const uint32_t *w, const intBITS_t *t, const @_window *g,
                                          uint32_t channels, uint32_t groups, uint32_t outputs, int32_t fill, uint32_t *patch,
                                          uint32_t *out)
        {
            int32_t *z = (int32_t *)patch;
            int32_t y, x;
            for (y = 0; y < g->rows; y++) {
                for (x = 0; x < g->columns; x++, out += (outputs + 31u) >> 5) {
                    @_convolve_position(image, w, g, y, x, channels, groups, outputs, fill, patch + outputs, z);
                    @_signs_BITS(z, t, outputs, out);
                }
            }
        }


        """

    static let bytePositionText = """
        /* The sums of all outputs where the window stands at (y, x) of an image of bytes. The values under it, or
         * outside beyond the border, are put together in patch; tables follow it. */
        static void @_byte_position(const uint8_t *image, const uint32_t *w, const @_window *g, int32_t y, int32_t x,
                                    uint32_t channels, uint32_t groups, uint32_t outputs, int32_t outside,
                                    uint32_t *patch, int32_t *z)
        {
            uint32_t depth = channels / groups;
            uint32_t all = depth * (uint32_t)g->taps_down * (uint32_t)g->taps_across;
            uint32_t group, c;
            for (group = 0u; group < groups; group++) {
                int32_t *p = (int32_t *)patch;
                int32_t i, j;
                for (i = 0; i < g->taps_down; i++) {
                    for (j = 0; j < g->taps_across; j++) {
                        int32_t pixel = @_pixel(g, y, x, i, j);
                        for (c = 0u; c < depth; c++) {
                            *p++ = pixel < 0 ? outside : image[(uint32_t)pixel * channels + group * depth + c];
                        }
                    }
                }
                @_patch_sums((const int32_t *)patch, w, outputs / groups, outputs / groups, all, z, (int32_t *)(patch + all));
                w += ((all + 31u) >> 5) * (outputs / groups);
                z += outputs / groups;
            }
        }


        """

    /// The convolutions of bytes differ from those of bits in what they call and read.
    static func bytes(_ text: String) -> String {
        text.replacing("@_convolve_position", with: "@_byte_position").replacing("@_convolve_s", with: "@_byte_convolve_s")
            .replacing("const uint32_t *image", with: "const uint8_t *image").replacing("int32_t fill", with: "int32_t outside")
            .replacing("fill, ", with: "outside, ").replacing("convolution of bits", with: "convolution of bytes")
    }

    static let maxPoolText = """
        /* The largest sum of each window, channel by channel. */
        static void @_max_pool(const int32_t *z, const @_window *g, uint32_t channels, int32_t *out)
        {
            int32_t y, x, i, j;
            uint32_t c;
            for (y = 0; y < g->rows; y++) {
                for (x = 0; x < g->columns; x++, out += channels) {
                    for (c = 0u; c < channels; c++) {
                        out[c] = INT32_MIN;
                    }
                    for (i = 0; i < g->taps_down; i++) {
                        for (j = 0; j < g->taps_across; j++) {
                            const int32_t *v = z + (uint32_t)@_pixel(g, y, x, i, j) * channels;
                            for (c = 0u; c < channels; c++) {
                                out[c] = v[c] > out[c] ? v[c] : out[c];
                            }
                        }
                    }
                }
            }
        }


        """

    static let sumPoolText = """
        /* The sum of each window, channel by channel; taps outside the image add nothing. */
        static void @_sum_pool(const int32_t *z, const @_window *g, uint32_t channels, int32_t *out)
        {
            int32_t y, x, i, j;
            uint32_t c;
            for (y = 0; y < g->rows; y++) {
                for (x = 0; x < g->columns; x++, out += channels) {
                    for (c = 0u; c < channels; c++) {
                        out[c] = 0;
                    }
                    for (i = 0; i < g->taps_down; i++) {
                        for (j = 0; j < g->taps_across; j++) {
                            int32_t pixel = @_pixel(g, y, x, i, j);
                            for (c = 0u; pixel >= 0 && c < channels; c++) {
                                out[c] += z[(uint32_t)pixel * channels + c];
                            }
                        }
                    }
                }
            }
        }


        """

    static let sumPoolBitsText = """
        /* The sum of each window's signs, channel by channel; taps outside the image add nothing. */
        static void @_sum_pool_bits(const uint32_t *bits, const @_window *g, uint32_t channels, int32_t *out)
        {
            int32_t y, x, i, j;
            uint32_t c;
            for (y = 0; y < g->rows; y++) {
                for (x = 0; x < g->columns; x++, out += channels) {
                    for (c = 0u; c < channels; c++) {
                        out[c] = 0;
                    }
                    for (i = 0; i < g->taps_down; i++) {
                        for (j = 0; j < g->taps_across; j++) {
                            int32_t pixel = @_pixel(g, y, x, i, j);
                            for (c = 0u; pixel >= 0 && c < channels; c++) {
                                const uint32_t *row = bits + (uint32_t)pixel * ((channels + 31u) >> 5);
                                out[c] += 2 * (int32_t)(row[c >> 5] >> (c & 31u) & 1u) - 1;
                            }
                        }
                    }
                }
            }
        }


        """

    static let bitPoolText = """
        /* Channels marked in any are +1 where any pixel of the window is, the others where all are: the maximum of
         * sums, taken behind thresholds that rise or fall. */
        static void @_bit_pool(const uint32_t *bits, const @_window *g, uint32_t words, const uint32_t *any, uint32_t *out)
        {
            int32_t y, x, i, j;
            uint32_t k;
            for (y = 0; y < g->rows; y++) {
                for (x = 0; x < g->columns; x++, out += words) {
                    for (i = 0; i < g->taps_down; i++) {
                        for (j = 0; j < g->taps_across; j++) {
                            const uint32_t *v = bits + (uint32_t)@_pixel(g, y, x, i, j) * words;
                            for (k = 0u; k < words; k++) {
                                out[k] = i == 0 && j == 0 ? v[k] : (out[k] & v[k]) | ((out[k] ^ v[k]) & any[k]);
                            }
                        }
                    }
                }
            }
        }


        """

    static let flipText = """
        /* The opposite signs in the channels marked in flips. */
        static void @_flip(const uint32_t *x, const uint32_t *flips, uint32_t rows, uint32_t words, uint32_t *y)
        {
            uint32_t row, k;
            for (row = 0u; row < rows; row++) {
                for (k = 0u; k < words; k++) {
                    *y++ = *x++ ^ flips[k];
                }
            }
        }


        """

    static let repackText = """
        /* Bits in the same order, in rows of another length; every row starts on a word. */
        static void @_repack(const uint32_t *x, uint32_t rows, uint32_t columns, uint32_t *y, uint32_t new_columns)
        {
            uint32_t total = rows * columns;
            uint32_t new_words = (new_columns + 31u) >> 5;
            uint32_t done = 0u;
            uint32_t k;
            for (k = 0u; k < total / new_columns * new_words; k++) {
                y[k] = 0u;
            }
            while (done < total) {
                uint32_t from = done % columns;
                uint32_t to = done % new_columns;
                uint32_t n = columns - from < new_columns - to ? columns - from : new_columns - to;
                @_copy_bits(x + done / columns * ((columns + 31u) >> 5), from, y + done / new_columns * new_words, to, n);
                done += n;
            }
        }


        """

    static let placeBitsText = """
        /* Columns of each row of x, from first on, to a place in the rows of y, which must hold zeros there. */
        static void @_place_bits(const uint32_t *x, uint32_t columns, uint32_t first, uint32_t count, uint32_t rows,
                                 uint32_t *y, uint32_t y_columns, uint32_t place)
        {
            uint32_t row;
            for (row = 0u; row < rows; row++, x += (columns + 31u) >> 5, y += (y_columns + 31u) >> 5) {
                @_copy_bits(x, first, y, place, count);
            }
        }


        """

    static let clearText = """
        static void @_clear(uint32_t *y, uint32_t words)
        {
            while (words > 0u) {
                words--;
                y[words] = 0u;
            }
        }


        """

    static let placeSumsText = """
        /* Columns of each row of x, from first on, to a place in the rows of y. */
        static void @_place_sums(const int32_t *x, uint32_t columns, uint32_t first, uint32_t count, uint32_t rows,
                                 int32_t *y, uint32_t y_columns, uint32_t place)
        {
            uint32_t row, c;
            for (row = 0u; row < rows; row++, x += columns, y += y_columns) {
                for (c = 0u; c < count; c++) {
                    y[place + c] = x[first + c];
                }
            }
        }


        """

    static let addText = """
        /* y = a + b; y may be a. */
        static void @_add(const int32_t *a, const int32_t *b, uint32_t count, int32_t *y)
        {
            uint32_t k;
            for (k = 0u; k < count; k++) {
                y[k] = a[k] + b[k];
            }
        }


        """
}
