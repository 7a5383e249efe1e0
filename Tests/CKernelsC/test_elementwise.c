// The training passes give the same bits on every instruction set: floats are compared as memory, NaN included.

#define _DEFAULT_SOURCE

#include <math.h>

#include "CKernels.h"
#include "guarded.h"

static const char* variant;
static long compared, wrong;

static guarded random_floats(size_t count, float scale) {
    guarded g = guarded_make(count * 4, 0);
    for (size_t i = 0; i < count; i++) ((float*)g.data)[i] = random_float() * scale;
    return g;
}

static guarded copy_of(guarded g, size_t bytes) {
    guarded copy = guarded_make(bytes, 0);
    memcpy(copy.data, g.data, bytes);
    return copy;
}

static void expect(guarded a, guarded b, size_t bytes, const char* what, size_t rows, size_t columns) {
    compared++;
    if (memcmp(a.data, b.data, bytes) != 0 && wrong++ < 20)
        printf("  %s %s differs from the reference: %zu rows, %zu columns\n", variant, what, rows, columns);
}

static void flat(const sf_elementwise* slow, const sf_elementwise* fast, size_t n) {
    const size_t bytes = n * 4;
    guarded g = random_floats(n, 1), w1 = random_floats(n, 1), m1 = random_floats(n, 1), v1 = guarded_make(bytes, 0);
    guarded w2 = copy_of(w1, bytes), v2 = guarded_make(bytes, 0);
    for (int wide = 0; wide < 2; wide++) {
        // Slopes of either width; any bytes will do for them where they are read.
        const sf_slopes to1 = {wide ? NULL : v1.data, wide ? v1.data : NULL}, to2 = {wide ? NULL : v2.data, wide ? v2.data : NULL};
        const sf_slopes some = {wide ? NULL : m1.data, wide ? m1.data : NULL};
        slow->approx_sign_slopes(m1.data, n, to1), fast->approx_sign_slopes(m1.data, n, to2);
        expect(v1, v2, n << wide, "approx_sign_slopes", 1, n);
        slow->slope_gradient(g.data, some, n, v1.data), fast->slope_gradient(g.data, some, n, v2.data);
        expect(v1, v2, bytes, "slope_gradient", 1, n);
        slow->axpy(1, v1.data, w1.data, n), fast->add_slope_gradient(g.data, some, n, w2.data);
        expect(w1, w2, bytes, "add_slope_gradient", 1, n);
    }
    slow->axpy(0.3f, g.data, w1.data, n), fast->axpy(0.3f, g.data, w2.data, n);
    expect(w1, w2, bytes, "axpy", 1, n);
    slow->add(g.data, m1.data, v1.data, n), fast->add(g.data, m1.data, v2.data, n);
    expect(v1, v2, bytes, "add", 1, n);
    slow->scale(1.7f, w1.data, n), fast->scale(1.7f, w2.data, n);
    expect(w1, w2, bytes, "scale", 1, n);
    slow->clip(0.4f, w1.data, n), fast->clip(0.4f, w2.data, n);
    expect(w1, w2, bytes, "clip", 1, n);
    guarded narrow1 = guarded_make(n * 2, 0), narrow2 = guarded_make(n * 2, 0);
    for (size_t i = 0; i < n; i++) ((int32_t*)v1.data)[i] = (int16_t)random_word();
    slow->narrow_sums(v1.data, n, narrow1.data), fast->narrow_sums(v1.data, n, narrow2.data);
    expect(narrow1, narrow2, n * 2, "narrow_sums", 1, n);
    guarded_free(narrow1), guarded_free(narrow2);
    guarded a = guarded_make(n * 8, 0), b = guarded_make(n * 8, 0);
    for (size_t i = 0; i < n; i++) ((uint64_t*)a.data)[i] = random_word(), ((uint64_t*)b.data)[i] = random_word();
    compared++;
    if (slow->differing_bits(a.data, b.data, n) != fast->differing_bits(a.data, b.data, n) && wrong++ < 20)
        printf("  %s differing_bits differs from the reference: %zu words\n", variant, n);
    guarded_free(a), guarded_free(b);
    guarded_free(g), guarded_free(w1), guarded_free(w2), guarded_free(m1), guarded_free(v1), guarded_free(v2);
}

