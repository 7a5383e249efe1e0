#if defined(__x86_64__)

#include <immintrin.h>

#include "../compiler.h"
#include "threshold.h"

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

SF_TARGET void sf_threshold_bits_avx512(const int32_t* z, size_t z_stride, size_t rows, size_t columns, const int32_t* thresholds,
                                        uint64_t* out, size_t out_stride) {
    for (size_t i = 0; i < rows; i++) {
        const int32_t* from = z + i * z_stride;
        for (size_t first = 0; first < columns; first += 64) {
            uint64_t word = 0;
            SF_UNROLL
            for (int q = 0; q < 4; q++) {
                const size_t j = first + 16 * (size_t)q;
                const __mmask16 inside = j + 16 <= columns ? 0xFFFF : j < columns ? (__mmask16)((1u << (columns - j)) - 1) : 0;
                const __mmask16 reached = _mm512_mask_cmpge_epi32_mask(
                    inside, _mm512_maskz_loadu_epi32(inside, from + j), _mm512_maskz_loadu_epi32(inside, thresholds + j));
                word |= (uint64_t)reached << (16 * q);
            }
            out[i * out_stride + first / 64] = word;
        }
    }
}

#else
typedef int sf_threshold_avx512_not_here;
#endif
