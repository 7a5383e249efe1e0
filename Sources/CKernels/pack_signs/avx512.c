#if defined(__x86_64__)

#include <immintrin.h>

#include "../compiler.h"
#include "pack_signs.h"

// A comparison of sixteen floats gives sixteen bits; four of them are a word. Ordered comparisons are false for NaN.

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

/// Lanes from column `j` on that exist.
SF_INLINE __mmask16 lanes(size_t j, size_t columns) {
    return j + 16 <= columns ? 0xFFFF : j < columns ? (__mmask16)((1u << (columns - j)) - 1) : 0;
}

/// Bits of x >= 0, or of |x| <= limit.
SF_TARGET SF_INLINE void pack(const float* x, size_t x_stride, size_t rows, size_t columns, uint64_t* out, size_t out_stride,
                              const int within, float limit) {
    const __m512 bound = within ? _mm512_set1_ps(limit) : _mm512_setzero_ps();
    for (size_t i = 0; i < rows; i++) {
        for (size_t first = 0; first < columns; first += 64) {
            uint64_t word = 0;
            SF_UNROLL
            for (int q = 0; q < 4; q++) {
                const size_t j = first + 16 * (size_t)q;
                const __mmask16 inside = lanes(j, columns);
                const __m512 value = _mm512_maskz_loadu_ps(inside, x + i * x_stride + j);
                const __mmask16 bits = within ? _mm512_mask_cmp_ps_mask(inside, _mm512_abs_ps(value), bound, _CMP_LE_OQ)
                                              : _mm512_mask_cmp_ps_mask(inside, value, bound, _CMP_GE_OQ);
                word |= (uint64_t)bits << (16 * q);
            }
            out[i * out_stride + first / 64] = word;
        }
    }
}

SF_TARGET void sf_pack_signs_avx512(const float* x, size_t x_stride, size_t rows, size_t columns, uint64_t* out, size_t out_stride) {
    pack(x, x_stride, rows, columns, out, out_stride, 0, 0);
}

SF_TARGET void sf_pack_within_avx512(
    const float* x, size_t x_stride, size_t rows, size_t columns, float limit, uint64_t* out, size_t out_stride) {
    pack(x, x_stride, rows, columns, out, out_stride, 1, limit);
}

SF_TARGET void sf_unpack_signs_avx512(const uint64_t* bits, size_t bits_stride, size_t rows, size_t columns, float* out,
                                      size_t out_stride) {
    const __m512 plus = _mm512_set1_ps(1), minus = _mm512_set1_ps(-1);
    for (size_t i = 0; i < rows; i++) {
        const uint64_t* row = bits + i * bits_stride;
        float* to = out + i * out_stride;
        size_t j = 0;
        for (; j + 16 <= columns; j += 16) _mm512_storeu_ps(to + j, _mm512_mask_mov_ps(minus, (__mmask16)(row[j / 64] >> (j % 64)), plus));
        if (j < columns)
            _mm512_mask_storeu_ps(to + j, lanes(j, columns), _mm512_mask_mov_ps(minus, (__mmask16)(row[j / 64] >> (j % 64)), plus));
    }
}

#else
typedef int sf_pack_signs_avx512_not_here;
#endif
