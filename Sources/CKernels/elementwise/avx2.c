#if defined(__x86_64__)

#include <stdint.h>

#define SF_NAME(name) sf_##name##_avx2
#define SF_TARGET __attribute__((target("avx2,popcnt")))

#include "body.inc"

#else
typedef int sf_elementwise_avx2_not_here;
#endif
