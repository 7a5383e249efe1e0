#if defined(__aarch64__)

#include <arm_neon.h>

#include "../neon_bits.h"
#include "metropolis.h"

#define SF_TARGET
#define SF_NAME(name) name##_neon

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

typedef struct {
    uint32x4_t a[4], b[4], c[4], d[4];
} sf_lanes;
typedef struct {
    int32x4_t quarter[4];
} sf_bounds32;
typedef struct {
    int16x8_t quarter[4];
} sf_bounds16;

SF_INLINE sf_lanes load_lanes(const sf_random_lanes* from) {
    sf_lanes lanes;
    SF_UNROLL
    for (int k = 0; k < 4; k++) {
        lanes.a[k] = vld1q_u32(from->words[0] + 4 * k), lanes.b[k] = vld1q_u32(from->words[1] + 4 * k);
        lanes.c[k] = vld1q_u32(from->words[2] + 4 * k), lanes.d[k] = vld1q_u32(from->words[3] + 4 * k);
    }
    return lanes;
}

SF_INLINE void store_lanes(sf_random_lanes* to, sf_lanes lanes) {
    SF_UNROLL
    for (int k = 0; k < 4; k++) {
        vst1q_u32(to->words[0] + 4 * k, lanes.a[k]), vst1q_u32(to->words[1] + 4 * k, lanes.b[k]);
        vst1q_u32(to->words[2] + 4 * k, lanes.c[k]), vst1q_u32(to->words[3] + 4 * k, lanes.d[k]);
    }
}

SF_INLINE sf_bounds32 fixed_bounds32(int32_t bound) {
    const int32x4_t all = vdupq_n_s32(bound);
    return (sf_bounds32){{all, all, all, all}};
}

SF_INLINE sf_bounds32 draw_bounds32(sf_lanes* r, float scale) {
    sf_bounds32 result;
    SF_UNROLL
    for (int k = 0; k < 4; k++) {
        const uint32x4_t draw = vaddq_u32(r->a[k], r->d[k]), shifted = vshlq_n_u32(r->b[k], 9);
        r->c[k] = veorq_u32(r->c[k], r->a[k]);
        r->d[k] = veorq_u32(r->d[k], r->b[k]);
        r->b[k] = veorq_u32(r->b[k], r->c[k]);
        r->a[k] = veorq_u32(r->a[k], r->d[k]);
        r->c[k] = veorq_u32(r->c[k], shifted);
        r->d[k] = vsriq_n_u32(vshlq_n_u32(r->d[k], 11), r->d[k], 21);

        const float32x4_t x = vcvtq_f32_s32(vreinterpretq_s32_u32(vorrq_u32(vshrq_n_u32(draw, 8), vdupq_n_u32(1))));
        const uint32x4_t bits = vreinterpretq_u32_f32(x);
        const float32x4_t m = vreinterpretq_f32_u32(vorrq_u32(vandq_u32(bits, vdupq_n_u32(0x7FFFFF)), vdupq_n_u32(0x3F800000)));
        const int32x4_t rest = vreinterpretq_s32_u32(vsubq_u32(vdupq_n_u32(151u << 23), bits));
        const float32x4_t linear = vmulq_f32(vcvtq_f32_s32(rest), vdupq_n_f32(0x1p-23f));
        const float32x4_t inner = vaddq_f32(vmulq_f32(m, vdupq_n_f32(SF_LOG2_Q2)), vdupq_n_f32(SF_LOG2_Q1));
        const float32x4_t q = vaddq_f32(vmulq_f32(inner, m), vdupq_n_f32(SF_LOG2_Q0));
        const float32x4_t w = vmulq_f32(vsubq_f32(m, vdupq_n_f32(1)), vsubq_f32(vdupq_n_f32(2), m));
        const float32x4_t e = vsubq_f32(linear, vmulq_f32(q, w));
        result.quarter[k] = vcvtq_s32_f32(vmulq_f32(e, vdupq_n_f32(-scale)));
    }
    return result;
}

SF_INLINE sf_bounds16 join_bounds(sf_bounds32 low, sf_bounds32 high) {
    return (sf_bounds16){{
        vcombine_s16(vqmovn_s32(low.quarter[0]), vqmovn_s32(low.quarter[1])),
        vcombine_s16(vqmovn_s32(low.quarter[2]), vqmovn_s32(low.quarter[3])),
        vcombine_s16(vqmovn_s32(high.quarter[0]), vqmovn_s32(high.quarter[1])),
        vcombine_s16(vqmovn_s32(high.quarter[2]), vqmovn_s32(high.quarter[3])),
    }};
}

