#if defined(__x86_64__)
#include <cpuid.h>

#include "../compiler.h"
#include "blocked.h"
#include "pack_x86.h"

// AVX-512 with its bfloat16 extension (Cooper Lake, Zen 4): one instruction multiplies pairs and adds both products to a float.
// Units are pairs. Subnormal operands count as 0.

#define SF_BF16 __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))

#define SF_TILE_TARGET SF_BF16
#define SF_TILE_TYPE __m512bh
#define SF_MULTIPLY_ADD(sum, left, right) _mm512_dpbf16_ps(sum, left, right)
#include "tile512.inc"

/// Eight lines that are contiguous along the depth: sixteen values become eight pairs, which are transposed like floats.
static inline SF_BF16 void pack_pairs8(const float* x, size_t x_across, size_t across, size_t depth, float* panel, size_t stride) {
    for (size_t k = 0; k < depth; k += 16) {
        const size_t count = depth - k < 16 ? depth - k : 16;
        const __mmask16 lanes = (__mmask16)(0xFFFFu >> (16 - count));
        __m256 r[8];
        for (size_t i = 0; i < 8; i++)
            r[i] = i < across ? (__m256)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(lanes, x + i * x_across + k)) : _mm256_setzero_ps();
        transpose8(r);
        for (size_t i = 0; i < 8; i++)
            if (2 * i < count) _mm256_storeu_ps(panel + (k / 2 + i) * stride, r[i]);
    }
}

SF_INLINE SF_BF16 void pack_pairs(
    size_t width, const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    if (x_depth == 1 && depth > 1) {
        for (size_t i = 0; i < width; i += 8)
            pack_pairs8(x + i * x_across, x_across, i < across ? across - i : 0, depth, panel + i, width);
        return;
    }
    // Contiguous across (or a single value deep, where stride 1 may be either): the two values of a pair come from two lines.
    const size_t step = depth > 1 || x_across == 1 ? 1 : x_across;
    for (size_t k = 0; k < depth; k += 2)
        for (size_t i = 0; i < width; i += 8) {
            const size_t count = i < across ? across - i : 0;
            const __mmask8 lanes = (__mmask8)(count >= 8 ? 0xFFu : (1u << count) - 1);
            const float* even = x + k * x_depth + i * step;
            __m256 low, high = _mm256_setzero_ps();
            if (step == 1) {
                low = _mm256_maskz_loadu_ps(lanes, even);
                if (k + 1 < depth) high = _mm256_maskz_loadu_ps(lanes, even + x_depth);
            } else {
                float values[8] = {0};
                for (size_t j = 0; j < 8 && j < count; j++) values[j] = even[j * step];
                low = _mm256_loadu_ps(values);
            }
            const __m256i even_bits = _mm256_cvtepu16_epi32((__m128i)_mm256_cvtneps_pbh(low));
            const __m256i odd_bits = _mm256_cvtepu16_epi32((__m128i)_mm256_cvtneps_pbh(high));
            _mm256_storeu_si256((__m256i*)(panel + k / 2 * width + i), _mm256_or_si256(even_bits, _mm256_slli_epi32(odd_bits, 16)));
        }
}

static SF_BF16 void pack_a(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack_pairs(8, x, x_across, x_depth, across, depth, panel);
}

static SF_BF16 void pack_b(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack_pairs(48, x, x_across, x_depth, across, depth, panel);
}

const sf_blocking sf_blocking_avx512bf16 = {8, 48, 2, pack_a, pack_b, tile};

static void bf16(const sf_dense_operands* operands, void* scratch) { sf_dense_blocked(operands, scratch, &sf_blocking_avx512bf16); }

static SF_BF16 void round_all(const float* x, size_t count, uint16_t* out) {
    for (size_t i = 0; i < count; i += 16) {
        const __mmask16 lanes = count - i >= 16 ? 0xFFFF : (__mmask16)((1u << (count - i)) - 1);
        _mm256_mask_storeu_epi16(out + i, lanes, (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(lanes, x + i)));
    }
}

static int runs(void) {
    uint32_t a, b, c, d;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 5 & 1);
}

void sf_dense_f32_avx512(const sf_dense_operands* operands, void* scratch);

const sf_dense_product sf_dense_avx512bf16 = {
    SF_ISA_AVX512, "avx512+bf16", 8, 48, SF_DENSE_SCRATCH, sf_dense_f32_avx512, bf16, round_all, runs};
#endif
