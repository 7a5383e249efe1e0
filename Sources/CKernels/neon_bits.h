/// Comparison masks to packed bits on AArch64, shared by the operations that produce bits.
#ifndef SPINFLIP_NEON_BITS_H
#define SPINFLIP_NEON_BITS_H

#if defined(__aarch64__)

#include <arm_neon.h>

#include "compiler.h"

/// Sixteen masks of 32 bits (all ones or zero) to sixteen bytes.
SF_INLINE uint8x16_t sf_narrow_masks(uint32x4_t a, uint32x4_t b, uint32x4_t c, uint32x4_t d) {
    return vuzp1q_u8(
        vreinterpretq_u8_u16(vuzp1q_u16(vreinterpretq_u16_u32(a), vreinterpretq_u16_u32(b))),
        vreinterpretq_u8_u16(vuzp1q_u16(vreinterpretq_u16_u32(c), vreinterpretq_u16_u32(d))));
}

/// Sixty-four byte masks to a word. AArch64 has no MOVMSK: each byte keeps its own bit, and three pairwise additions gather eight bytes
/// in one.
SF_INLINE uint64_t sf_masks_to_word(const uint8x16_t mask[4]) {
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t bit = vld1q_u8(weights);
    const uint8x16_t low = vpaddq_u8(vandq_u8(mask[0], bit), vandq_u8(mask[1], bit));
    const uint8x16_t high = vpaddq_u8(vandq_u8(mask[2], bit), vandq_u8(mask[3], bit));
    const uint8x16_t nibbles = vpaddq_u8(low, high);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(nibbles, nibbles)), 0);
}

#endif

#endif