/// Sums and reals through chains of every length, without a shortcut, with one and with one scaled, kept as floats, as bits, as both.
static void chains(const sf_elementwise* slow, const sf_elementwise* fast, size_t rows, size_t columns) {
    const size_t count = rows * columns, words = (columns + 63) / 64;
    guarded z = guarded_make(count * 4, 0), shortcut = random_floats(count, 3), tables = random_floats(columns * 6, 1);
    for (size_t i = 0; i < count; i++) ((int32_t*)z.data)[i] = (int32_t)(random_word() % 9001) - 4500;
    for (size_t steps = 0; steps <= 3; steps++) {
        sf_chain chain = {columns, steps, {NULL}, {NULL}};
        for (size_t s = 0; s < steps; s++)
            chain.scale[s] = (float*)tables.data + 2 * s * columns, chain.bias[s] = (float*)tables.data + (2 * s + 1) * columns;
        for (int form = 0; form < 12; form++) {
            guarded y1 = guarded_make(count * 4, 1), y2 = guarded_make(count * 4, 1);
            guarded b1 = guarded_make(rows * words * 8, 1), b2 = guarded_make(rows * words * 8, 1);
            const float* add = form / 4 ? shortcut.data : NULL;
            const float *scale = form / 4 == 2 ? (float*)tables.data : NULL, *bias = form / 4 == 2 ? (float*)tables.data + columns : NULL;
            const sf_finish first = {&chain, add, scale, bias, form & 1 ? y1.data : NULL, form & 2 ? b1.data : NULL, words};
            const sf_finish second = {&chain, add, scale, bias, form & 1 ? y2.data : NULL, form & 2 ? b2.data : NULL, words};
            slow->finish_sums(z.data, rows, &first), fast->finish_sums(z.data, rows, &second);
            expect(y1, y2, count * 4, "finish_sums", rows, columns);
            expect(b1, b2, rows * words * 8, "finish_sums bits", rows, columns);
            slow->finish_reals(shortcut.data, rows, &first), fast->finish_reals(shortcut.data, rows, &second);
            expect(y1, y2, count * 4, "finish_reals", rows, columns);
            expect(b1, b2, rows * words * 8, "finish_reals bits", rows, columns);
            guarded_free(y1), guarded_free(y2), guarded_free(b1), guarded_free(b2);
        }
        guarded x1 = copy_of(shortcut, count * 4), x2 = copy_of(shortcut, count * 4);
        const sf_finish first = {&chain, NULL, NULL, NULL, x1.data, NULL, 0}, second = {&chain, NULL, NULL, NULL, x2.data, NULL, 0};
        slow->finish_reals(x1.data, rows, &first), fast->finish_reals(x2.data, rows, &second);
        expect(x1, x2, count * 4, "finish_reals in place", rows, columns);
        guarded_free(x1), guarded_free(x2);
    }
    guarded_free(z), guarded_free(shortcut), guarded_free(tables);
}

