#if defined(__x86_64__)
#include <immintrin.h>

#include "convolution.h"

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

/// A unit is a float: sixteen bits choose between +1 and -1.
SF_TARGET void sf_signs_avx512(const uint64_t* const* rows, size_t byte, float outside, size_t depth, float* panel, size_t width) {
    const __m512 minus = _mm512_set1_ps(-1), plus = _mm512_set1_ps(1), none = _mm512_set1_ps(outside);
    for (size_t k = 0; k < depth; k++) {
        uint16_t bits = 0;
        if (rows[k] != NULL) memcpy(&bits, (const uint8_t*)rows[k] + byte, sizeof bits);
        _mm512_storeu_ps(panel + k * width, rows[k] != NULL ? _mm512_mask_mov_ps(minus, bits, plus) : none);
    }
}

/// Thirty-two bits choose between 0x3F80, which is 1, and 0xBF80, which is -1.
static inline SF_TARGET void expand(const uint64_t* row, size_t first, size_t count, uint16_t* out) {
    const __m512i plus = _mm512_set1_epi16(0x3F80), minus = _mm512_set1_epi16((short)0xBF80);
    for (size_t k = 0; k < count; k += 32) {
        const size_t bit = first + k, shift = bit % 64, rest = count - k < 32 ? count - k : 32;
        uint64_t bits = row[bit / 64] >> shift;
        if (shift + rest > 64) bits |= row[bit / 64 + 1] << (64 - shift);
        const __m512i values = _mm512_mask_blend_epi16((__mmask32)bits, minus, plus);
        if (rest == 32) _mm512_storeu_si512(out + k, values);
        else _mm512_mask_storeu_epi16(out + k, ((__mmask32)1 << rest) - 1, values);
    }
}

#define SF_GATHER_TARGET SF_TARGET
#include "gather_bf16.inc"

void sf_gather_bf16_avx512(
    const sf_patch_map* map, const sf_patch_image* image, const uint16_t* halves, size_t first_row, size_t rows, size_t first_tap,
    size_t taps, uint16_t* out) {
    gather_bf16(map, image, halves, first_row, rows, first_tap, taps, out);
}

const sf_patch_code sf_patch_code_avx512 = {
    .blocking = &sf_blocking_avx512, .signs = sf_signs_avx512, .tables = &sf_table_avx512_reals, .product_tables = &sf_table_avx512_reals,
    .narrow = &sf_narrow_avx512};
static const sf_patch_code rounded = {
    .blocking = &sf_blocking_avx512_rounded, .signs = sf_signs_avx512, .tables = &sf_table_avx512_shorts, .product_tables = &sf_table_avx512_reals,
    .narrow = &sf_narrow_avx512};

static int runs(void) { return 1; }

SF_DEFINE_CONVOLUTION(avx512, SF_ISA_AVX512, "avx512", &sf_patch_code_avx512, &rounded, &sf_spreading_avx512_reals, &sf_spreading_avx512_shorts, sf_gather_bf16_avx512, runs)
#endif
