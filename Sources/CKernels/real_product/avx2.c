#if defined(__x86_64__)

#include <immintrin.h>

#define SF_NAME(name) sf_real_##name##_avx2
#define SF_TARGET __attribute__((target("avx2,fma")))

// 12 sums, 2 registers of b and one broadcast.
#define SF_VECTOR __m256
#define SF_LANES 8
#define SF_PANELS 1
#define SF_ZERO _mm256_setzero_ps()
#define SF_LOAD(p) _mm256_loadu_ps(p)
#define SF_STORE(p, v) _mm256_storeu_ps(p, v)
#define SF_FILL(x) _mm256_set1_ps(x)
#define SF_MULTIPLY_ADD(a, b, sum) _mm256_fmadd_ps(a, b, sum)

#include "body.inc"

#else
typedef int sf_real_product_avx2_not_here;
#endif
