#if defined(__x86_64__)
#include <immintrin.h>

#include "convolution.h"

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

/// Bits at a row, and ±1 where the row exists.
static inline uint32_t bits_of(const uint64_t* row, size_t byte) {
    uint16_t bits;
    memcpy(&bits, (const uint8_t*)row + byte, sizeof bits);
    return bits;
}

/// A unit is a pair of bfloat16: the even depth value below, the odd one above. 0x3F80 is 1, 0xBF80 is -1.
static SF_TARGET void signs(const uint64_t* const* rows, size_t byte, float outside, size_t depth, float* panel, size_t width) {
    const __m512i minus = _mm512_set1_epi32((int)0xBF80BF80), even = _mm512_set1_epi32(0x8000), odd = _mm512_set1_epi32((int)0x80000000);
    const __m512i one = _mm512_set1_epi32(0x3F80), one_less = _mm512_set1_epi32(0xBF80);
    for (size_t k = 0; k < depth; k += 2) {
        const uint64_t *first = rows[k], *second = k + 1 < depth ? rows[k + 1] : NULL;
        __m512i units;
        if (first != NULL && second != NULL) {
            units = _mm512_mask_xor_epi32(minus, (__mmask16)bits_of(first, byte), minus, even);
            units = _mm512_mask_xor_epi32(units, (__mmask16)bits_of(second, byte), units, odd);
        } else {
            // Rare: half a pair or more lies outside. Past the end of the depth both operands are 0.
            const uint32_t none = outside == 0 ? 0 : 0x3F80, past = k + 1 < depth ? none : 0;
            __m512i low = _mm512_set1_epi32((int)none), high = _mm512_set1_epi32((int)past);
            if (first != NULL) low = _mm512_mask_blend_epi32((__mmask16)bits_of(first, byte), one_less, one);
            if (second != NULL) high = _mm512_mask_blend_epi32((__mmask16)bits_of(second, byte), one_less, one);
            units = _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
        }
        _mm512_storeu_si512(panel + k / 2 * width, units);
    }
}

static const sf_patch_code pairs = {
    .blocking = &sf_blocking_avx512bf16, .signs = signs, .tables = &sf_table_avx512_shorts, .product_tables = &sf_table_avx512_reals,
    .narrow = &sf_narrow_avx512};

static int runs(void) { return sf_dense_avx512bf16.runs(); }

SF_DEFINE_CONVOLUTION(avx512bf16, SF_ISA_AVX512, "avx512+bf16", &sf_patch_code_avx512, &pairs, &sf_spreading_avx512_reals, &sf_spreading_avx512_shorts, sf_gather_bf16_avx512, runs)
#endif
