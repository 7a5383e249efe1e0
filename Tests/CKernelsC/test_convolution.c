// Products over patches, their gradients and gathered bits, every variant that this machine runs, against the formulas in their header. Operands
// are small integers, so that every sum is exact in any order and in bfloat16 too; sums in 16-bit integers stay within their bound. All memory is
// guarded.

#define _DEFAULT_SOURCE

#include "CKernels.h"
#include "guarded.h"

static size_t below(size_t n) { return (size_t)(random_word() >> 33) % n; }

/// A map and an image of some items, as floats or bits; both forms hold what `value` says.
typedef struct {
    guarded sources, targets, pixels;
    sf_patch_map map;
    sf_patch_image image;
    size_t items;
} patches;

static float integer(void) { return (float)below(15) - 7; }

static patches make(size_t items, size_t entries, size_t taps, size_t pixels, size_t channels, int bits) {
    const size_t all = channels + (!bits ? below(3) : channels % 64 == 0 && below(2) ? below(2) * 64 : below(3) * 16), first = bits ? (all - channels) / 16 * 16 : all - channels;
    const size_t stride = bits ? (all + 63) / 64 : all;
    patches p = {.items = items};
    p.sources = guarded_make(entries * taps * 4, 0);
    for (size_t i = 0; i < entries * taps; i++) {
        // Runs of neighbours, and holes.
        int32_t* at = (int32_t*)p.sources.data + i;
        *at = below(6) == 0 ? -1 : i >= taps && at[-(ptrdiff_t)taps] >= 0 && at[-(ptrdiff_t)taps] + 1 < (int32_t)pixels && below(4) != 0
                                       ? at[-(ptrdiff_t)taps] + 1
                                       : (int32_t)below(pixels);
    }
    p.pixels = guarded_make(items * pixels * stride * (bits ? 8 : 4), 0);
    for (size_t i = 0; i < items * pixels * stride; i++) {
        if (bits) ((uint64_t*)p.pixels.data)[i] = random_word() & ((i + 1) % stride == 0 && all % 64 ? ((uint64_t)1 << all % 64) - 1 : ~(uint64_t)0);
        else ((float*)p.pixels.data)[i] = integer();
    }
    p.map = (sf_patch_map){p.sources.data, entries, taps};
    p.image = (sf_patch_image){bits ? NULL : p.pixels.data, bits ? p.pixels.data : NULL, stride, pixels, first, channels, (float)below(2)};
    return p;
}

static void discard(patches* p) { guarded_free(p->sources), guarded_free(p->pixels); }

static int bit(const uint64_t* row, size_t at) { return row[at / 64] >> at % 64 & 1; }

/// patch(r, t, k) of the header.
static float value(const patches* p, size_t r, size_t t, size_t k) {
    const int32_t source = p->map.sources[r % p->map.entries * p->map.taps + t];
    const size_t pixel = r / p->map.entries * p->image.pixels + (size_t)source, channel = p->image.first + k;
    if (source < 0) return p->image.outside;
    if (p->image.reals) return p->image.reals[pixel * p->image.stride + channel];
    return bit(p->image.bits + pixel * p->image.stride, channel) ? 1 : -1;
}

