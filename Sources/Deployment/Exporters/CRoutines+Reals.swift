/// The functions that networks with real parts call. What they compute is fixed to the last bit: every product, sum and fused multiply-add is rounded once to
/// float32, and terms are added in one order.
extension CRoutine {
    /// Comes before everything else in a file that computes with floats.
    static let realsText = """
        #include <float.h>
        #include <math.h>

        #if FLT_EVAL_METHOD != 0
        #error "floats have to be computed as floats; on 32-bit x86 compile with -msse2 -mfpmath=sse"
        #endif


        """

    /// The same of floats.
    static func reals(_ text: String) -> String {
        text.replacing("int32_t *", with: "float *").replacing("@_place_sums", with: "@_place_reals").replacing("@_add", with: "@_add_reals")
    }

    static let productText = """
        /* A product rounded to float before anything is added to it: a compiler may fuse the two otherwise. */
        static float @_product(float a, float b)
        {
            volatile float product = a * b;
            return product;
        }


        """

    static let affineText = """
        /* y = a * x + b, column by column, in two roundings; y may be x. */
        static void @_affine(const float *x, const float *a, const float *b, uint32_t rows, uint32_t columns, float *y)
        {
            uint32_t row, c;
            for (row = 0u; row < rows; row++, x += columns, y += columns) {
                for (c = 0u; c < columns; c++) {
                    y[c] = @_product(a[c], (float)x[c]) + b[c];
                }
            }
        }


        """

    static let affineSumsText = affineText.replacing("@_affine", with: "@_affine_sums").replacing("const float *x", with: "const int32_t *x")
    static let affineBytesText = affineText.replacing("@_affine", with: "@_affine_bytes").replacing("const float *x", with: "const uint8_t *x")

    static let affineBitsText = """
        /* y = a * x + b of signs, column by column; a * x is a or -a, exactly. */
        static void @_affine_bits(const uint32_t *x, const float *a, const float *b, uint32_t rows, uint32_t columns, float *y)
        {
            uint32_t row, c;
            for (row = 0u; row < rows; row++, x += (columns + 31u) >> 5, y += columns) {
                for (c = 0u; c < columns; c++) {
                    y[c] = ((x[c >> 5] >> (c & 31u) & 1u) != 0u ? a[c] : -a[c]) + b[c];
                }
            }
        }


        """

    static let accumulateText = """
        /* z[o] += x[k] * w[k][o], k after k, in one rounding each. step: 1, or 0 where all x[k] are x[0]. */
        static void @_accumulate(const float *x, uint32_t step, const float *w, uint32_t depth, uint32_t outputs, float *z)
        {
            uint32_t k, o;
            for (k = 0u; k < depth; k++, x += step, w += outputs) {
                for (o = 0u; o < outputs; o++) {
                    z[o] = fmaf(*x, w[o], z[o]);
                }
            }
        }


        """

    static let realConvolveText = """
        /* A convolution of floats: terms in the order of taps, then channels. Weights are [group][tap][channel][output];
         * taps outside the image read outside (or the nearest pixel). */
        static void @_real_convolve(const float *image, const float *w, const @_window *g, uint32_t channels, uint32_t groups,
                                    uint32_t outputs, float outside, float *z)
        {
            uint32_t depth = channels / groups;
            uint32_t each = outputs / groups;
            int32_t y, x, i, j;
            uint32_t group, o;
            for (y = 0; y < g->rows; y++) {
                for (x = 0; x < g->columns; x++) {
                    const float *v = w;
                    for (group = 0u; group < groups; group++, z += each) {
                        for (o = 0u; o < each; o++) {
                            z[o] = 0.0f;
                        }
                        for (i = 0; i < g->taps_down; i++) {
                            for (j = 0; j < g->taps_across; j++, v += depth * each) {
                                int32_t pixel = @_pixel(g, y, x, i, j);
                                if (pixel < 0) {
                                    @_accumulate(&outside, 0u, v, depth, each, z);
                                } else {
                                    @_accumulate(image + (uint32_t)pixel * channels + group * depth, 1u, v, depth, each, z);
                                }
                            }
                        }
                    }
                }
            }
        }


        """

