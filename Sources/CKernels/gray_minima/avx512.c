#if defined(__x86_64__)

#include <immintrin.h>

#include "../compiler.h"
#include "gray_minima.h"

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

#define SF_WIDTH 16
#define SF_VECTOR __m512i
#define SF_LOAD(p) _mm512_loadu_si512(p)
#define SF_STORE(p, v) _mm512_storeu_si512(p, v)
#define SF_SPREAD(x) _mm512_set1_epi32(x)
#define SF_ADD(a, b) _mm512_add_epi32(a, b)
#define SF_SUB(a, b) _mm512_sub_epi32(a, b)
#define SF_ABS(a) _mm512_abs_epi32(a)
#define SF_LESSER(a, b) _mm512_min_epi32(a, b)
#define SF_NAME sf_gray_minima_avx512
#include "walk.inc"

#else
typedef int sf_gray_minima_avx512_not_here;
#endif
