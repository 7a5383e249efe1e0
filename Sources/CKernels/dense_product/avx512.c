#if defined(__x86_64__)
#include "blocked.h"
#include "pack_x86.h"

#define SF_AVX512 __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")))

/// 8 rows × up to 48 columns: 24 sums, 3 registers of B, and the rows of A broadcast from memory. 24 independent chains cover four
/// cycles of latency on two units, and 11 loads feed 24 multiply-adds.
static inline __attribute__((always_inline)) SF_AVX512 void tile_vectors(
    const int vectors, size_t units, const float* a, const float* b, float* c, size_t c_row, size_t rows, size_t columns, int add) {
    __m512 sum[8][3];
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++)
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sum[i][v] = _mm512_setzero_ps();
    for (size_t k = 0; k < units; k++) {
        __m512 right[3];
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) right[v] = _mm512_loadu_ps(b + k * 48 + 16 * v);
#pragma clang loop unroll(full)
        for (int i = 0; i < 8; i++) {
            const __m512 left = _mm512_set1_ps(a[k * 8 + i]);
#pragma clang loop unroll(full)
            for (int v = 0; v < vectors; v++) sum[i][v] = _mm512_fmadd_ps(left, right[v], sum[i][v]);
        }
    }
    const __mmask16 last = (__mmask16)(0xFFFFu >> (16 * (size_t)vectors - columns));
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++)
        if ((size_t)i < rows) {
#pragma clang loop unroll(full)
            for (int v = 0; v < vectors; v++) {
                float* const out = c + (size_t)i * c_row + 16 * v;
                const __mmask16 mask = v == vectors - 1 ? last : 0xFFFF;
                __m512 value = sum[i][v];
                if (add) value = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, out), value);
                _mm512_mask_storeu_ps(out, mask, value);
            }
        }
}

static SF_AVX512 void tile(size_t units, const float* a, const float* b, float* c, size_t c_row, size_t rows, size_t columns, int add) {
    if (columns > 32)
        tile_vectors(3, units, a, b, c, c_row, rows, columns, add);
    else if (columns > 16)
        tile_vectors(2, units, a, b, c, c_row, rows, columns, add);
    else
        tile_vectors(1, units, a, b, c, c_row, rows, columns, add);
}

static SF_AVX2 void pack_a(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack_panel8(8, x, x_across, x_depth, across, depth, panel);
}

static SF_AVX2 void pack_b(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack_panel8(48, x, x_across, x_depth, across, depth, panel);
}

static SF_AVX2 void pack_a_rounded(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack_a(x, x_across, x_depth, across, depth, panel);
    round_panel(panel, 8 * depth);
}

static SF_AVX2 void pack_b_rounded(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack_b(x, x_across, x_depth, across, depth, panel);
    round_panel(panel, 48 * depth);
}

static const sf_blocking plain = {8, 48, 1, pack_a, pack_b, tile};
static const sf_blocking rounded = {8, 48, 1, pack_a_rounded, pack_b_rounded, tile};

void sf_dense_f32_avx512(const sf_dense_operands* operands, void* scratch) { sf_dense_blocked(operands, scratch, &plain); }

static void bf16(const sf_dense_operands* operands, void* scratch) { sf_dense_blocked(operands, scratch, &rounded); }

static int runs(void) { return 1; }

const sf_dense_product sf_dense_avx512 = {SF_ISA_AVX512, "avx512", 8, 48, SF_DENSE_SCRATCH, sf_dense_f32_avx512, bf16, runs};
#endif