/// Batch norm with and without a sign behind it; x as floats and as the 16-bit integers that stand for the same values.
static void norms(const sf_elementwise* slow, const sf_elementwise* fast, size_t rows, size_t columns) {
    const size_t count = rows * columns, small = columns * 4, words = (columns + 63) / 64;
    guarded x = guarded_make(count * 4, 0), shorts = guarded_make(count * 2, 0), kept = guarded_make(count * 2, 0);
    guarded unit = guarded_make(small, 0), factor = random_floats(columns, 0.1f), scaled = guarded_make(count * 4, 0);
    for (size_t c = 0; c < columns; c++) ((float*)unit.data)[c] = 0x1p-7f;
    for (size_t i = 0; i < count; i++) {
        ((int16_t*)shorts.data)[i] = (int16_t)(random_word() % 801) - 400;
        ((float*)x.data)[i] = (float)((int16_t*)shorts.data)[i] * 0x1p-7f;
        ((float*)scaled.data)[i] = (float)((int16_t*)shorts.data)[i] * ((float*)factor.data)[i % columns];
    }
    guarded dy = random_floats(count, 1), gamma = random_floats(columns, 1), beta = random_floats(columns, 1), mean = random_floats(columns, 1);
    guarded inverse = random_floats(columns, 0.5f), offset = random_floats(columns, 0.1f), slope = random_floats(columns, 0.1f);
    guarded bits1 = guarded_make(rows * words * 8, 1), bits2 = guarded_make(rows * words * 8, 2);
    guarded y1 = guarded_make(count * 4, 0), y2 = guarded_make(count * 4, 0);
    guarded a1 = guarded_make(small * 2, 0), a2 = guarded_make(small * 2, 0), b1 = guarded_make(small * 2, 0), b2 = guarded_make(small * 2, 0);
    slow->affine_signs(x.data, rows, columns, gamma.data, beta.data, bits1.data, words);
    fast->affine_signs(x.data, rows, columns, gamma.data, beta.data, bits2.data, words);
    expect(bits1, bits2, rows * words * 8, "affine_signs", rows, columns);
    // Whatever way rows of that width go, the bits are those of `affine`.
    slow->affine(x.data, columns, rows, columns, gamma.data, beta.data, y1.data, columns);
    for (size_t i = 0; i < count; i++) {
        const size_t r = i / columns, c = i % columns;
        const int bit = (int)(((uint64_t*)bits1.data)[r * words + c / 64] >> c % 64 & 1);
        if (bit != (((float*)y1.data)[i] >= 0) && wrong++ < 20) printf("  affine_signs: row %zu of %zu, column %zu of %zu\n", r, rows, c, columns);
    }
    for (int variation = 0; variation < 6; variation++) {
        sf_norm norm = {columns, mean.data, inverse.data, variation % 2 ? gamma.data : NULL, beta.data, NULL, (sf_surrogate)(variation / 2), 0.75f};
        slow->normalize_signs(x.data, rows, &norm, bits1.data, words, NULL, 0);
        fast->normalize_signs(x.data, rows, &norm, bits2.data, words, kept.data, 0x1p7f);
        expect(bits1, bits2, rows * words * 8, "normalize_signs", rows, columns);
        expect(shorts, kept, count * 2, "normalize_signs kept", rows, columns);
        for (int form = 0; form < 3; form++) {
            const void* from = form == 0 ? x.data : shorts.data;
            const float* floats = form == 2 ? scaled.data : x.data;
            norm.factor = NULL;
            slow->normalize_sums(dy.data, floats, rows, &norm, a1.data, b1.data);
            slow->normalize_gradient(dy.data, floats, rows, &norm, offset.data, slope.data, y1.data);
            slow->normalize_signs(floats, rows, &norm, bits1.data, words, NULL, 0);
            norm.factor = form == 0 ? NULL : form == 1 ? unit.data : factor.data;
            memcpy(y2.data, dy.data, count * 4);
            fast->normalize_sums(y2.data, from, rows, &norm, a2.data, b2.data);
            fast->normalize_gradient(y2.data, from, rows, &norm, offset.data, slope.data, y2.data);
            fast->normalize_signs(from, rows, &norm, bits2.data, words, NULL, 0);
            expect(bits1, bits2, rows * words * 8, "normalize_signs of shorts", rows, columns);
            expect(a1, a2, small * 2, "normalize_sums beta", rows, columns);
            expect(b1, b2, small * 2, "normalize_sums gamma", rows, columns);
            expect(y1, y2, count * 4, "normalize_gradient", rows, columns);
        }
    }
    // Shorts that stand for `scaled`: its moments, and a norm with a shortcut, whose parts are done one after the other for comparison.
    slow->moments(scaled.data, columns, rows, columns, a1.data, b1.data);
    fast->moments_of_shorts(shorts.data, rows, columns, factor.data, a2.data, b2.data);
    expect(a1, a2, small * 2, "moments_of_shorts sum", rows, columns);
    expect(b1, b2, small * 2, "moments_of_shorts squares", rows, columns);
    guarded slopes1 = guarded_make(count * 2, 0), slopes2 = guarded_make(count * 2, 0);
    for (int form = 0; form < 8; form++) {
        const sf_slopes none = {NULL, NULL}, to1 = {form < 6 ? slopes1.data : NULL, form < 6 ? NULL : slopes1.data};
        const sf_slopes to2 = {form < 6 ? slopes2.data : NULL, form < 6 ? NULL : slopes2.data};
        sf_norm norm = {columns, mean.data, inverse.data, form % 2 ? gamma.data : NULL, beta.data, factor.data, SF_SURROGATE_NONE, 0};
        slow->normalize(scaled.data, columns, rows, columns, mean.data, inverse.data, norm.gamma, beta.data, y1.data, columns);
        if (form / 2 < 2) slow->axpy(1, dy.data, y1.data, count);
        slow->approx_sign_slopes(y1.data, count, to1);
        for (size_t i = 0; i < rows * words; i++) ((uint64_t*)bits1.data)[i] = 0;
        for (size_t i = 0; i < count; i++)
            ((uint64_t*)bits1.data)[i / columns * words + i % columns / 64] |= (uint64_t)(((float*)y1.data)[i] >= 0) << i % columns % 64;
        memcpy(y2.data, dy.data, count * 4);
        fast->normalize_join(shorts.data, rows, &norm, form / 2 < 2 ? y2.data : NULL, y2.data, form / 2 ? bits2.data : NULL, words, form / 2 ? to2 : none);
        expect(y1, y2, count * 4, "normalize_join", rows, columns);
        if (form / 2 == 0) continue;
        expect(bits1, bits2, rows * words * 8, "normalize_join bits", rows, columns);
        expect(slopes1, slopes2, form < 6 ? count : count * 2, "normalize_join slopes", rows, columns);
    }
    guarded_free(unit), guarded_free(factor), guarded_free(scaled), guarded_free(slopes1), guarded_free(slopes2);
    guarded_free(x), guarded_free(shorts), guarded_free(kept), guarded_free(dy), guarded_free(gamma), guarded_free(beta), guarded_free(mean);
    guarded_free(inverse), guarded_free(offset), guarded_free(slope), guarded_free(bits1), guarded_free(bits2), guarded_free(y1);
    guarded_free(y2), guarded_free(a1), guarded_free(a2), guarded_free(b1), guarded_free(b2);
}

