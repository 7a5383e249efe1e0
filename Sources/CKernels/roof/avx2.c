#if defined(__x86_64__)

#include <immintrin.h>

#include "../compiler.h"
#include "roof.h"

#define SF_TARGET __attribute__((target("avx2")))

typedef __m256i vector;

/// carry:sum = a + b + c, bitwise.
SF_TARGET SF_INLINE void add(vector* carry, vector* sum, vector a, vector b, vector c) {
    const vector half = _mm256_xor_si256(a, b);
    *carry = _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(half, c));
    *sum = _mm256_xor_si256(half, c);
}

/// A fresh product: xor of two registers that the compiler cannot see through.
SF_TARGET SF_INLINE vector differ(vector* a, vector* b) {
    SF_CHANGED_VEX(*a);
    return _mm256_xor_si256(*a, *b);
}

/// Two registers into `ones`; the carry of weight two.
SF_TARGET SF_INLINE vector pair(vector* ones, vector* a, vector* b) {
    vector carry;
    const vector x = differ(a, b), y = differ(a, b);
    add(&carry, ones, *ones, x, y);
    return carry;
}

/// Harley and Seal's tree in its steady state: sixteen registers in fifteen adders, and a look-up for the one of weight sixteen.
SF_TARGET uint64_t sf_roof_binary_avx2(size_t rounds) {
    const vector table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const vector nibble = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
    vector a = _mm256_set1_epi64x(0x123456789ABCDEF), b = _mm256_set1_epi64x(0x7777777777777);
    vector ones = zero, twos = zero, fours = zero, eights = zero, total = zero;
    for (size_t k = 0; k < rounds; k++) {
        vector eight[2], sixteens;
        SF_UNROLL
        for (int e = 0; e < 2; e++) {
            vector four[2];
            SF_UNROLL
            for (int f = 0; f < 2; f++) {
                const vector first = pair(&ones, &a, &b), second = pair(&ones, &a, &b);
                add(&four[f], &twos, twos, first, second);
            }
            add(&eight[e], &fours, fours, four[0], four[1]);
        }
        add(&sixteens, &eights, eights, eight[0], eight[1]);
        const vector low = _mm256_and_si256(sixteens, nibble), high = _mm256_and_si256(_mm256_srli_epi16(sixteens, 4), nibble);
        const vector bytes = _mm256_add_epi8(_mm256_shuffle_epi8(table, low), _mm256_shuffle_epi8(table, high));
        total = _mm256_add_epi64(total, _mm256_sad_epu8(bytes, zero));
    }
    total = _mm256_add_epi64(_mm256_add_epi64(total, eights), _mm256_add_epi64(fours, _mm256_add_epi64(twos, ones)));
    return (uint64_t)_mm256_extract_epi64(total, 0);
}

SF_TARGET uint64_t sf_roof_bytes_avx2(size_t rounds) {
    vector sum[8], x[4], w[2];
    for (int i = 0; i < 8; i++) sum[i] = _mm256_setzero_si256();
    for (int i = 0; i < 4; i++) x[i] = _mm256_set1_epi8((char)(200 + i));
    w[0] = _mm256_set1_epi8(1), w[1] = _mm256_set1_epi8(-1);
    for (size_t k = 0; k < rounds; k++) {
        SF_UNROLL
        for (int i = 0; i < 4; i++) SF_CHANGED_VEX(x[i]);
        SF_UNROLL
        for (int i = 0; i < 8; i++) sum[i] = _mm256_add_epi16(sum[i], _mm256_maddubs_epi16(x[i / 2], w[i % 2]));
    }
    for (int i = 1; i < 8; i++) sum[0] = _mm256_add_epi16(sum[0], sum[i]);
    return (uint64_t)_mm256_extract_epi64(sum[0], 0);
}

#define SF_FMA __attribute__((target("avx2,fma")))

/// A tile of 6 × 2 registers of sums, as in the dense product.
SF_FMA uint64_t sf_roof_f32_avx2(size_t rounds) {
    __m256 sum[12], a = _mm256_set1_ps(0.5f), b[2] = {_mm256_set1_ps(1), _mm256_set1_ps(-1)};
    for (int i = 0; i < 12; i++) sum[i] = _mm256_setzero_ps();
    for (size_t k = 0; k < rounds; k++) {
        SF_CHANGED_VEX(a);
        SF_CHANGED_VEX(b[0]);
        SF_CHANGED_VEX(b[1]);
        SF_UNROLL
        for (int i = 0; i < 12; i++) sum[i] = _mm256_fmadd_ps(a, b[i % 2], sum[i]);
    }
    for (int i = 1; i < 12; i++) sum[0] = _mm256_add_ps(sum[0], sum[i]);
    return (uint64_t)(int64_t)_mm256_cvtss_f32(sum[0]);
}

uint64_t sf_roof_bf16_avx2(size_t rounds) { return sf_roof_f32_avx2(rounds); }

#else
typedef int sf_roof_avx2_not_here;
#endif