static int product_agrees(const sf_convolution* variant, void* scratch, int rounded) {
    const size_t items = 1 + below(3), entries = 1 + below(40), taps = 1 + below(5), pixels = 1 + below(30);
    const size_t channels = 1 + below(below(4) == 0 ? 300 : 40), columns = 1 + below(below(3) == 0 ? 120 : 20), gap = below(3);
    patches p = make(items, entries, taps, pixels, channels, below(2) == 0);
    const size_t rows = items * entries, first = below(rows), count = 1 + below(rows - first), kernel_taps = taps + below(3);
    const size_t c_pixels = entries + below(4), c_row = columns + gap;
    guarded list = guarded_make(taps * 4, 0), targets = guarded_make(entries * 4, 0);
    const size_t in_order = below(2);
    for (size_t t = 0; t < taps; t++) ((int32_t*)list.data)[t] = (int32_t)(in_order ? t : below(kernel_taps));
    for (size_t e = 0; e < entries; e++) ((int32_t*)targets.data)[e] = (int32_t)(c_pixels - 1 - e);
    const int bits = below(2) == 0, by_columns = below(2) == 0;
    const size_t words = (columns + 63) / 64, b_first = bits && words * 64 - columns >= 16 ? 16 : 0;
    guarded b = guarded_make(bits ? kernel_taps * channels * words * 8 : kernel_taps * channels * columns * 4, 0);
    for (size_t i = 0; i < kernel_taps * channels * (bits ? words : columns); i++) {
        if (bits) ((uint64_t*)b.data)[i] = random_word();
        else ((float*)b.data)[i] = integer();
    }
    const size_t out = items * c_pixels * c_row;
    guarded c = guarded_make(out * 4, 0x5A), expected = guarded_make(out * 4, 0x5A);
    sf_patch_product o = {
        .map = p.map, .image = p.image, .first_row = first, .rows = count, .columns = columns, .b = bits ? NULL : b.data,
        .b_bits = bits ? b.data : NULL, .b_taps = list.data, .b_first = b_first, .c = c.data, .c_row = c_row, .c_pixels = c_pixels,
        .targets = below(2) ? targets.data : NULL};
    if (bits) o.b_tap = words, o.b_depth = kernel_taps * words;
    else if (by_columns) o.b_tap = channels, o.b_depth = 1, o.b_column = kernel_taps * channels;
    else o.b_tap = channels * columns, o.b_depth = columns, o.b_column = 1;
    for (size_t r = first; r < first + count; r++)
        for (size_t j = 0; j < columns; j++) {
            float sum = 0;
            for (size_t t = 0; t < taps; t++)
                for (size_t k = 0; k < channels; k++) {
                    const size_t at = (size_t)o.b_taps[t] * o.b_tap + k * o.b_depth;
                    sum += value(&p, r, t, k) * (bits ? (bit(o.b_bits + at, b_first + j) ? 1 : -1) : o.b[at + j * o.b_column]);
                }
            const size_t target = o.targets ? r / entries * c_pixels + (size_t)o.targets[r % entries] : r;
            ((float*)expected.data)[target * c_row + j] = sum;
        }
    (rounded ? variant->product_bf16 : variant->product_f32)(&o, scratch);
    const int same = memcmp(c.data, expected.data, out * 4) == 0;
    guarded_free(list), guarded_free(targets), guarded_free(b), guarded_free(c), guarded_free(expected), discard(&p);
    return same;
}

/// Bytes beyond a result are as they were, and each element is within the bound of its sum of magnitudes: half a unit of rounding for each of at most
/// 64 table entries of a chunk.
static int near(const float* found, const float* expected, const float* magnitudes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const float error = found[i] - expected[i];
        if (memcmp(found + i, expected + i, 4) != 0 && !((error < 0 ? -error : error) <= 32.1f / 32700 * magnitudes[i])) return 0;
    }
    return 1;
}

static int gradient_agrees(const sf_convolution* variant, void* scratch, int rounded) {
    const size_t items = 1 + below(3), entries = 1 + below(below(4) == 0 ? 300 : 30), taps = 1 + below(5), pixels = 1 + below(30);
    // Whole words of channels and columns, whole registers, or any number.
    const size_t unit = below(3) == 0 ? 64 : below(2) ? 16 : 1, channels = unit * (1 + below(unit > 1 ? 5 : 40)), outputs = 1 + below(below(8) == 0 ? 400 : 40);
    patches p = make(items, entries, taps, pixels, channels, below(2) == 0);
    const size_t all = taps * channels, rows = items * entries, gap = below(3);
    const size_t first = below(2) ? 0 : below(all) / 32 * 32, rest = all - first;
    const size_t columns = below(2) || (unit == 64 && rest < 64) ? rest : unit == 64 ? (1 + below(rest / 64)) * 64 : 1 + below(rest);
    guarded dz = guarded_make(((rows - 1) * (outputs + gap) + outputs) * 4, 0);
    for (size_t i = 0; i < (rows - 1) * (outputs + gap) + outputs; i++) ((float*)dz.data)[i] = integer();
    guarded dw = guarded_make(outputs * all * 4, 0x5A), expected = guarded_make(outputs * all * 4, 0x5A), magnitudes = guarded_make(outputs * all * 4, 0);
    const int shorts = rounded && variant->spread_bf16 != NULL && p.image.bits != NULL;
    for (size_t i = 0; i < outputs; i++)
        for (size_t j = first; j < first + columns; j++) {
            float sum = 0, magnitude = 0;
            for (size_t r = 0; r < rows; r++) {
                const float x = ((float*)dz.data)[r * (outputs + gap) + i];
                sum += x * value(&p, r, j / channels, j % channels), magnitude += x < 0 ? -x : x;
            }
            ((float*)expected.data)[i * all + j] = sum, ((float*)magnitudes.data)[i * all + j] = shorts ? magnitude : 0;
        }
    const sf_patch_gradient o = {p.map, p.image, rows, dz.data, outputs + gap, outputs, first, columns, dw.data, all};
    (rounded ? variant->gradient_bf16 : variant->gradient_f32)(&o, scratch);
    const int same = near(dw.data, expected.data, magnitudes.data, outputs * all);
    guarded_free(dz), guarded_free(dw), guarded_free(expected), guarded_free(magnitudes), discard(&p);
    return same;
}

