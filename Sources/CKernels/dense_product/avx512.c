#if defined(__x86_64__)
#include "../compiler.h"
#include "blocked.h"
#include "pack_x86.h"

#define SF_AVX512 __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")))

#define SF_TILE_TARGET SF_AVX512
#define SF_TILE_TYPE __m512
#define SF_MULTIPLY_ADD(sum, left, right) _mm512_fmadd_ps(left, right, sum)
#include "tile512.inc"

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

const sf_blocking sf_blocking_avx512 = {8, 48, 1, pack_a, pack_b, tile};
const sf_blocking sf_blocking_avx512_rounded = {8, 48, 1, pack_a_rounded, pack_b_rounded, tile};

void sf_dense_f32_avx512(const sf_dense_operands* operands, void* scratch) { sf_dense_blocked(operands, scratch, &sf_blocking_avx512); }

static void bf16(const sf_dense_operands* operands, void* scratch) { sf_dense_blocked(operands, scratch, &sf_blocking_avx512_rounded); }

static SF_AVX512 void round_all(const float* x, size_t count, uint16_t* out) { sf_bfloat16_round_each(x, count, out); }

static int runs(void) { return 1; }

const sf_dense_product sf_dense_avx512 = {SF_ISA_AVX512, "avx512", 8, 48, SF_DENSE_SCRATCH, sf_dense_f32_avx512, bf16, round_all, runs};
#endif