    static let realDenseText = """
        /* z[o] = sum of x[k] * w[k][o]. */
        static void @_real_dense(const float *x, const float *w, uint32_t depth, uint32_t outputs, float *z)
        {
            uint32_t o;
            for (o = 0u; o < outputs; o++) {
                z[o] = 0.0f;
            }
            @_accumulate(x, 1u, w, depth, outputs, z);
        }


        """

    static let meanPoolText = """
        /* The sum of each window, tap after tap, times share; taps outside the image read outside (or the nearest
         * pixel). */
        static void @_mean_pool(const float *image, const @_window *g, uint32_t channels, float outside, float share, float *out)
        {
            int32_t y, x, i, j;
            uint32_t c;
            for (y = 0; y < g->rows; y++) {
                for (x = 0; x < g->columns; x++, out += channels) {
                    for (c = 0u; c < channels; c++) {
                        out[c] = 0.0f;
                    }
                    for (i = 0; i < g->taps_down; i++) {
                        for (j = 0; j < g->taps_across; j++) {
                            int32_t pixel = @_pixel(g, y, x, i, j);
                            for (c = 0u; c < channels; c++) {
                                out[c] += pixel < 0 ? outside : image[(uint32_t)pixel * channels + c];
                            }
                        }
                    }
                    for (c = 0u; c < channels; c++) {
                        out[c] = @_product(out[c], share);
                    }
                }
            }
        }


        """

    static let realMaxPoolText = """
        /* The largest float of each window, the first of equals; taps outside the image read outside (or the nearest
         * pixel). */
        static void @_real_max_pool(const float *image, const @_window *g, uint32_t channels, float outside, float *out)
        {
            int32_t y, x, i, j;
            uint32_t c;
            for (y = 0; y < g->rows; y++) {
                for (x = 0; x < g->columns; x++, out += channels) {
                    for (i = 0; i < g->taps_down; i++) {
                        for (j = 0; j < g->taps_across; j++) {
                            int32_t pixel = @_pixel(g, y, x, i, j);
                            for (c = 0u; c < channels; c++) {
                                float v = pixel < 0 ? outside : image[(uint32_t)pixel * channels + c];
                                if ((i == 0 && j == 0) || v > out[c]) {
                                    out[c] = v;
                                }
                            }
                        }
                    }
                }
            }
        }


        """

    static let reluText = """
        /* y may be x. */
        static void @_relu(const float *x, uint32_t count, float *y)
        {
            uint32_t k;
            for (k = 0u; k < count; k++) {
                y[k] = x[k] >= 0.0f ? x[k] : 0.0f;
            }
        }


        """

    static let rectifyText = """
        /* y = (u >= 0 ? u : slope * u) + offset with u = x + shift, column by column, every step rounded; y may
         * be x. */
        static void @_rectify(const float *x, const float *slope, const float *shift, const float *offset, uint32_t rows,
                              uint32_t columns, float *y)
        {
            uint32_t row, c;
            for (row = 0u; row < rows; row++, x += columns, y += columns) {
                for (c = 0u; c < columns; c++) {
                    float u = x[c] + shift[c];
                    y[c] = (u >= 0.0f ? u : @_product(slope[c], u)) + offset[c];
                }
            }
        }


        """

    static let realSignsText = """
        /* Bits from floats: +1 where x >= t, column by column. */
        static void @_real_signs(const float *x, const float *t, uint32_t rows, uint32_t columns, uint32_t *y)
        {
            uint32_t row, c;
            for (row = 0u; row < rows; row++, x += columns, y += (columns + 31u) >> 5) {
                for (c = 0u; c < columns; c++) {
                    if ((c & 31u) == 0u) {
                        y[c >> 5] = 0u;
                    }
                    if (x[c] >= t[c]) {
                        y[c >> 5] |= (uint32_t)1u << (c & 31u);
                    }
                }
            }
        }


        """

    static let copyText = """
        static void @_copy(const float *x, uint32_t count, float *y)
        {
            uint32_t k;
            for (k = 0u; k < count; k++) {
                y[k] = x[k];
            }
        }


        """
}