static int spread_agrees(const sf_patch_spreading* spreading, int shorts) {
    const size_t items = 1 + below(6), entries = 1 + below(below(4) == 0 ? 70 : 30), taps = 1 + below(5), pixels = 1 + below(30), first = below(items), some = 1 + below(items - first);
    const size_t channels = spreading->lanes * (1 + below(below(8) == 0 ? 12 : 4)), words = (channels + 63) / 64;
    // One output now and then: rows of dz then follow each other as its columns do.
    const size_t outputs = 1 + below(below(4) == 0 ? 600 : below(4) == 0 ? 1 : 60), gap = below(3);
    patches p = make(items, entries, taps, pixels, 1, 0);
    guarded bits = guarded_make(outputs * taps * words * 8, 0), signs = guarded_make(spreading->bytes(outputs, taps, channels), 0x5A);
    for (size_t i = 0; i < outputs * taps * words; i++) ((uint64_t*)bits.data)[i] = random_word();
    for (size_t tap = 0; tap < taps; tap++) spreading->pack(bits.data, words, outputs, taps, channels, tap, signs.data);
    const size_t dz_row = outputs + gap, dz_count = (items * entries - 1) * dz_row + outputs;
    const size_t dx_row = channels + gap, dx_count = (items * pixels - 1) * dx_row + channels;
    guarded dz = guarded_make(dz_count * 4, 0), dx = guarded_make(dx_count * 4, 0x5A), expected = guarded_make(dx_count * 4, 0x5A);
    guarded magnitudes = guarded_make(dx_count * 4, 0), factors = guarded_make(outputs * 4, 0);
    for (size_t i = 0; i < outputs; i++) ((float*)factors.data)[i] = integer();
    const float* factor = below(2) ? factors.data : NULL;
    for (size_t i = 0; i < dz_count; i++) ((float*)dz.data)[i] = integer();
    for (size_t item = first; item < first + some; item++)
        for (size_t pixel = 0; pixel < pixels; pixel++)
            for (size_t c = 0; c < channels; c++) {
                float sum = 0, magnitude = 0;
                for (size_t e = 0; e < entries; e++)
                    for (size_t t = 0; t < taps; t++) {
                        if (p.map.sources[e * taps + t] != (int32_t)pixel) continue;
                        for (size_t o = 0; o < outputs; o++) {
                            const float x = ((float*)dz.data)[(item * entries + e) * dz_row + o] * (factor != NULL ? factor[o] : 1);
                            sum += bit((uint64_t*)bits.data + (o * taps + t) * words, c) ? x : -x, magnitude += x < 0 ? -x : x;
                        }
                    }
                const size_t at = (item * pixels + pixel) * dx_row + c;
                ((float*)expected.data)[at] = sum, ((float*)magnitudes.data)[at] = shorts ? magnitude : 0;
            }
    const sf_patch_spread o = {p.map, first, some, dz.data, dz_row, outputs, factor, signs.data, dx.data, dx_row, pixels, channels};
    spreading->run(&o);
    const int same = near(dx.data, expected.data, magnitudes.data, dx_count);
    guarded_free(bits), guarded_free(signs), guarded_free(dz), guarded_free(dx), guarded_free(expected), guarded_free(magnitudes), guarded_free(factors), discard(&p);
    return same;
}

