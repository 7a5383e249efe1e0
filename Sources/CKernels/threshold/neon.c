#if defined(__aarch64__)

#include <arm_neon.h>

#include "../neon_bits.h"
#include "threshold.h"

SF_INLINE uint32x4_t four(const int32_t* z, const int32_t* thresholds) { return vcgeq_s32(vld1q_s32(z), vld1q_s32(thresholds)); }

void sf_threshold_bits_neon(const int32_t* z, size_t z_stride, size_t rows, size_t columns, const int32_t* thresholds, uint64_t* out,
                            size_t out_stride) {
    for (size_t i = 0; i < rows; i++) {
        const int32_t* from = z + i * z_stride;
        uint64_t* to = out + i * out_stride;
        size_t j = 0;
        for (; j + 64 <= columns; j += 64) {
            uint8x16_t mask[4];
            SF_UNROLL
            for (int q = 0; q < 4; q++) {
                const int32_t *a = from + j + 16 * q, *t = thresholds + j + 16 * q;
                mask[q] = sf_narrow_masks(four(a, t), four(a + 4, t + 4), four(a + 8, t + 8), four(a + 12, t + 12));
            }
            to[j / 64] = sf_masks_to_word(mask);
        }
        if (j == columns) continue;
        uint64_t word = 0;
        for (size_t k = j; k < columns; k++) word |= (uint64_t)(from[k] >= thresholds[k]) << (k - j);
        to[j / 64] = word;
    }
}

#else
typedef int sf_threshold_neon_not_here;
#endif
