#if defined(__aarch64__)

#include <arm_neon.h>
#include <string.h>

#include "../compiler.h"
#include "byte_product.h"

// Baseline Armv8.0 multiplies no unsigned with signed bytes, but weights are ±1: Σ x·w = Σ x - 2·Σ {x : w = -1}. The first sum belongs
// to the row alone; for the second an AND with the mask of negative weights selects, and UADALP adds neighbouring bytes to 16-bit lanes:
// two instructions for 16 products. A step adds at most 2·255 = 510 to a lane, so 128 steps fit 16 bits (65,280 <= 65,535); then UADALP
// again adds the two halves of an output to 32 bits. Where weights are missing (past K) there is no x either.

enum { TILE_ROWS = 4, GROUP = SF_BYTE_PANEL * 4, STEPS = 128 };

/// `n` <= 4 bytes in every 32-bit lane, the other bytes 0.
SF_INLINE uint8x16_t spread(const uint8_t* x, size_t n) {
    uint32_t value = 0;
    memcpy(&value, x, n);
    return vreinterpretq_u8_u32(vdupq_n_u32(value));
}

static int32_t sum_of_bytes(const uint8_t* x, size_t n) {
    uint32_t sum = 0;
    size_t k = 0;
    for (; k + 16 <= n; k += 16) sum += vaddlvq_u8(vld1q_u8(x + k));
    for (; k < n; k++) sum += x[k];
    return (int32_t)sum;
}

/// Adds the bytes of each row that meet a weight -1, `n` of them from 4·k on, as 16-bit pairs.
SF_INLINE void step(uint16x8_t partial[TILE_ROWS][4], const uint8_t* x, size_t x_stride, const int8_t* panel, size_t k, size_t n,
                    const int rows) {
    uint8x16_t mask[4];
    SF_UNROLL
    for (int q = 0; q < 4; q++) mask[q] = vcltzq_s8(vld1q_s8(panel + k * GROUP + (size_t)q * 16));
    SF_UNROLL
    for (int i = 0; i < rows; i++) {
        const uint8x16_t inputs = spread(x + (size_t)i * x_stride + 4 * k, n);
        SF_UNROLL
        for (int q = 0; q < 4; q++) partial[i][q] = vpadalq_u8(partial[i][q], vandq_u8(inputs, mask[q]));
    }
}

SF_INLINE void tile(const uint8_t* x, size_t x_stride, const int8_t* panel, size_t columns, size_t depth, const int32_t* row_sums,
                    int32_t* out, size_t out_stride, const int rows) {
    const size_t depth4 = (depth + 3) / 4, whole = depth / 4;
    uint32x4_t negative[TILE_ROWS][4];
    SF_UNROLL
    for (int i = 0; i < rows; i++) {
        SF_UNROLL
        for (int q = 0; q < 4; q++) negative[i][q] = vdupq_n_u32(0);
    }
    for (size_t first = 0; first < depth4; first += STEPS) {
        const size_t end = first + STEPS < depth4 ? first + STEPS : depth4;
        uint16x8_t partial[TILE_ROWS][4];
        SF_UNROLL
        for (int i = 0; i < rows; i++) {
            SF_UNROLL
            for (int q = 0; q < 4; q++) partial[i][q] = vdupq_n_u16(0);
        }
        const size_t full = end < whole ? end : whole;
        for (size_t k = first; k < full; k++) step(partial, x, x_stride, panel, k, 4, rows);
        if (full < end) step(partial, x, x_stride, panel, full, depth % 4, rows);
        SF_UNROLL
        for (int i = 0; i < rows; i++) {
            SF_UNROLL
            for (int q = 0; q < 4; q++) negative[i][q] = vpadalq_u16(negative[i][q], partial[i][q]);
        }
    }
    SF_UNROLL
    for (int i = 0; i < rows; i++) {
        int32_t sums[SF_BYTE_PANEL];
        SF_UNROLL
        for (int q = 0; q < 4; q++)
            vst1q_s32(sums + 4 * q, vsubq_s32(vdupq_n_s32(row_sums[i]), vreinterpretq_s32_u32(vshlq_n_u32(negative[i][q], 1))));
        memcpy(out + (size_t)i * out_stride, sums, (columns < SF_BYTE_PANEL ? columns : SF_BYTE_PANEL) * sizeof *sums);
    }
}

void sf_byte_i32_neon(const uint8_t* x, size_t x_stride, size_t rows, const int8_t* panels, size_t columns, size_t depth, int32_t* out,
                      size_t out_stride) {
    const size_t bytes = (depth + 3) / 4 * GROUP;
    for (size_t i = 0; i < rows; i += TILE_ROWS) {
        const size_t n = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
        const uint8_t* from = x + i * x_stride;
        int32_t row_sums[TILE_ROWS];
        for (size_t r = 0; r < n; r++) row_sums[r] = sum_of_bytes(from + r * x_stride, depth);
        for (size_t j = 0; j < columns; j += SF_BYTE_PANEL) {
            const int8_t* panel = panels + j / SF_BYTE_PANEL * bytes;
            int32_t* to = out + i * out_stride + j;
            if (n == TILE_ROWS) tile(from, x_stride, panel, columns - j, depth, row_sums, to, out_stride, TILE_ROWS);
            else
                for (size_t r = 0; r < n; r++)
                    tile(from + r * x_stride, x_stride, panel, columns - j, depth, row_sums + r, to + r * out_stride, out_stride, 1);
        }
    }
}

#else
typedef int sf_byte_product_neon_not_here;
#endif