static int gather_agrees(void) {
    const size_t channels = 1 + below(below(2) ? 200 : 70), words = (channels + 63) / 64, entries = 1 + below(20), taps = 1 + below(5);
    patches p = make(1 + below(3), entries, taps, 1 + below(30), channels, 1);
    const size_t rows = p.items * entries, first = below(rows), count = 1 + below(rows - first);
    const int plus_one = (int)below(2);
    guarded out = guarded_make(count * taps * words * 8, 0x5A);
    sf_gather_bits(&p.map, &p.image, plus_one, first, count, out.data);
    int same = 1;
    for (size_t r = 0; r < count; r++)
        for (size_t t = 0; t < taps; t++)
            for (size_t k = 0; k < 64 * words; k++) {
                const int outside = p.map.sources[(first + r) % entries * taps + t] < 0;
                const int expected = k < channels && (outside ? plus_one : value(&p, first + r, t, k) > 0);
                same &= bit((uint64_t*)out.data + (r * taps + t) * words, k) == expected;
            }
    guarded_free(out), discard(&p);
    return same;
}

/// Patches as bfloat16, whose upper halves of floats are exact for small integers.
static int bf16_agrees(const sf_convolution* variant) {
    const size_t channels = 1 + below(150), entries = 1 + below(20), taps = 1 + below(5), bits = below(2);
    patches p = make(1 + below(3), entries, taps, 1 + below(30), channels, (int)bits);
    const size_t pixels = p.items * p.image.pixels * p.image.stride;
    guarded halves = guarded_make(bits ? 0 : pixels * 2, 0);
    for (size_t i = 0; i < pixels && !bits; i++) ((uint16_t*)halves.data)[i] = (uint16_t)(((uint32_t*)p.pixels.data)[i] >> 16);
    const size_t rows = p.items * entries, first = below(rows), count = 1 + below(rows - first), tap = below(taps), some = 1 + below(taps - tap);
    guarded out = guarded_make(count * some * channels * 2, 0x5A);
    variant->gather_bf16(&p.map, &p.image, bits ? NULL : halves.data, first, count, tap, some, out.data);
    int same = 1;
    for (size_t i = 0; i < count * some * channels; i++) {
        const float expected = value(&p, first + i / (some * channels), tap + i / channels % some, i % channels);
        uint32_t whole;
        memcpy(&whole, &expected, 4);
        same &= ((uint16_t*)out.data)[i] == whole >> 16;
    }
    guarded_free(halves), guarded_free(out), discard(&p);
    return same;
}

void test_convolution(long* checks, long* failures) {
    for (size_t v = 0; sf_convolution_variant(v) != NULL; v++) {
        const sf_convolution* variant = sf_convolution_variant(v);
        if (!sf_isa_supported(variant->isa) || !variant->runs()) continue;
        const long before = *checks, wrong = *failures;
        guarded scratch = guarded_make((variant->scratch_bytes + 63) / 64 * 64, 0x5A);
        for (int n = 0; n < 600; n++) {
            *checks += 3;
            if (!bf16_agrees(variant) && (*failures)++ < 20) printf("  %s: gathered bfloat16 %d differ\n", variant->name, n);
            if (!product_agrees(variant, scratch.data, n % 2) && (*failures)++ < 20) printf("  %s: product %d differs\n", variant->name, n);
            if (!gradient_agrees(variant, scratch.data, n % 2) && (*failures)++ < 20) printf("  %s: gradient %d differs\n", variant->name, n);
            const sf_patch_spreading* spreading = n % 2 ? variant->spread_bf16 : variant->spread_f32;
            if (spreading != NULL && spreading->narrower != NULL && n % 4 < 2) spreading = spreading->narrower;
            if (spreading == NULL) continue;
            ++*checks;
            if (!spread_agrees(spreading, n % 2) && (*failures)++ < 20) printf("  %s: spread gradient %d differs\n", variant->name, n);
        }
        printf("convolution %s: %ld comparisons with the formula, %ld differ\n", variant->name, *checks - before, *failures - wrong);
        guarded_free(scratch);
    }
    for (int n = 0; n < 500; n++) {
        ++*checks;
        if (!gather_agrees() && (*failures)++ < 20) printf("  gathered bits %d differ\n", n);
    }
}
