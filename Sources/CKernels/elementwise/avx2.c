#if defined(__x86_64__)

#include <immintrin.h>
#include <stdint.h>

#define SF_NAME(name) sf_##name##_avx2
#define SF_TARGET __attribute__((target("avx2,popcnt")))

#define SF_COMPARISONS

SF_TARGET static inline uint64_t sf_at_least_avx2(const float* x, float bound) {
    uint64_t bits = 0;
    for (int j = 0; j < 64; j += 8) {
        const __m256 inside = _mm256_cmp_ps(_mm256_loadu_ps(x + j), _mm256_set1_ps(bound), _CMP_GE_OQ);
        bits |= (uint64_t)_mm256_movemask_ps(inside) << j;
    }
    return bits;
}

#include "body.inc"

#else
typedef int sf_elementwise_avx2_not_here;
#endif
