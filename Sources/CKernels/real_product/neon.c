#if defined(__aarch64__)

#include <arm_neon.h>

#define SF_NAME(name) sf_real_##name##_neon
#define SF_TARGET

// 24 sums, 4 registers of b and one broadcast.
#define SF_VECTOR float32x4_t
#define SF_LANES 4
#define SF_PANELS 1
#define SF_ZERO vdupq_n_f32(0)
#define SF_LOAD(p) vld1q_f32(p)
#define SF_STORE(p, v) vst1q_f32(p, v)
#define SF_FILL(x) vdupq_n_f32(x)
#define SF_MULTIPLY_ADD(a, b, sum) vfmaq_f32(sum, a, b)

#include "body.inc"

#else
typedef int sf_real_product_neon_not_here;
#endif
