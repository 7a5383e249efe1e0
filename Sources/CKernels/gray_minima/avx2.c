#if defined(__x86_64__)

#include <immintrin.h>

#include "../compiler.h"
#include "gray_minima.h"

#define SF_TARGET __attribute__((target("avx2")))

#define SF_WIDTH 8
#define SF_VECTOR __m256i
#define SF_LOAD(p) _mm256_loadu_si256((const __m256i*)(p))
#define SF_STORE(p, v) _mm256_storeu_si256((__m256i*)(p), v)
#define SF_SPREAD(x) _mm256_set1_epi32(x)
#define SF_ADD(a, b) _mm256_add_epi32(a, b)
#define SF_SUB(a, b) _mm256_sub_epi32(a, b)
#define SF_ABS(a) _mm256_abs_epi32(a)
#define SF_LESSER(a, b) _mm256_min_epi32(a, b)
#define SF_NAME sf_gray_minima_avx2
#include "walk.inc"

#else
typedef int sf_gray_minima_avx2_not_here;
#endif
