#if defined(__x86_64__)

#include <immintrin.h>

#include "weight_flips.h"

#define SF_TARGET __attribute__((target("avx2,popcnt,bmi,bmi2")))
#define SF_NAME(name) name##_avx2

#define LOAD(p) _mm256_loadu_si256((const __m256i*)(p))
#define STORE(p, x) _mm256_storeu_si256((__m256i*)(p), x)

/// Bits to masks: lane l is all ones where bit l is.
SF_INLINE SF_TARGET __m256i spread16(uint64_t bits) {
    const __m256i lanes =
        _mm256_setr_epi16(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, (int16_t)-32768);
    return _mm256_cmpeq_epi16(_mm256_and_si256(_mm256_set1_epi16((int16_t)bits), lanes), lanes);
}

SF_INLINE SF_TARGET __m256i spread32(uint64_t bits) {
    const __m256i lanes = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32((int32_t)bits), lanes), lanes);
}

SF_INLINE SF_TARGET void add16(int16_t* z, uint64_t rows, uint64_t up, int16_t amount) {
    const __m256i plus = _mm256_set1_epi16(amount), minus = _mm256_set1_epi16((int16_t)-amount);
    for (int q = 0; q < 4; q++) {
        const __m256i by = _mm256_blendv_epi8(minus, plus, spread16(up >> (16 * q)));
        STORE(z + 16 * q, _mm256_add_epi16(LOAD(z + 16 * q), _mm256_and_si256(by, spread16(rows >> (16 * q)))));
    }
}

SF_INLINE SF_TARGET void add32(int32_t* z, uint64_t rows, uint64_t up, int32_t amount) {
    const __m256i plus = _mm256_set1_epi32(amount), minus = _mm256_set1_epi32(-amount);
    for (int q = 0; q < 8; q++) {
        const __m256i by = _mm256_blendv_epi8(minus, plus, spread32(up >> (8 * q)));
        STORE(z + 8 * q, _mm256_add_epi32(LOAD(z + 8 * q), _mm256_and_si256(by, spread32(rows >> (8 * q)))));
    }
}

// -2 <= z <= 1 is z + 2 without bits above the lowest two.
SF_INLINE SF_TARGET void see16(const int16_t* z, uint64_t* signs, uint64_t* near) {
    uint64_t below = 0, close = 0;
    for (int h = 0; h < 2; h++) {
        const __m256i a = LOAD(z + 32 * h), b = LOAD(z + 32 * h + 16), two = _mm256_set1_epi16(2), high = _mm256_set1_epi16(~3);
        const __m256i none = _mm256_setzero_si256();
        const __m256i c = _mm256_cmpeq_epi16(_mm256_and_si256(_mm256_add_epi16(a, two), high), none);
        const __m256i d = _mm256_cmpeq_epi16(_mm256_and_si256(_mm256_add_epi16(b, two), high), none);
        // Packing works within halves of a register: quarters 1 and 2 change places.
        const __m256i sums = _mm256_permute4x64_epi64(_mm256_packs_epi16(a, b), 0xD8);
        const __m256i closes = _mm256_permute4x64_epi64(_mm256_packs_epi16(c, d), 0xD8);
        below |= (uint64_t)(uint32_t)_mm256_movemask_epi8(sums) << (32 * h);
        close |= (uint64_t)(uint32_t)_mm256_movemask_epi8(closes) << (32 * h);
    }
    *signs = ~below, *near = close;
}

SF_INLINE SF_TARGET void see32(const int32_t* z, uint64_t* signs, uint64_t* near) {
    uint64_t below = 0, close = 0;
    for (int q = 0; q < 8; q++) {
        const __m256i sums = LOAD(z + 8 * q);
        const __m256i shifted = _mm256_and_si256(_mm256_add_epi32(sums, _mm256_set1_epi32(2)), _mm256_set1_epi32(~3));
        const __m256i closes = _mm256_cmpeq_epi32(shifted, _mm256_setzero_si256());
        below |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(sums)) << (8 * q);
        close |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(closes)) << (8 * q);
    }
    *signs = ~below, *near = close;
}

#include "body.inc"

const sf_weight_flips sf_weight_flips_avx2 = SF_WEIGHT_FLIPS_TABLE(SF_ISA_AVX2);

#else
typedef int sf_weight_flips_avx2_not_here;
#endif
