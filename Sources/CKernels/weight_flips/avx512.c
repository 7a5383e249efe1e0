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

/// `n` words of columns, whose sums stay in registers of 16 bits until they might overflow.
SF_INLINE SF_TARGET void sum_columns(
    const uint64_t* bits, size_t words, const uint32_t* numbers, const int16_t* values, size_t count, int32_t* sums, const int n) {
    for (size_t i = 0; i < count;) {
        __m512i part[26];
#if defined(__clang__)
#pragma clang loop unroll(full)
#endif
        for (int k = 0; k < 2 * n; k++) part[k] = _mm512_setzero_si512();
        for (int32_t room = INT16_MAX; i < count; i++) {
            room -= values[i] < 0 ? -values[i] : values[i];
            if (room < 0) break;
            const uint64_t* row = bits + numbers[i] * words;
            const __m512i value = _mm512_set1_epi16(values[i]);
#if defined(__clang__)
#pragma clang loop unroll(full)
#endif
            for (int k = 0; k < 2 * n; k++) {
                uint32_t half;
                memcpy(&half, (const char*)row + 4 * k, sizeof half);
                part[k] = _mm512_mask_add_epi16(part[k], half, part[k], value);
            }
        }
#if defined(__clang__)
#pragma clang loop unroll(full)
#endif
        for (int k = 0; k < 2 * n; k++) {
            int32_t* to = sums + 32 * k;
            const __m512i low = _mm512_cvtepi16_epi32(_mm512_castsi512_si256(part[k]));
            const __m512i high = _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64(part[k], 1));
            _mm512_storeu_si512(to, _mm512_add_epi32(_mm512_loadu_si512(to), low));
            _mm512_storeu_si512(to + 16, _mm512_add_epi32(_mm512_loadu_si512(to + 16), high));
        }
    }
}

#define SF_COLUMN_SUMS
SF_TARGET static void column_sums_avx512(
    const uint64_t* bits, size_t words, const uint32_t* numbers, const int16_t* values, size_t count, int32_t* sums) {
    size_t w = 0;
    for (; w + 13 <= words; w += 13) sum_columns(bits + w, words, numbers, values, count, sums + 64 * w, 13);
    for (; w + 4 <= words; w += 4) sum_columns(bits + w, words, numbers, values, count, sums + 64 * w, 4);
    for (; w < words; w++) sum_columns(bits + w, words, numbers, values, count, sums + 64 * w, 1);
}

#include "body.inc"

const sf_weight_flips sf_weight_flips_avx512 = SF_WEIGHT_FLIPS_TABLE(SF_ISA_AVX512);

#else
typedef int sf_weight_flips_avx512_not_here;
#endif
