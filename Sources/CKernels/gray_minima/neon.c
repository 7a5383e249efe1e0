#if defined(__aarch64__)

#include <arm_neon.h>

#include "../compiler.h"
#include "gray_minima.h"

#define SF_TARGET
#define SF_WIDTH 4
#define SF_VECTOR int32x4_t
#define SF_LOAD(p) vld1q_s32(p)
#define SF_STORE(p, v) vst1q_s32(p, v)
#define SF_SPREAD(x) vdupq_n_s32(x)
#define SF_ADD(a, b) vaddq_s32(a, b)
#define SF_SUB(a, b) vsubq_s32(a, b)
#define SF_ABS(a) vabsq_s32(a)
#define SF_LESSER(a, b) vminq_s32(a, b)
#define SF_NAME sf_gray_minima_neon
#include "walk.inc"

#else
typedef int sf_gray_minima_neon_not_here;
#endif
