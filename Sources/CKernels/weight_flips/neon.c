#if defined(__aarch64__)

#include <arm_neon.h>

#include "../neon_bits.h"
#include "weight_flips.h"

#define SF_TARGET
#define SF_NAME(name) name##_neon

/// Bits to masks: lane l is all ones where bit l is.
SF_INLINE uint16x8_t spread16(uint64_t bits) {
    static const uint16_t lanes[8] = {1, 2, 4, 8, 16, 32, 64, 128};
    return vtstq_u16(vdupq_n_u16((uint16_t)(bits & 0xFF)), vld1q_u16(lanes));
}

SF_INLINE uint32x4_t spread32(uint64_t bits) {
    static const uint32_t lanes[4] = {1, 2, 4, 8};
    return vtstq_u32(vdupq_n_u32((uint32_t)(bits & 0xF)), vld1q_u32(lanes));
}

SF_INLINE void add16(int16_t* z, uint64_t rows, uint64_t up, int16_t amount) {
    const int16x8_t plus = vdupq_n_s16(amount), minus = vdupq_n_s16((int16_t)-amount);
    for (int o = 0; o < 8; o++) {
        const int16x8_t by = vbslq_s16(spread16(up >> (8 * o)), plus, minus);
        const int16x8_t counted = vandq_s16(by, vreinterpretq_s16_u16(spread16(rows >> (8 * o))));
        vst1q_s16(z + 8 * o, vaddq_s16(vld1q_s16(z + 8 * o), counted));
    }
}

SF_INLINE void add32(int32_t* z, uint64_t rows, uint64_t up, int32_t amount) {
    const int32x4_t plus = vdupq_n_s32(amount), minus = vdupq_n_s32(-amount);
    for (int o = 0; o < 16; o++) {
        const int32x4_t by = vbslq_s32(spread32(up >> (4 * o)), plus, minus);
        const int32x4_t counted = vandq_s32(by, vreinterpretq_s32_u32(spread32(rows >> (4 * o))));
        vst1q_s32(z + 4 * o, vaddq_s32(vld1q_s32(z + 4 * o), counted));
    }
}

SF_INLINE uint8x16_t narrow16(uint16x8_t a, uint16x8_t b) { return vuzp1q_u8(vreinterpretq_u8_u16(a), vreinterpretq_u8_u16(b)); }

// -2 <= z <= 1 is z + 2 < 4 without sign.
SF_INLINE uint16x8_t close16(int16x8_t z) { return vcltq_u16(vreinterpretq_u16_s16(vaddq_s16(z, vdupq_n_s16(2))), vdupq_n_u16(4)); }
SF_INLINE uint32x4_t close32(int32x4_t z) { return vcltq_u32(vreinterpretq_u32_s32(vaddq_s32(z, vdupq_n_s32(2))), vdupq_n_u32(4)); }

SF_INLINE void see16(const int16_t* z, uint64_t* signs, uint64_t* near) {
    uint8x16_t above[4], close[4];
    SF_UNROLL
    for (int q = 0; q < 4; q++) {
        const int16x8_t a = vld1q_s16(z + 16 * q), b = vld1q_s16(z + 16 * q + 8);
        above[q] = narrow16(vcgezq_s16(a), vcgezq_s16(b));
        close[q] = narrow16(close16(a), close16(b));
    }
    *signs = sf_masks_to_word(above);
    *near = sf_masks_to_word(close);
}

SF_INLINE void see32(const int32_t* z, uint64_t* signs, uint64_t* near) {
    uint8x16_t above[4], close[4];
    SF_UNROLL
    for (int q = 0; q < 4; q++) {
        const int32x4_t a = vld1q_s32(z + 16 * q), b = vld1q_s32(z + 16 * q + 4);
        const int32x4_t c = vld1q_s32(z + 16 * q + 8), d = vld1q_s32(z + 16 * q + 12);
        above[q] = sf_narrow_masks(vcgezq_s32(a), vcgezq_s32(b), vcgezq_s32(c), vcgezq_s32(d));
        close[q] = sf_narrow_masks(close32(a), close32(b), close32(c), close32(d));
    }
    *signs = sf_masks_to_word(above);
    *near = sf_masks_to_word(close);
}

#include "body.inc"

const sf_weight_flips sf_weight_flips_neon = SF_WEIGHT_FLIPS_TABLE(SF_ISA_NEON);

#else
typedef int sf_weight_flips_neon_not_here;
#endif