/// All ones in the lanes whose bit is 1.
SF_INLINE uint32x4_t lanes32(uint32_t bits) {
    static const uint32_t own[4] = {1, 2, 4, 8};
    return vtstq_u32(vdupq_n_u32(bits), vld1q_u32(own));
}

SF_INLINE uint16x8_t lanes16(uint32_t bits) {
    static const uint16_t own[8] = {1, 2, 4, 8, 16, 32, 64, 128};
    return vtstq_u16(vdupq_n_u16((uint16_t)bits), vld1q_u16(own));
}

/// Sixteen byte masks to bits.
SF_INLINE uint32_t bits_of(uint8x16_t mask) {
    static const uint8_t own[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t kept = vandq_u8(mask, vld1q_u8(own));
    return (uint32_t)vaddv_u8(vget_low_u8(kept)) | (uint32_t)vaddv_u8(vget_high_u8(kept)) << 8;
}

SF_INLINE uint32x4_t reached32(const int32_t* f, uint32_t spins, int32x4_t bound) {
    const int32x4_t fields = vld1q_s32(f);
    return vcgeq_s32(vbslq_s32(lanes32(spins), fields, vnegq_s32(fields)), bound);
}

SF_INLINE uint16x8_t reached16(const int16_t* f, uint32_t spins, int16x8_t bound) {
    const int16x8_t fields = vld1q_s16(f);
    return vcgeq_s16(vbslq_s16(lanes16(spins), fields, vnegq_s16(fields)), bound);
}

SF_INLINE uint32_t candidates32(const int32_t* f, uint32_t spins, sf_bounds32 bounds) {
    return bits_of(sf_narrow_masks(
        reached32(f, spins, bounds.quarter[0]), reached32(f + 4, spins >> 4, bounds.quarter[1]),
        reached32(f + 8, spins >> 8, bounds.quarter[2]), reached32(f + 12, spins >> 12, bounds.quarter[3])));
}

SF_INLINE uint32_t candidates16(const int16_t* f, uint32_t spins, sf_bounds16 bounds) {
    const uint16x8_t a = reached16(f, spins, bounds.quarter[0]), b = reached16(f + 8, spins >> 8, bounds.quarter[1]);
    const uint16x8_t c = reached16(f + 16, spins >> 16, bounds.quarter[2]), d = reached16(f + 24, spins >> 24, bounds.quarter[3]);
    const uint8x16_t low = vuzp1q_u8(vreinterpretq_u8_u16(a), vreinterpretq_u8_u16(b));
    const uint8x16_t high = vuzp1q_u8(vreinterpretq_u8_u16(c), vreinterpretq_u8_u16(d));
    return bits_of(low) | bits_of(high) << 16;
}

SF_INLINE void add_bits(int16_t* f, const void* row, size_t count, int up) {
    const uint8_t *bits = row, flip = up ? 0 : 0xFF;
    for (size_t j = 0; j < count; j += 8) {
        const uint16x8_t mask = lanes16((uint32_t)(bits[j / 8] ^ flip));
        vst1q_s16(f + j, vaddq_s16(vld1q_s16(f + j), vbslq_s16(mask, vdupq_n_s16(2), vdupq_n_s16(-2))));
    }
}

SF_INLINE void add_bytes(int16_t* f, const int8_t* row, size_t count, int up) {
    const int16x8_t twice = vdupq_n_s16(up ? 2 : -2);
    for (size_t j = 0; j < count; j += 8) vst1q_s16(f + j, vmlaq_s16(vld1q_s16(f + j), vmovl_s8(vld1_s8(row + j)), twice));
}

SF_INLINE void add_words(int32_t* f, const int32_t* row, size_t count, int up) {
    const int32x4_t twice = vdupq_n_s32(up ? 2 : -2);
    for (size_t j = 0; j < count; j += 4) vst1q_s32(f + j, vmlaq_s32(vld1q_s32(f + j), vld1q_s32(row + j), twice));
}

#include "best.inc"
#include "sweep.inc"

const sf_metropolis sf_metropolis_neon = SF_METROPOLIS_TABLE(SF_ISA_NEON);

#else
typedef int sf_metropolis_neon_not_here;
#endif
