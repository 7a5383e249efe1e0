#if defined(__aarch64__)

#include <arm_neon.h>
#include <string.h>

#include "../compiler.h"
#include "xnor_product.h"

// A 128-bit register holds word k of two outputs: four make a panel. One step is, for a row and a register, EOR with the broadcast word
// of the row, CNT (population count of every byte) and a byte addition: three instructions for 128 products. A byte counts at most 8 a
// step, so 31 steps fit (248 <= 255); then the eight bytes of each 64-bit lane are added pairwise (UADDLP, twice, and UADALP). Lanes are
// outputs: nothing is summed across them. A tile of 4 rows × 1 panel keeps 16 sums, 4 weights and a broadcast word in 32 registers.

enum { TILE_ROWS = 4, QUARTERS = 4, STEPS = 31, BLOCK_ROWS = 64 };

/// Differing bits of `rows` rows with the eight outputs of a panel, then the sums depth - 2·count.
SF_INLINE void tile(const sf_xnor_operands* o, size_t row, size_t panel, const int rows, int32_t sums[TILE_ROWS][SF_PANEL]) {
    const size_t words = o->words;
    const uint64_t* a = o->a + row * o->a_stride;
    const uint64_t* b = o->b + panel * words * SF_PANEL;
    uint64x2_t total[TILE_ROWS][QUARTERS];
    SF_UNROLL
    for (int i = 0; i < rows; i++) {
        SF_UNROLL
        for (int q = 0; q < QUARTERS; q++) total[i][q] = vdupq_n_u64(0);
    }
    for (size_t first = 0; first < words; first += STEPS) {
        const size_t end = first + STEPS < words ? first + STEPS : words;
        uint8x16_t count[TILE_ROWS][QUARTERS];
        SF_UNROLL
        for (int i = 0; i < rows; i++) {
            SF_UNROLL
            for (int q = 0; q < QUARTERS; q++) count[i][q] = vdupq_n_u8(0);
        }
        for (size_t k = first; k < end; k++) {
            uint64x2_t weights[QUARTERS];
            SF_UNROLL
            for (int q = 0; q < QUARTERS; q++) weights[q] = vld1q_u64(b + k * SF_PANEL + 2 * (size_t)q);
            SF_UNROLL
            for (int i = 0; i < rows; i++) {
                const uint64x2_t signs = vdupq_n_u64(a[(size_t)i * o->a_stride + k]);
                SF_UNROLL
                for (int q = 0; q < QUARTERS; q++)
                    count[i][q] = vaddq_u8(count[i][q], vcntq_u8(vreinterpretq_u8_u64(veorq_u64(signs, weights[q]))));
            }
        }
        SF_UNROLL
        for (int i = 0; i < rows; i++) {
            SF_UNROLL
            for (int q = 0; q < QUARTERS; q++) total[i][q] = vpadalq_u32(total[i][q], vpaddlq_u16(vpaddlq_u8(count[i][q])));
        }
    }
    const int32x4_t depth = vdupq_n_s32(o->depth);
    SF_UNROLL
    for (int i = 0; i < rows; i++) {
        SF_UNROLL
        for (int q = 0; q < QUARTERS; q += 2) {
            const uint32x4_t c = vuzp1q_u32(vreinterpretq_u32_u64(total[i][q]), vreinterpretq_u32_u64(total[i][q + 1]));
            vst1q_s32(sums[i] + 2 * q, vsubq_s32(depth, vreinterpretq_s32_u32(vshlq_n_u32(c, 1))));
        }
    }
}

/// Rows from `row` to `end`, up to TILE_ROWS of them at once; returns how many.
SF_INLINE size_t step(const sf_xnor_operands* o, size_t row, size_t end, size_t panel, int32_t sums[TILE_ROWS][SF_PANEL]) {
    if (row + TILE_ROWS <= end) {
        tile(o, row, panel, TILE_ROWS, sums);
        return TILE_ROWS;
    }
    tile(o, row, panel, 1, sums);
    return 1;
}

/// Bits of sum >= threshold of the first `n` of eight columns; the others 0.
SF_INLINE uint8_t reached(const int32_t* sums, const int32_t* thresholds, size_t n) {
    uint8_t bits = 0;
    if (n == SF_PANEL) {
        static const uint32_t weights[SF_PANEL] = {1, 2, 4, 8, 16, 32, 64, 128};
        const uint32x4_t low = vandq_u32(vcgeq_s32(vld1q_s32(sums), vld1q_s32(thresholds)), vld1q_u32(weights));
        const uint32x4_t high = vandq_u32(vcgeq_s32(vld1q_s32(sums + 4), vld1q_s32(thresholds + 4)), vld1q_u32(weights + 4));
        return (uint8_t)vaddvq_u32(vorrq_u32(low, high));
    }
    for (size_t c = 0; c < n; c++) bits |= (uint8_t)((sums[c] >= thresholds[c]) << c);
    return bits;
}

typedef enum { TO_I32, TO_F32, TO_BITS } sf_output;

SF_INLINE void product(const sf_xnor_operands* operands, const sf_output kind, const int32_t* thresholds, void* out, size_t out_stride) {
    // A copy: a store of results could otherwise change the operands for all the compiler knows.
    const sf_xnor_operands o = *operands;
    for (size_t block = 0; block < o.rows; block += BLOCK_ROWS) {
        const size_t end = block + BLOCK_ROWS < o.rows ? block + BLOCK_ROWS : o.rows;
        for (size_t panel = 0; panel * SF_PANEL < o.columns; panel++) {
            const size_t j = panel * SF_PANEL, n = o.columns - j < SF_PANEL ? o.columns - j : SF_PANEL;
            int32_t sums[TILE_ROWS][SF_PANEL];
            for (size_t row = block; row < end;) {
                const size_t done = step(&o, row, end, panel, sums);
                for (size_t i = 0; i < done; i++, row++) {
                    const size_t at = row * out_stride;
                    if (kind == TO_I32) memcpy((int32_t*)out + at + j, sums[i], n * sizeof(int32_t));
                    else if (kind == TO_F32)
                        for (size_t c = 0; c < n; c++) ((float*)out)[at + j + c] = (float)sums[i][c];
                    else ((uint8_t*)((uint64_t*)out + at))[panel] = reached(sums[i], thresholds + j, n);
                }
            }
        }
    }
}

void sf_xnor_i32_neon(const sf_xnor_operands* o, int32_t* out, size_t out_stride) { product(o, TO_I32, 0, out, out_stride); }

void sf_xnor_f32_neon(const sf_xnor_operands* o, float* out, size_t out_stride) { product(o, TO_F32, 0, out, out_stride); }

void sf_xnor_bits_neon(const sf_xnor_operands* o, const int32_t* thresholds, uint64_t* out, size_t out_stride) {
    // Panels write bytes; the last word of a row may have bytes that no panel writes.
    if (o->columns % 64 != 0)
        for (size_t i = 0; i < o->rows; i++) out[i * out_stride + o->columns / 64] = 0;
    product(o, TO_BITS, thresholds, out, out_stride);
}

#else
typedef int sf_xnor_product_neon_not_here;
#endif
