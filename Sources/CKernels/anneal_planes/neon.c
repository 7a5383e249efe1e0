#if defined(__aarch64__)

#include <arm_neon.h>

#include "../compiler.h"
#include "anneal_planes.h"

#define SF_TARGET
#define SF_NAME(function) function##_neon
#define OP SF_INLINE

typedef struct {
    uint64x2_t q[4];
} plane;
typedef struct {
    plane first, second;
} generators;

#define EACH(expression)                                                                                                               \
    plane result;                                                                                                                      \
    SF_UNROLL                                                                                                                          \
    for (int i = 0; i < 4; i++) result.q[i] = (expression);                                                                            \
    return result

OP plane load(const char* p) { EACH(vld1q_u64((const uint64_t*)p + 2 * i)); }
OP void store(char* p, plane x) {
    SF_UNROLL
    for (int i = 0; i < 4; i++) vst1q_u64((uint64_t*)p + 2 * i, x.q[i]);
}
OP plane broadcast(const uint64_t* word) { EACH(vdupq_n_u64(*word)); }
OP plane all_ones(void) { EACH(vdupq_n_u64(~(uint64_t)0)); }
OP plane xor2(plane a, plane b) { EACH(veorq_u64(a.q[i], b.q[i])); }
OP plane and2(plane a, plane b) { EACH(vandq_u64(a.q[i], b.q[i])); }
OP plane select_bits(plane s, plane a, plane b) { EACH(vbslq_u64(s.q[i], a.q[i], b.q[i])); }
OP plane xor3(plane a, plane b, plane c) { EACH(veorq_u64(veorq_u64(a.q[i], b.q[i]), c.q[i])); }
// Where two of the three differ the third decides, and where they agree either of them does.
OP plane majority(plane a, plane b, plane c) { EACH(vbslq_u64(veorq_u64(a.q[i], b.q[i]), c.q[i], a.q[i])); }
OP plane carry_out(plane c, plane p, plane carry) { EACH(vbslq_u64(veorq_u64(c.q[i], p.q[i]), c.q[i], carry.q[i])); }

OP generators generators_from(const uint64_t* state) { return (generators){load((const char*)state), load((const char*)(state + 8))}; }
OP void generators_to(uint64_t* state, const generators* g) {
    store((char*)state, g->first);
    store((char*)(state + 8), g->second);
}

OP plane next_random(generators* g) {
    plane result;
    SF_UNROLL
    for (int i = 0; i < 4; i++) {
        const uint64x2_t a = veorq_u64(g->first.q[i], vshlq_n_u64(g->first.q[i], 23)), b = g->second.q[i];
        g->first.q[i] = b;
        g->second.q[i] = veorq_u64(veorq_u64(a, b), veorq_u64(vshrq_n_u64(a, 18), vshrq_n_u64(b, 5)));
        result.q[i] = vaddq_u64(g->second.q[i], b);
    }
    return result;
}

/// levels[i] = how many of the limits from `accept`, every other one up to the first zero, are above number i.
OP void count_below(plane numbers, const uint16_t* accept, const uint16_t* end, uint16_t* levels) {
    uint16x8_t count[4] = {vdupq_n_u16(0), vdupq_n_u16(0), vdupq_n_u16(0), vdupq_n_u16(0)};
    for (; accept < end && *accept > 0; accept += 2) {
        SF_UNROLL
        for (int i = 0; i < 4; i++) count[i] = vsubq_u16(count[i], vcltq_u16(vreinterpretq_u16_u64(numbers.q[i]), vdupq_n_u16(*accept)));
    }
    SF_UNROLL
    for (int i = 0; i < 4; i++) vst1q_u16(levels + 8 * i, count[i]);
}

OP void add_counts(plane bits, uint32_t weight, uint32_t* counts) {
    uint8_t masks[64] __attribute__((aligned(64)));
    store((char*)masks, bits);
    static const uint32_t low[4] = {1, 2, 4, 8}, high[4] = {16, 32, 64, 128};
    const uint32x4_t w = vdupq_n_u32(weight), lows = vld1q_u32(low), highs = vld1q_u32(high);
    for (int i = 0; i < 64; i++) {
        const uint32x4_t mask = vdupq_n_u32(masks[i]);
        uint32_t* at = counts + 8 * i;
        vst1q_u32(at, vaddq_u32(vld1q_u32(at), vandq_u32(vtstq_u32(mask, lows), w)));
        vst1q_u32(at + 4, vaddq_u32(vld1q_u32(at + 4), vandq_u32(vtstq_u32(mask, highs), w)));
    }
}

#include "body.inc"

#else
typedef int sf_anneal_planes_neon_not_here;
#endif