/// Rectifiers and layer norm, `rows` runs of one and of three pixels.
static void layers(const sf_elementwise* slow, const sf_elementwise* fast, size_t rows, size_t columns) {
    const size_t count = 3 * rows * columns, bytes = count * 4, wide = columns * 8;
    guarded x = random_floats(count, 3), dy = random_floats(count, 1), slope = random_floats(columns, 1), shift = random_floats(columns, 1);
    guarded y1 = guarded_make(bytes, 0), y2 = guarded_make(bytes, 0), m1 = guarded_make(3 * rows * 4, 0), m2 = guarded_make(3 * rows * 4, 0);
    guarded v1 = guarded_make(3 * rows * 4, 0), v2 = guarded_make(3 * rows * 4, 0);
    guarded sums1[3], sums2[3];
    for (int k = 0; k < 3; k++) sums1[k] = guarded_make(wide, 0), sums2[k] = guarded_make(wide, 0);
    for (int shifted = 0; shifted < 2; shifted++) {
        const sf_rprelu f = {columns, slope.data, shifted ? shift.data : NULL, shifted ? slope.data : NULL};
        slow->rprelu(x.data, 3 * rows, &f, y1.data), fast->rprelu(x.data, 3 * rows, &f, y2.data);
        expect(y1, y2, bytes, "rprelu", 3 * rows, columns);
        memcpy(y2.data, dy.data, bytes);
        slow->rprelu_gradient(dy.data, x.data, 3 * rows, &f, y1.data, sums1[0].data, sums1[1].data, sums1[2].data);
        fast->rprelu_gradient(y2.data, x.data, 3 * rows, &f, y2.data, sums2[0].data, sums2[1].data, sums2[2].data);
        expect(y1, y2, bytes, "rprelu_gradient", 3 * rows, columns);
        for (int k = 0; k < 3; k++) expect(sums1[k], sums2[k], wide, "rprelu_gradient sums", 3 * rows, columns);
    }
    for (int variation = 0; variation < 4; variation++) {
        const size_t pixels = variation / 2 ? 3 : 1, items = 3 * rows / pixels;
        const float* gamma = variation % 2 ? slope.data : NULL;
        slow->layer_norm(x.data, items, pixels, columns, 1e-3, gamma, shift.data, m1.data, v1.data, y1.data);
        fast->layer_norm(x.data, items, pixels, columns, 1e-3, gamma, shift.data, m2.data, v2.data, y2.data);
        expect(y1, y2, bytes, "layer_norm", items, pixels * columns);
        expect(m1, m2, items * 4, "layer_norm mean", items, pixels * columns);
        expect(v1, v2, items * 4, "layer_norm deviation", items, pixels * columns);
        memcpy(y2.data, dy.data, bytes);
        slow->layer_norm_gradient(
            dy.data, x.data, items, pixels, columns, gamma, m1.data, v1.data, y1.data, sums1[0].data, sums1[1].data);
        fast->layer_norm_gradient(
            y2.data, x.data, items, pixels, columns, gamma, m2.data, v2.data, y2.data, sums2[0].data, sums2[1].data);
        expect(y1, y2, bytes, "layer_norm_gradient", items, pixels * columns);
        for (int k = 0; k < 2; k++) expect(sums1[k], sums2[k], wide, "layer_norm_gradient sums", items, pixels * columns);
    }
    for (int k = 0; k < 3; k++) guarded_free(sums1[k]), guarded_free(sums2[k]);
    guarded_free(x), guarded_free(dy), guarded_free(slope), guarded_free(shift), guarded_free(y1), guarded_free(y2), guarded_free(m1);
    guarded_free(m2), guarded_free(v1), guarded_free(v2);
}

