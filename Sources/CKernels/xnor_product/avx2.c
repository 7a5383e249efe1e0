#if defined(__x86_64__)

#include <immintrin.h>

#include "../compiler.h"
#include "xnor_product.h"

// A 256-bit register holds word k of four outputs: half a panel. AVX2 has no population count; the cheapest one is a table look-up of
// nibbles (VPSHUFB), about eight instructions a register. A carry-save adder (five logic instructions) turns three registers of one
// weight into one of that weight and one of twice the weight, bit by bit, so a tree of eleven of them (Harley-Seal; Muła, Kurz, Lemire
// 2018) folds fifteen registers into four of weights 1, 2, 4, 8, and only those are looked up: 55 + 28 instructions in place of 15 · 7.
// Words that are left over go by trees of seven (four adders, three look-ups), of three, and one by one.
//
// The trees run along K within a lane, so no sum crosses a register. Bytes hold the counts of a group of words: a byte has 8 bits, 15
// words give at most 15·8 = 120; with the look-ups of weight 8 coming first nothing exceeds that on the way. Two groups fit a byte
// (240 <= 255); VPSADBW then adds the eight bytes of every 64-bit lane.

#define SF_TARGET __attribute__((target("avx2")))

enum { BLOCK_ROWS = 64 };

typedef __m256i vector;

/// carry:sum = a + b + c, bitwise.
SF_TARGET SF_INLINE void add(vector* carry, vector* sum, vector a, vector b, vector c) {
    const vector half = _mm256_xor_si256(a, b);
    *carry = _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(half, c));
    *sum = _mm256_xor_si256(half, c);
}

/// Population count of every byte times `weight`.
SF_TARGET SF_INLINE vector counts(vector x, const char weight) {
    const vector table = _mm256_setr_epi8(
        0, weight, weight, 2 * weight, weight, 2 * weight, 2 * weight, 3 * weight, weight, 2 * weight, 2 * weight, 3 * weight, 2 * weight,
        3 * weight, 3 * weight, 4 * weight, 0, weight, weight, 2 * weight, weight, 2 * weight, 2 * weight, 3 * weight, weight, 2 * weight,
        2 * weight, 3 * weight, 2 * weight, 3 * weight, 3 * weight, 4 * weight);
    const vector nibble = _mm256_set1_epi8(15);
    const vector low = _mm256_and_si256(x, nibble), high = _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble);
    return _mm256_add_epi8(_mm256_shuffle_epi8(table, low), _mm256_shuffle_epi8(table, high));
}

/// Differing bits of word k of a row and of half a panel.
SF_TARGET SF_INLINE vector differ(const uint64_t* a, const uint64_t* b, size_t k) {
    return _mm256_xor_si256(_mm256_set1_epi64x((int64_t)a[k]), _mm256_loadu_si256((const vector*)(b + k * SF_PANEL)));
}

/// Seven words from k on: weights 1, 2, 4 in four adders.
SF_TARGET SF_INLINE void seven(const uint64_t* a, const uint64_t* b, size_t k, vector* ones, vector* twos, vector* fours) {
    vector sum, two1, two2, two3;
    add(&two1, &sum, differ(a, b, k), differ(a, b, k + 1), differ(a, b, k + 2));
    add(&two2, &sum, sum, differ(a, b, k + 3), differ(a, b, k + 4));
    add(&two3, ones, sum, differ(a, b, k + 5), differ(a, b, k + 6));
    add(fours, twos, two1, two2, two3);
}

/// Bytes of counts of fifteen words: two trees of seven, joined with the fifteenth.
SF_TARGET SF_INLINE vector fifteen(const uint64_t* a, const uint64_t* b, size_t k) {
    vector one1, two1, four1, one2, two2, four2, ones, twos, fours, eights, two3, four3;
    seven(a, b, k, &one1, &two1, &four1);
    seven(a, b, k + 7, &one2, &two2, &four2);
    add(&two3, &ones, one1, one2, differ(a, b, k + 14));
    add(&four3, &twos, two1, two2, two3);
    add(&eights, &fours, four1, four2, four3);
    return _mm256_add_epi8(_mm256_add_epi8(counts(eights, 8), counts(fours, 4)), _mm256_add_epi8(counts(twos, 2), counts(ones, 1)));
}

/// Bytes of counts of seven words, and of three.
SF_TARGET SF_INLINE vector count_seven(const uint64_t* a, const uint64_t* b, size_t k) {
    vector ones, twos, fours;
    seven(a, b, k, &ones, &twos, &fours);
    return _mm256_add_epi8(counts(ones, 1), _mm256_add_epi8(counts(twos, 2), counts(fours, 4)));
}

SF_TARGET SF_INLINE vector count_three(const uint64_t* a, const uint64_t* b, size_t k) {
    vector ones, twos;
    add(&twos, &ones, differ(a, b, k), differ(a, b, k + 1), differ(a, b, k + 2));
    return _mm256_add_epi8(counts(ones, 1), counts(twos, 2));
}

/// Differing bits in each of the four 64-bit lanes over all words, of half a panel at `b`.
SF_TARGET SF_INLINE vector lanes(const uint64_t* a, const uint64_t* b, size_t words) {
    const vector zero = _mm256_setzero_si256();
    vector total = zero;
    size_t k = 0;
    for (; k + 30 <= words; k += 30) {
        const vector bytes = _mm256_add_epi8(fifteen(a, b, k), fifteen(a, b, k + 15));
        total = _mm256_add_epi64(total, _mm256_sad_epu8(bytes, zero));
    }
    // Fewer than 30 words are left: again no byte overflows.
    vector bytes = zero;
    if (k + 15 <= words) {
        bytes = fifteen(a, b, k);
        k += 15;
    }
    if (k + 7 <= words) {
        bytes = _mm256_add_epi8(bytes, count_seven(a, b, k));
        k += 7;
    }
    for (; k + 3 <= words; k += 3) bytes = _mm256_add_epi8(bytes, count_three(a, b, k));
    for (; k < words; k++) bytes = _mm256_add_epi8(bytes, counts(differ(a, b, k), 1));
    return _mm256_add_epi64(total, _mm256_sad_epu8(bytes, zero));
}

