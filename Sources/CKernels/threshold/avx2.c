#if defined(__x86_64__)

#include <immintrin.h>

#include "../compiler.h"
#include "threshold.h"

#define SF_TARGET __attribute__((target("avx2")))

SF_TARGET void sf_threshold_bits_avx2(const int32_t* z, size_t z_stride, size_t rows, size_t columns, const int32_t* thresholds,
                                      uint64_t* out, size_t out_stride) {
    for (size_t i = 0; i < rows; i++) {
        const int32_t* from = z + i * z_stride;
        for (size_t first = 0; first < columns; first += 64) {
            const size_t end = columns - first < 64 ? columns : first + 64;
            // There is a greater-than only, so this gathers z < threshold and inverts.
            uint64_t below = 0;
            size_t j = first;
            for (; j + 8 <= end; j += 8) {
                const __m256i less = _mm256_cmpgt_epi32(
                    _mm256_loadu_si256((const __m256i*)(thresholds + j)), _mm256_loadu_si256((const __m256i*)(from + j)));
                below |= (uint64_t)_mm256_movemask_ps(_mm256_castsi256_ps(less)) << (j - first);
            }
            for (; j < end; j++) below |= (uint64_t)(from[j] < thresholds[j]) << (j - first);
            const uint64_t inside = end - first == 64 ? ~(uint64_t)0 : ((uint64_t)1 << (end - first)) - 1;
            out[i * out_stride + first / 64] = ~below & inside;
        }
    }
}

#else
typedef int sf_threshold_avx2_not_here;
#endif
