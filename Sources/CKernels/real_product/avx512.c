#if defined(__x86_64__)

#include <immintrin.h>

#define SF_NAME(name) sf_real_##name##_avx512
#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma")))

// 24 sums, 4 registers of b, and the numbers of a broadcast from memory.
#define SF_VECTOR __m512
#define SF_LANES 16
#define SF_PANELS 4
#define SF_ZERO _mm512_setzero_ps()
#define SF_LOAD(p) _mm512_loadu_ps(p)
#define SF_STORE(p, v) _mm512_storeu_ps(p, v)
#define SF_FILL(x) _mm512_set1_ps(x)
#define SF_MULTIPLY_ADD(a, b, sum) _mm512_fmadd_ps(a, b, sum)

#include "body.inc"

#else
typedef int sf_real_product_avx512_not_here;
#endif
