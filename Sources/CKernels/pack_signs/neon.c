#if defined(__aarch64__)

#include <arm_neon.h>

#include "../neon_bits.h"
#include "pack_signs.h"

// Comparisons are false for NaN, and -0 >= 0 is true.

/// Bits of x >= 0, or of |x| <= limit, for four columns.
SF_INLINE uint32x4_t four(const float* x, float32x4_t bound, const int within) {
    const float32x4_t value = vld1q_f32(x);
    return within ? vcleq_f32(vabsq_f32(value), bound) : vcgeq_f32(value, bound);
}

SF_INLINE void pack(const float* x, size_t x_stride, size_t rows, size_t columns, uint64_t* out, size_t out_stride, const int within,
                    float limit) {
    const float32x4_t bound = vdupq_n_f32(within ? limit : 0);
    for (size_t i = 0; i < rows; i++) {
        const float* from = x + i * x_stride;
        uint64_t* to = out + i * out_stride;
        size_t j = 0;
        for (; j + 64 <= columns; j += 64) {
            uint8x16_t mask[4];
            SF_UNROLL
            for (int q = 0; q < 4; q++) {
                const float* at = from + j + 16 * q;
                mask[q] = sf_narrow_masks(
                    four(at, bound, within), four(at + 4, bound, within), four(at + 8, bound, within), four(at + 12, bound, within));
            }
            to[j / 64] = sf_masks_to_word(mask);
        }
        if (j == columns) continue;
        uint64_t word = 0;
        for (size_t k = j; k < columns; k++) {
            const float value = from[k];
            const uint64_t bit = within ? value <= limit && value >= -limit : value >= 0;
            word |= bit << (k - j);
        }
        to[j / 64] = word;
    }
}

void sf_pack_signs_neon(const float* x, size_t x_stride, size_t rows, size_t columns, uint64_t* out, size_t out_stride) {
    pack(x, x_stride, rows, columns, out, out_stride, 0, 0);
}

void sf_pack_within_neon(const float* x, size_t x_stride, size_t rows, size_t columns, float limit, uint64_t* out, size_t out_stride) {
    pack(x, x_stride, rows, columns, out, out_stride, 1, limit);
}

void sf_unpack_signs_neon(const uint64_t* bits, size_t bits_stride, size_t rows, size_t columns, float* out, size_t out_stride) {
    static const uint32_t first[4] = {1, 2, 4, 8};
    const uint32x4_t bit = vld1q_u32(first);
    const float32x4_t plus = vdupq_n_f32(1), minus = vdupq_n_f32(-1);
    for (size_t i = 0; i < rows; i++) {
        const uint64_t* row = bits + i * bits_stride;
        float* to = out + i * out_stride;
        size_t j = 0;
        for (; j + 4 <= columns; j += 4) {
            const uint32x4_t set = vtstq_u32(vdupq_n_u32((uint32_t)(row[j / 64] >> (j % 64))), bit);
            vst1q_f32(to + j, vbslq_f32(set, plus, minus));
        }
        for (; j < columns; j++) to[j] = (row[j / 64] >> (j % 64)) & 1 ? 1.0f : -1.0f;
    }
}

#else
typedef int sf_pack_signs_neon_not_here;
#endif
