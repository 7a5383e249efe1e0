#if defined(__aarch64__)
#include <arm_neon.h>

#include "../compiler.h"
#include "blocked.h"

/// 8 rows × 12 columns: 24 sums, 3 registers of B, 2 of A whose lanes are the broadcasts. 29 of the 32 registers.
static void product(size_t units, const float* a, const float* b, float32x4_t sum[8][3]) {
    float32x4_t s[8][3];
    SF_UNROLL
    for (int i = 0; i < 8; i++) {
        SF_UNROLL
        for (int v = 0; v < 3; v++) s[i][v] = vdupq_n_f32(0);
    }
    for (size_t k = 0; k < units; k++) {
        float32x4_t right[3];
        SF_UNROLL
        for (int v = 0; v < 3; v++) right[v] = vld1q_f32(b + k * 12 + 4 * v);
        const float32x4_t upper = vld1q_f32(a + k * 8), lower = vld1q_f32(a + k * 8 + 4);
        SF_UNROLL
        for (int v = 0; v < 3; v++) {
            s[0][v] = vfmaq_laneq_f32(s[0][v], right[v], upper, 0);
            s[1][v] = vfmaq_laneq_f32(s[1][v], right[v], upper, 1);
            s[2][v] = vfmaq_laneq_f32(s[2][v], right[v], upper, 2);
            s[3][v] = vfmaq_laneq_f32(s[3][v], right[v], upper, 3);
            s[4][v] = vfmaq_laneq_f32(s[4][v], right[v], lower, 0);
            s[5][v] = vfmaq_laneq_f32(s[5][v], right[v], lower, 1);
            s[6][v] = vfmaq_laneq_f32(s[6][v], right[v], lower, 2);
            s[7][v] = vfmaq_laneq_f32(s[7][v], right[v], lower, 3);
        }
    }
    SF_UNROLL
    for (int i = 0; i < 8; i++) {
        SF_UNROLL
        for (int v = 0; v < 3; v++) sum[i][v] = s[i][v];
    }
}

static void tile(size_t units, const float* a, const float* b, float* c, size_t c_row, size_t rows, size_t columns, int add) {
    float32x4_t sum[8][3];
    product(units, a, b, sum);
    if (columns == 12) {
        for (size_t i = 0; i < rows; i++)
            for (size_t v = 0; v < 3; v++) {
                float* const out = c + i * c_row + 4 * v;
                vst1q_f32(out, add ? vaddq_f32(vld1q_f32(out), sum[i][v]) : sum[i][v]);
            }
        return;
    }
    for (size_t i = 0; i < rows; i++) {
        float line[12];
        for (size_t v = 0; v < 3; v++) vst1q_f32(line + 4 * v, sum[i][v]);
        for (size_t j = 0; j < columns; j++) c[i * c_row + j] = add ? c[i * c_row + j] + line[j] : line[j];
    }
}

SF_INLINE void pack(size_t width, const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    if (across == width && x_across == 1) {
        for (size_t k = 0; k < depth; k++)
            for (size_t i = 0; i < width; i += 4) vst1q_f32(panel + k * width + i, vld1q_f32(x + k * x_depth + i));
        return;
    }
    size_t k = 0;
    if (across == width && x_depth == 1)
        for (; k + 4 <= depth; k += 4)
            for (size_t i = 0; i < width; i += 4) {
                // Four lines of four values, transposed.
                const float* line = x + i * x_across + k;
                const float32x4_t r0 = vld1q_f32(line), r1 = vld1q_f32(line + x_across), r2 = vld1q_f32(line + 2 * x_across),
                                  r3 = vld1q_f32(line + 3 * x_across);
                const float64x2_t t0 = vreinterpretq_f64_f32(vtrn1q_f32(r0, r1)), t1 = vreinterpretq_f64_f32(vtrn2q_f32(r0, r1)),
                                  t2 = vreinterpretq_f64_f32(vtrn1q_f32(r2, r3)), t3 = vreinterpretq_f64_f32(vtrn2q_f32(r2, r3));
                float* out = panel + k * width + i;
                vst1q_f32(out, vreinterpretq_f32_f64(vtrn1q_f64(t0, t2)));
                vst1q_f32(out + width, vreinterpretq_f32_f64(vtrn1q_f64(t1, t3)));
                vst1q_f32(out + 2 * width, vreinterpretq_f32_f64(vtrn2q_f64(t0, t2)));
                vst1q_f32(out + 3 * width, vreinterpretq_f32_f64(vtrn2q_f64(t1, t3)));
            }
    for (; k < depth; k++)
        for (size_t i = 0; i < width; i++) panel[k * width + i] = i < across ? x[i * x_across + k * x_depth] : 0;
}

static void pack_a(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack(8, x, x_across, x_depth, across, depth, panel);
}

static void pack_b(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack(12, x, x_across, x_depth, across, depth, panel);
}

static void pack_a_rounded(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack_a(x, x_across, x_depth, across, depth, panel);
    for (size_t i = 0; i < 8 * depth; i++) panel[i] = sf_bfloat16_value(panel[i]);
}

static void pack_b_rounded(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack_b(x, x_across, x_depth, across, depth, panel);
    for (size_t i = 0; i < 12 * depth; i++) panel[i] = sf_bfloat16_value(panel[i]);
}

const sf_blocking sf_blocking_neon = {8, 12, 1, pack_a, pack_b, tile};
const sf_blocking sf_blocking_neon_rounded = {8, 12, 1, pack_a_rounded, pack_b_rounded, tile};

static void f32(const sf_dense_operands* operands, void* scratch) { sf_dense_blocked(operands, scratch, &sf_blocking_neon); }
static void bf16(const sf_dense_operands* operands, void* scratch) { sf_dense_blocked(operands, scratch, &sf_blocking_neon_rounded); }

static void round_all(const float* x, size_t count, uint16_t* out) { sf_bfloat16_round_each(x, count, out); }

static int runs(void) { return 1; }

const sf_dense_product sf_dense_neon = {SF_ISA_NEON, "neon", 8, 12, SF_DENSE_SCRATCH, f32, bf16, round_all, runs};
#endif
