#if defined(__x86_64__)

#include <immintrin.h>

#include "../compiler.h"
#include "pack_signs.h"

// A comparison of eight floats, gathered by MOVMSKPS, is a byte of a word. Ordered comparisons are false for NaN; comparing, and not
// taking the sign bit, is what gives -0 the sign +1.

#define SF_TARGET __attribute__((target("avx2")))

/// Bits of x >= 0, or of |x| <= limit, for eight columns.
SF_TARGET SF_INLINE uint64_t eight(__m256 x, __m256 bound, const int within) {
    const __m256 magnitude = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);
    const __m256 bits = within ? _mm256_cmp_ps(magnitude, bound, _CMP_LE_OQ) : _mm256_cmp_ps(x, bound, _CMP_GE_OQ);
    return (uint64_t)_mm256_movemask_ps(bits);
}

SF_TARGET SF_INLINE void pack(const float* x, size_t x_stride, size_t rows, size_t columns, uint64_t* out, size_t out_stride,
                              const int within, float limit) {
    const __m256 bound = within ? _mm256_set1_ps(limit) : _mm256_setzero_ps();
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    for (size_t i = 0; i < rows; i++) {
        const float* from = x + i * x_stride;
        for (size_t first = 0; first < columns; first += 64) {
            const size_t end = columns - first < 64 ? columns : first + 64;
            uint64_t word = 0;
            size_t j = first;
            for (; j + 8 <= end; j += 8) word |= eight(_mm256_loadu_ps(from + j), bound, within) << (j - first);
            if (j < end) {
                const int n = (int)(end - j);
                const __m256 value = _mm256_maskload_ps(from + j, _mm256_cmpgt_epi32(_mm256_set1_epi32(n), lane));
                word |= (eight(value, bound, within) & ((1u << n) - 1)) << (j - first);
            }
            out[i * out_stride + first / 64] = word;
        }
    }
}

SF_TARGET void sf_pack_signs_avx2(const float* x, size_t x_stride, size_t rows, size_t columns, uint64_t* out, size_t out_stride) {
    pack(x, x_stride, rows, columns, out, out_stride, 0, 0);
}

SF_TARGET void sf_pack_within_avx2(
    const float* x, size_t x_stride, size_t rows, size_t columns, float limit, uint64_t* out, size_t out_stride) {
    pack(x, x_stride, rows, columns, out, out_stride, 1, limit);
}

/// ±1 from eight bits: bit k is moved to the sign position of lane k; where it is 0, 1.0 gets a minus sign.
SF_TARGET SF_INLINE __m256 signs(uint64_t bits) {
    const __m256i moved = _mm256_sllv_epi32(_mm256_set1_epi32((int)bits), _mm256_setr_epi32(31, 30, 29, 28, 27, 26, 25, 24));
    const __m256 minus = _mm256_andnot_ps(_mm256_castsi256_ps(moved), _mm256_set1_ps(-0.0f));
    return _mm256_or_ps(minus, _mm256_set1_ps(1));
}

SF_TARGET void sf_unpack_signs_avx2(const uint64_t* bits, size_t bits_stride, size_t rows, size_t columns, float* out,
                                    size_t out_stride) {
    for (size_t i = 0; i < rows; i++) {
        const uint64_t* row = bits + i * bits_stride;
        float* to = out + i * out_stride;
        size_t j = 0;
        for (; j + 8 <= columns; j += 8) _mm256_storeu_ps(to + j, signs(row[j / 64] >> (j % 64)));
        for (; j < columns; j++) to[j] = (row[j / 64] >> (j % 64)) & 1 ? 1.0f : -1.0f;
    }
}

#else
typedef int sf_pack_signs_avx2_not_here;
#endif
