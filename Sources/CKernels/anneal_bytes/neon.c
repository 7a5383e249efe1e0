#if defined(__aarch64__)

#include <arm_neon.h>

#include "../compiler.h"
#include "anneal_bytes.h"

#define SF_TARGET
#define SF_NAME(function) function##_neon
#define OP SF_INLINE

typedef struct {
    uint8x16_t q[4];
} lanes;
typedef struct {
    lanes first, second;
} generators;
/// Bytes of the acceptance numbers for D below 64 and from 64, and whether any of the latter is above 0.
typedef struct {
    uint8x16x4_t high[2], low[2];
    int upper;
} tables;

#define EACH(expression)                                                                                                               \
    lanes result;                                                                                                                      \
    SF_UNROLL                                                                                                                          \
    for (int i = 0; i < 4; i++) result.q[i] = (expression);                                                                            \
    return result

OP lanes load(const char* p) { EACH(vld1q_u8((const uint8_t*)p + 16 * i)); }
OP void store(char* p, lanes x) {
    SF_UNROLL
    for (int i = 0; i < 4; i++) vst1q_u8((uint8_t*)p + 16 * i, x.q[i]);
}
OP lanes splat(int8_t x) { EACH(vdupq_n_u8((uint8_t)x)); }
OP lanes splat4(uint32_t x) { EACH(vreinterpretq_u8_u32(vdupq_n_u32(x))); }
OP lanes add(lanes a, lanes b) { EACH(vaddq_u8(a.q[i], b.q[i])); }
OP lanes sub(lanes a, lanes b) { EACH(vsubq_u8(a.q[i], b.q[i])); }
OP lanes and2(lanes a, lanes b) { EACH(vandq_u8(a.q[i], b.q[i])); }
OP lanes xor2(lanes a, lanes b) { EACH(veorq_u8(a.q[i], b.q[i])); }

OP generators generators_from(const uint64_t* state) { return (generators){load((const char*)state), load((const char*)(state + 8))}; }
OP void generators_to(uint64_t* state, const generators* g) {
    store((char*)state, g->first);
    store((char*)(state + 8), g->second);
}

OP lanes next_random(generators* g) {
    lanes result;
    SF_UNROLL
    for (int i = 0; i < 4; i++) {
        const uint64x2_t first = vreinterpretq_u64_u8(g->first.q[i]), b = vreinterpretq_u64_u8(g->second.q[i]);
        const uint64x2_t a = veorq_u64(first, vshlq_n_u64(first, 23));
        const uint64x2_t second = veorq_u64(veorq_u64(a, b), veorq_u64(vshrq_n_u64(a, 18), vshrq_n_u64(b, 5)));
        g->first.q[i] = g->second.q[i];
        g->second.q[i] = vreinterpretq_u8_u64(second);
        result.q[i] = vreinterpretq_u8_u64(vaddq_u64(second, b));
    }
    return result;
}

OP tables tables_from(const uint16_t* accept) {
    tables result;
    result.upper = 0;
    for (int half = 0; half < 2; half++)
        for (int i = 0; i < 4; i++) {
            const uint16x8_t a = vld1q_u16(accept + 64 * half + 16 * i), b = vld1q_u16(accept + 64 * half + 16 * i + 8);
            result.low[half].val[i] = vcombine_u8(vmovn_u16(a), vmovn_u16(b));
            result.high[half].val[i] = vcombine_u8(vshrn_n_u16(a, 8), vshrn_n_u16(b, 8));
            if (half == 1) result.upper |= vmaxvq_u16(vorrq_u16(a, b)) != 0;
        }
    return result;
}

OP lanes flip(lanes spin, lanes d, lanes high, lanes low, const tables* accept) {
    lanes result;
    SF_UNROLL
    for (int i = 0; i < 4; i++) {
        const uint8x16_t index = d.q[i], beyond = vsubq_u8(index, vdupq_n_u8(64));
        // An index past the table gives 0.
        uint8x16_t limit_high = vqtbl4q_u8(accept->high[0], index), limit_low = vqtbl4q_u8(accept->low[0], index);
        if (accept->upper) {
            limit_high = vorrq_u8(limit_high, vqtbl4q_u8(accept->high[1], beyond));
            limit_low = vorrq_u8(limit_low, vqtbl4q_u8(accept->low[1], beyond));
        }
        // A negative D is past the tables too, so its limit is 0.
        const uint8x16_t gains = vcltzq_s8(vreinterpretq_s8_u8(index));
        const uint8x16_t tied = vandq_u8(vceqq_u8(high.q[i], limit_high), vcltq_u8(low.q[i], limit_low));
        const uint8x16_t below = vorrq_u8(vcltq_u8(high.q[i], limit_high), tied);
        result.q[i] = veorq_u8(spin.q[i], vorrq_u8(gains, below));
    }
    return result;
}

OP void accumulate(int32_t* sums, lanes x) {
    SF_UNROLL
    for (int i = 0; i < 4; i++) {
        const int8x16_t bytes = vreinterpretq_s8_u8(x.q[i]);
        const int16x8_t low = vmovl_s8(vget_low_s8(bytes)), high = vmovl_s8(vget_high_s8(bytes));
        int32_t* at = sums + 16 * i;
        vst1q_s32(at, vaddw_s16(vld1q_s32(at), vget_low_s16(low)));
        vst1q_s32(at + 4, vaddw_s16(vld1q_s32(at + 4), vget_high_s16(low)));
        vst1q_s32(at + 8, vaddw_s16(vld1q_s32(at + 8), vget_low_s16(high)));
        vst1q_s32(at + 12, vaddw_s16(vld1q_s32(at + 12), vget_high_s16(high)));
    }
}

#include "body.inc"

#else
typedef int sf_anneal_bytes_neon_not_here;
#endif
