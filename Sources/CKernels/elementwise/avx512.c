#if defined(__x86_64__)

#include <immintrin.h>
#include <stdint.h>

#define SF_NAME(name) sf_##name##_avx512
#if defined(__clang__)
#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,popcnt"), min_vector_width(512)))
#else
#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,popcnt,prefer-vector-width=512")))
#endif

#define SF_COMPARISONS

SF_TARGET static inline uint64_t sf_at_least_avx512(const float* x, float bound) {
    uint64_t bits = 0;
    for (int j = 0; j < 64; j += 16)
        bits |= (uint64_t)_mm512_cmp_ps_mask(_mm512_loadu_ps(x + j), _mm512_set1_ps(bound), _CMP_GE_OQ) << j;
    return bits;
}

#include "body.inc"

#else
typedef int sf_elementwise_avx512_not_here;
#endif