/// Windows of `taps` random pixels, some outside, on an image of `pixels` pixels.
static void pools(const sf_elementwise* slow, const sf_elementwise* fast, size_t pixels, size_t taps, size_t channels) {
    const size_t positions = 5, out = positions * channels;
    guarded image = random_floats(pixels * channels, 1), offsets = guarded_make(positions * taps * 4, 0), dy = random_floats(out, 1);
    for (size_t i = 0; i < pixels * channels; i += 3) ((float*)image.data)[i] = 0.5f;  // Ties.
    for (size_t i = 0; i < positions * taps; i++)
        ((int32_t*)offsets.data)[i] = random_word() % 4 == 0 ? -1 : (int32_t)(random_word() % pixels * channels);
    const sf_windows windows = {offsets.data, positions, taps, channels, 0.25f};
    guarded y1 = guarded_make(out * 4, 0), y2 = guarded_make(out * 4, 0), t1 = guarded_make(out, 0), t2 = guarded_make(out, 0);
    guarded d1 = guarded_make(pixels * channels * 4, 0), d2 = guarded_make(pixels * channels * 4, 0);
    slow->max_pool(image.data, &windows, y1.data, t1.data), fast->max_pool(image.data, &windows, y2.data, t2.data);
    expect(y1, y2, out * 4, "max_pool", pixels, channels);
    expect(t1, t2, out, "max_pool taken", pixels, channels);
    for (size_t i = 0; i < out; i++) {
        const int32_t offset = ((int32_t*)offsets.data)[i / channels * taps + ((uint8_t*)t1.data)[i]];
        const float value = offset < 0 ? 0.25f : ((float*)image.data)[offset + (int32_t)(i % channels)];
        if (value != ((float*)y1.data)[i] && wrong++ < 20) printf("  max_pool takes a tap that is not its value\n");
    }
    slow->max_pool_gradient(dy.data, t1.data, &windows, d1.data), fast->max_pool_gradient(dy.data, t2.data, &windows, d2.data);
    expect(d1, d2, pixels * channels * 4, "max_pool_gradient", pixels, channels);
    slow->sum_pool(image.data, &windows, 0.3f, y1.data), fast->sum_pool(image.data, &windows, 0.3f, y2.data);
    expect(y1, y2, out * 4, "sum_pool", pixels, channels);
    slow->sum_pool_gradient(dy.data, &windows, 0.3f, d1.data), fast->sum_pool_gradient(dy.data, &windows, 0.3f, d2.data);
    expect(d1, d2, pixels * channels * 4, "sum_pool_gradient", pixels, channels);
    guarded_free(image), guarded_free(offsets), guarded_free(dy), guarded_free(y1), guarded_free(y2), guarded_free(t1), guarded_free(t2);
    guarded_free(d1), guarded_free(d2);
}

