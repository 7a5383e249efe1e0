#if defined(__x86_64__)

#include <stdint.h>

#define SF_NAME(name) sf_##name##_avx512
#if defined(__clang__)
#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,popcnt"), min_vector_width(512)))
#else
#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,popcnt,prefer-vector-width=512")))
#endif

#include "body.inc"

#else
typedef int sf_elementwise_avx512_not_here;
#endif
