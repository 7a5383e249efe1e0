#if defined(__x86_64__)
#include "../compiler.h"
#include "blocked.h"
#include "pack_x86.h"

/// 6 rows × 16 columns: 12 sums, 2 registers of B and one broadcast. One register stays free: with 4 × 24, which needs all sixteen,
/// compilers spill sums in the loop.
SF_INLINE SF_AVX2 void tile_vectors(
    const int vectors, size_t units, const float* a, const float* b, float* c, size_t c_row, size_t rows, size_t columns, int add) {
    __m256 sum[6][2];
    SF_UNROLL
    for (int i = 0; i < 6; i++) {
        SF_UNROLL
        for (int v = 0; v < vectors; v++) sum[i][v] = _mm256_setzero_ps();
    }
    for (size_t k = 0; k < units; k++) {
        __m256 right[2];
        SF_UNROLL
        for (int v = 0; v < vectors; v++) right[v] = _mm256_loadu_ps(b + k * 16 + 8 * v);
        SF_UNROLL
        for (int i = 0; i < 6; i++) {
            const __m256 left = _mm256_broadcast_ss(a + k * 6 + i);
            SF_UNROLL
            for (int v = 0; v < vectors; v++) sum[i][v] = _mm256_fmadd_ps(left, right[v], sum[i][v]);
        }
    }
    const __m256i last = first_lanes(columns - 8 * ((size_t)vectors - 1));
    SF_UNROLL
    for (int i = 0; i < 6; i++) {
        if ((size_t)i >= rows) continue;
        SF_UNROLL
        for (int v = 0; v < vectors; v++) {
            float* const out = c + (size_t)i * c_row + 8 * v;
            __m256 value = sum[i][v];
            if (v < vectors - 1) {
                if (add) value = _mm256_add_ps(_mm256_loadu_ps(out), value);
                _mm256_storeu_ps(out, value);
            } else {
                if (add) value = _mm256_add_ps(_mm256_maskload_ps(out, last), value);
                _mm256_maskstore_ps(out, last, value);
            }
        }
    }
}

static SF_AVX2 void tile(size_t units, const float* a, const float* b, float* c, size_t c_row, size_t rows, size_t columns, int add) {
    if (columns > 8)
        tile_vectors(2, units, a, b, c, c_row, rows, columns, add);
    else
        tile_vectors(1, units, a, b, c, c_row, rows, columns, add);
}

static SF_AVX2 void pack_b(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack_panel8(16, x, x_across, x_depth, across, depth, panel);
}

static SF_AVX2 void pack_a(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack_panel6(x, x_across, x_depth, across, depth, panel);
}

static SF_AVX2 void pack_a_rounded(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack_a(x, x_across, x_depth, across, depth, panel);
    round_panel(panel, 6 * depth);
}

static SF_AVX2 void pack_b_rounded(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack_b(x, x_across, x_depth, across, depth, panel);
    round_panel(panel, 26 * depth);
}

const sf_blocking sf_blocking_avx2 = {6, 16, 1, pack_a, pack_b, tile};
const sf_blocking sf_blocking_avx2_rounded = {6, 16, 1, pack_a_rounded, pack_b_rounded, tile};

static void f32(const sf_dense_operands* operands, void* scratch) { sf_dense_blocked(operands, scratch, &sf_blocking_avx2); }
static void bf16(const sf_dense_operands* operands, void* scratch) { sf_dense_blocked(operands, scratch, &sf_blocking_avx2_rounded); }

static SF_AVX2 void round_all(const float* x, size_t count, uint16_t* out) { sf_bfloat16_round_each(x, count, out); }

static int runs(void) { return 1; }

const sf_dense_product sf_dense_avx2 = {SF_ISA_AVX2, "avx2", 6, 16, SF_DENSE_SCRATCH, f32, bf16, round_all, runs};
#endif