static void matrix(const sf_elementwise* slow, const sf_elementwise* fast, size_t rows, size_t columns) {
    const size_t count = rows * columns, bytes = count * 4, small = columns * 4;
    guarded x = random_floats(count, 3), dy = random_floats(count, 1), gamma = random_floats(columns, 1), beta = random_floats(columns, 1);
    guarded mean = random_floats(columns, 1), inverse = random_floats(columns, 1);
    guarded small1 = guarded_make(2 * small, 0), small2 = guarded_make(2 * small, 0), square1 = guarded_make(2 * small, 0);
    guarded square2 = guarded_make(2 * small, 0), y1 = guarded_make(bytes, 0), y2 = guarded_make(bytes, 0);
    slow->moments(x.data, columns, rows, columns, small1.data, square1.data);
    fast->moments(x.data, columns, rows, columns, small2.data, square2.data);
    expect(small1, small2, 2 * small, "moments sum", rows, columns);
    expect(square1, square2, 2 * small, "moments squares", rows, columns);
    for (int scaled = 0; scaled < 2; scaled++) {
        const float* factor = scaled ? gamma.data : NULL;
        slow->normalize(x.data, columns, rows, columns, mean.data, inverse.data, factor, beta.data, y1.data, columns);
        fast->normalize(x.data, columns, rows, columns, mean.data, inverse.data, factor, beta.data, y2.data, columns);
        expect(y1, y2, bytes, "normalize", rows, columns);
    }
    slow->affine(x.data, columns, rows, columns, gamma.data, beta.data, y1.data, columns);
    fast->affine(x.data, columns, rows, columns, gamma.data, beta.data, y2.data, columns);
    expect(y1, y2, bytes, "affine", rows, columns);
    slow->column_sums(x.data, columns, rows, columns, small1.data);
    fast->column_sums(x.data, columns, rows, columns, small2.data);
    expect(small1, small2, 2 * small, "column_sums", rows, columns);
    const size_t words = (columns + 63) / 64;
    const uint64_t last = columns % 64 ? ((uint64_t)1 << (columns % 64)) - 1 : ~(uint64_t)0;
    guarded bits1 = guarded_make(rows * words * 8, 0);
    for (size_t i = 0; i < rows * words; i++) ((uint64_t*)bits1.data)[i] = random_word() & ((i + 1) % words == 0 ? last : ~(uint64_t)0);
    slow->mask_gradient(dy.data, bits1.data, words, rows, columns, y1.data);
    memcpy(y2.data, dy.data, bytes);
    fast->mask_gradient(y2.data, bits1.data, words, rows, columns, y2.data);
    expect(y1, y2, bytes, "mask_gradient", rows, columns);
    guarded_free(x), guarded_free(dy), guarded_free(gamma), guarded_free(beta), guarded_free(mean), guarded_free(inverse);
    guarded_free(small1), guarded_free(small2), guarded_free(square1), guarded_free(square2), guarded_free(y1), guarded_free(y2), guarded_free(bits1);
}

void test_elementwise(sf_isa isa, const char* name, long* checks, long* failures) {
    const sf_elementwise *slow = sf_elementwise_select(SF_ISA_REFERENCE), *fast = sf_elementwise_select(isa);
    variant = name, compared = wrong = 0;
    for (size_t n = 0; n <= 140; n++) flat(slow, fast, n);
    flat(slow, fast, 10007);
    static const size_t rows[] = {0, 1, 2, 3, 31, 32, 33, 64, 65, 100};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (size_t columns = 0; columns <= 140; columns += columns < 20 ? 1 : 3) {
            matrix(slow, fast, rows[r], columns);
            norms(slow, fast, rows[r], columns), chains(slow, fast, rows[r], columns);
        }
    for (size_t r = 0; r < 6; r++)
        for (size_t columns = 1; columns <= 560; columns += columns < 20 ? 1 : 49) layers(slow, fast, rows[r], columns);
    for (size_t taps = 1; taps <= 9; taps += 4)
        for (size_t columns = 1; columns <= 140; columns += columns < 20 ? 1 : 7) pools(slow, fast, 7, taps, columns);
    *checks += compared, *failures += wrong;
}
