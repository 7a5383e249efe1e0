#if defined(__aarch64__)

#include <arm_neon.h>

#include "../compiler.h"
#include "roof.h"

// The inner steps of the product kernels; byte and 16-bit sums wrap, which costs the same.

uint64_t sf_roof_binary_neon(size_t rounds) {
    uint8x16_t sum[16], a[4], b[4];
    for (int i = 0; i < 16; i++) sum[i] = vdupq_n_u8(0);
    for (int i = 0; i < 4; i++) a[i] = vdupq_n_u8((uint8_t)(17 * i)), b[i] = vdupq_n_u8((uint8_t)(101 * i));
    for (size_t k = 0; k < rounds; k++) {
        SF_UNROLL
        for (int i = 0; i < 4; i++) {
            SF_CHANGED(a[i]);
            SF_CHANGED(b[i]);
        }
        SF_UNROLL
        for (int i = 0; i < 16; i++) sum[i] = vaddq_u8(sum[i], vcntq_u8(veorq_u8(a[i / 4], b[i % 4])));
    }
    for (int i = 1; i < 16; i++) sum[0] = vaddq_u8(sum[0], sum[i]);
    return vaddvq_u8(sum[0]);
}

uint64_t sf_roof_bytes_neon(size_t rounds) {
    uint16x8_t sum[16];
    uint8x16_t x[4], mask[4];
    for (int i = 0; i < 16; i++) sum[i] = vdupq_n_u16(0);
    for (int i = 0; i < 4; i++) x[i] = vdupq_n_u8((uint8_t)(200 + i)), mask[i] = vdupq_n_u8(i % 2 ? 255 : 0);
    for (size_t k = 0; k < rounds; k++) {
        SF_UNROLL
        for (int i = 0; i < 4; i++) {
            SF_CHANGED(x[i]);
            SF_CHANGED(mask[i]);
        }
        SF_UNROLL
        for (int i = 0; i < 16; i++) sum[i] = vpadalq_u8(sum[i], vandq_u8(x[i / 4], mask[i % 4]));
    }
    for (int i = 1; i < 16; i++) sum[0] = vaddq_u16(sum[0], sum[i]);
    return vaddvq_u16(sum[0]);
}

uint64_t sf_roof_f32_neon(size_t rounds) {
    float32x4_t sum[16], a[4], b[4];
    for (int i = 0; i < 16; i++) sum[i] = vdupq_n_f32(0);
    for (int i = 0; i < 4; i++) a[i] = vdupq_n_f32(0.5f * (float)i), b[i] = vdupq_n_f32(i % 2 ? 1 : -1);
    for (size_t k = 0; k < rounds; k++) {
        SF_UNROLL
        for (int i = 0; i < 4; i++) {
            SF_CHANGED(a[i]);
            SF_CHANGED(b[i]);
        }
        SF_UNROLL
        for (int i = 0; i < 16; i++) sum[i] = vfmaq_f32(sum[i], a[i / 4], b[i % 4]);
    }
    for (int i = 1; i < 16; i++) sum[0] = vaddq_f32(sum[0], sum[i]);
    return (uint64_t)(int64_t)vaddvq_f32(sum[0]);
}

uint64_t sf_roof_bf16_neon(size_t rounds) { return sf_roof_f32_neon(rounds); }

#else
typedef int sf_roof_neon_not_here;
#endif