/// The same for both halves side by side when there are fewer than 15 words: the small trees leave registers for two, which hides their
/// latency. The tree of fifteen does not.
SF_TARGET SF_INLINE void short_lanes(const uint64_t* a, const uint64_t* b, size_t words, vector total[2]) {
    const vector zero = _mm256_setzero_si256();
    const uint64_t* half[2] = {b, b + SF_PANEL / 2};
    vector bytes[2] = {zero, zero};
    size_t k = 0;
    if (words >= 7) {
        for (int h = 0; h < 2; h++) bytes[h] = count_seven(a, half[h], 0);
        k = 7;
    }
    for (; k + 3 <= words; k += 3)
        for (int h = 0; h < 2; h++) bytes[h] = _mm256_add_epi8(bytes[h], count_three(a, half[h], k));
    for (; k < words; k++)
        for (int h = 0; h < 2; h++) bytes[h] = _mm256_add_epi8(bytes[h], counts(differ(a, half[h], k), 1));
    for (int h = 0; h < 2; h++) total[h] = _mm256_sad_epu8(bytes[h], zero);
}

/// The eight sums of a row and a panel.
SF_TARGET SF_INLINE vector sums(const sf_xnor_operands* o, size_t row, size_t panel) {
    const uint64_t* a = o->a + row * o->a_stride;
    const uint64_t* b = o->b + panel * o->words * SF_PANEL;
    vector total[2];
    if (o->words < 15) short_lanes(a, b, o->words, total);
    else total[0] = lanes(a, b, o->words), total[1] = lanes(a, b + SF_PANEL / 2, o->words);
    // Low halves of the 64-bit lanes: 0 1 4 5 | 2 3 6 7 after the shuffle within 128 bits, then in order.
    const __m256 mixed = _mm256_shuffle_ps(_mm256_castsi256_ps(total[0]), _mm256_castsi256_ps(total[1]), 0x88);
    const vector differing = _mm256_permute4x64_epi64(_mm256_castps_si256(mixed), 0xD8);
    return _mm256_sub_epi32(_mm256_set1_epi32(o->depth), _mm256_add_epi32(differing, differing));
}

/// All bits set in the first `n` of eight 32-bit lanes.
SF_TARGET SF_INLINE vector first_lanes(size_t n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n < SF_PANEL ? (int)n : SF_PANEL), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/// Visits the panels for block after block of rows: results of a block stay in the second-level cache until all panels have written
/// them (see avx512.c). `end` is the row after the block.
#define SF_FOR_EACH_PANEL(o, block, end, panel)                                                                                        \
    for (size_t block = 0, end; end = block + BLOCK_ROWS < o.rows ? block + BLOCK_ROWS : o.rows, block < o.rows; block = end)          \
        for (size_t panel = 0; panel * SF_PANEL < o.columns; panel++)

SF_TARGET void sf_xnor_i32_avx2(const sf_xnor_operands* operands, int32_t* out, size_t out_stride) {
    // A copy, here and below: a store to `out` could otherwise change the operands for all the compiler knows.
    const sf_xnor_operands o = *operands;
    SF_FOR_EACH_PANEL(o, block, end, panel) {
        const size_t j = panel * SF_PANEL, rest = o.columns - j;
        for (size_t i = block; i < end; i++) {
            const vector z = sums(&o, i, panel);
            int32_t* to = out + i * out_stride + j;
            if (rest >= SF_PANEL) _mm256_storeu_si256((vector*)to, z);
            else _mm256_maskstore_epi32(to, first_lanes(rest), z);
        }
    }
}

SF_TARGET void sf_xnor_f32_avx2(const sf_xnor_operands* operands, float* out, size_t out_stride) {
    const sf_xnor_operands o = *operands;
    SF_FOR_EACH_PANEL(o, block, end, panel) {
        const size_t j = panel * SF_PANEL, rest = o.columns - j;
        for (size_t i = block; i < end; i++) {
            const __m256 z = _mm256_cvtepi32_ps(sums(&o, i, panel));
            float* to = out + i * out_stride + j;
            if (rest >= SF_PANEL) _mm256_storeu_ps(to, z);
            else _mm256_maskstore_ps(to, first_lanes(rest), z);
        }
    }
}

SF_TARGET void sf_xnor_bits_avx2(const sf_xnor_operands* operands, const int32_t* thresholds, uint64_t* out, size_t out_stride) {
    const sf_xnor_operands o = *operands;
    // Panels write bytes; the last word of a row may have bytes that no panel writes.
    if (o.columns % 64 != 0)
        for (size_t i = 0; i < o.rows; i++) out[i * out_stride + o.columns / 64] = 0;
    SF_FOR_EACH_PANEL(o, block, end, panel) {
        const vector inside = first_lanes(o.columns - panel * SF_PANEL);
        const vector least = _mm256_maskload_epi32(thresholds + panel * SF_PANEL, inside);
        for (size_t i = block; i < end; i++) {
            const vector reached = _mm256_andnot_si256(_mm256_cmpgt_epi32(least, sums(&o, i, panel)), inside);
            ((uint8_t*)(out + i * out_stride))[panel] = (uint8_t)_mm256_movemask_ps(_mm256_castsi256_ps(reached));
        }
    }
}

#else
typedef int sf_xnor_product_avx2_not_here;
#endif
