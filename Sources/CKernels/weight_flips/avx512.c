#if defined(__x86_64__)

#include <immintrin.h>

#include "weight_flips.h"

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,popcnt,bmi,bmi2")))
#define SF_NAME(name) name##_avx512

SF_INLINE SF_TARGET void add16(int16_t* z, uint64_t rows, uint64_t up, int16_t amount) {
    const __m512i plus = _mm512_set1_epi16(amount), minus = _mm512_set1_epi16((int16_t)-amount);
    SF_UNROLL
    for (int h = 0; h < 2; h++) {
        const __m512i old = _mm512_loadu_si512(z + 32 * h);
        const __m512i by = _mm512_mask_blend_epi16((__mmask32)(up >> (32 * h)), minus, plus);
        _mm512_storeu_si512(z + 32 * h, _mm512_mask_add_epi16(old, (__mmask32)(rows >> (32 * h)), old, by));
    }
}

SF_INLINE SF_TARGET void add32(int32_t* z, uint64_t rows, uint64_t up, int32_t amount) {
    const __m512i plus = _mm512_set1_epi32(amount), minus = _mm512_set1_epi32(-amount);
    SF_UNROLL
    for (int q = 0; q < 4; q++) {
        const __m512i old = _mm512_loadu_si512(z + 16 * q);
        const __m512i by = _mm512_mask_blend_epi32((__mmask16)(up >> (16 * q)), minus, plus);
        _mm512_storeu_si512(z + 16 * q, _mm512_mask_add_epi32(old, (__mmask16)(rows >> (16 * q)), old, by));
    }
}

// -2 <= z <= 1 is z + 2 < 4 without sign.
SF_INLINE SF_TARGET void see16(const int16_t* z, uint64_t* signs, uint64_t* near) {
    uint64_t below = 0, close = 0;
    SF_UNROLL
    for (int h = 0; h < 2; h++) {
        const __m512i sums = _mm512_loadu_si512(z + 32 * h);
        below |= (uint64_t)_mm512_movepi16_mask(sums) << (32 * h);
        close |= (uint64_t)_mm512_cmplt_epu16_mask(_mm512_add_epi16(sums, _mm512_set1_epi16(2)), _mm512_set1_epi16(4)) << (32 * h);
    }
    *signs = ~below, *near = close;
}

SF_INLINE SF_TARGET void see32(const int32_t* z, uint64_t* signs, uint64_t* near) {
    uint64_t below = 0, close = 0;
    SF_UNROLL
    for (int q = 0; q < 4; q++) {
        const __m512i sums = _mm512_loadu_si512(z + 16 * q);
        below |= (uint64_t)_mm512_movepi32_mask(sums) << (16 * q);
        close |= (uint64_t)_mm512_cmplt_epu32_mask(_mm512_add_epi32(sums, _mm512_set1_epi32(2)), _mm512_set1_epi32(4)) << (16 * q);
    }
    *signs = ~below, *near = close;
}

#include "body.inc"

const sf_weight_flips sf_weight_flips_avx512 = SF_WEIGHT_FLIPS_TABLE(SF_ISA_AVX512);

#else
typedef int sf_weight_flips_avx512_not_here;
#endif
