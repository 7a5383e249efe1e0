/// Packing of panels with AVX2, shared by the x86 variants.
#ifndef SPINFLIP_DENSE_PACK_X86_H
#define SPINFLIP_DENSE_PACK_X86_H

#include <immintrin.h>

#include "../compiler.h"
#include "dense_product.h"

#define SF_AVX2 __attribute__((target("avx2,fma")))

static inline SF_AVX2 void transpose8(__m256 r[8]) {
    __m256 t[8], s[8];
    for (int i = 0; i < 4; i++) {
        t[2 * i] = _mm256_unpacklo_ps(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm256_unpackhi_ps(r[2 * i], r[2 * i + 1]);
    }
    for (int i = 0; i < 2; i++) {
        s[4 * i] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0x44);
        s[4 * i + 1] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0xEE);
        s[4 * i + 2] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0x44);
        s[4 * i + 3] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0xEE);
    }
    for (int i = 0; i < 4; i++) {
        r[i] = _mm256_permute2f128_ps(s[i], s[i + 4], 0x20);
        r[i + 4] = _mm256_permute2f128_ps(s[i], s[i + 4], 0x31);
    }
}

/// Lanes below `count`, for masked loads.
static inline SF_AVX2 __m256i first_lanes(size_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count > 8 ? 8 : (int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/// Eight lines that are contiguous along the depth, transposed. `stride`: width of the panel.
static inline SF_AVX2 void pack_lines8(
    const float* x, size_t x_across, size_t across, size_t depth, float* panel, size_t stride) {
    for (size_t k = 0; k < depth; k += 8) {
        const size_t count = depth - k < 8 ? depth - k : 8;
        const __m256i lanes = first_lanes(count);
        __m256 r[8];
        for (size_t i = 0; i < 8; i++) r[i] = i < across ? _mm256_maskload_ps(x + i * x_across + k, lanes) : _mm256_setzero_ps();
        transpose8(r);
        if (count == 8)
            for (size_t i = 0; i < 8; i++) _mm256_storeu_ps(panel + (k + i) * stride, r[i]);
        else
            for (size_t i = 0; i < 8; i++)
                if (i < count) _mm256_storeu_ps(panel + (k + i) * stride, r[i]);
    }
}

/// `width` (a multiple of 8) lines along the depth or across, whichever is contiguous.
SF_INLINE SF_AVX2 void pack_panel8(
    size_t width, const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    if (x_depth == 1 && depth > 1) {
        for (size_t i = 0; i < width; i += 8)
            pack_lines8(x + i * x_across, x_across, i < across ? across - i : 0, depth, panel + i, width);
    } else if (across == width && x_across == 1) {
        for (size_t k = 0; k < depth; k++)
            for (size_t i = 0; i < width; i += 8) _mm256_storeu_ps(panel + k * width + i, _mm256_loadu_ps(x + k * x_depth + i));
    } else {
        for (size_t k = 0; k < depth; k++)
            for (size_t i = 0; i < width; i++) panel[k * width + i] = i < across ? x[i * x_across + k * x_depth] : 0;
    }
}

/// The same for panels of six. Every step writes eight floats, and the next one corrects the last two; at the end they lie in the next
/// panel, which is written later, or in the slack of the scratch space.
static inline SF_AVX2 void pack_panel6(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    if (x_depth == 1 && depth > 1) {
        pack_lines8(x, x_across, across, depth, panel, 6);
    } else if (x_across == 1) {
        const __m256i lanes = first_lanes(across);
        for (size_t k = 0; k < depth; k++) _mm256_storeu_ps(panel + 6 * k, _mm256_maskload_ps(x + k * x_depth, lanes));
    } else {
        for (size_t k = 0; k < depth; k++)
            for (size_t i = 0; i < 6; i++) panel[6 * k + i] = i < across ? x[i * x_across + k * x_depth] : 0;
    }
}

/// Rounds a packed panel to bfloat16 where it stands.
static inline SF_AVX2 void round_panel(float* panel, size_t count) {
    for (size_t i = 0; i < count; i++) panel[i] = sf_bfloat16_value(panel[i]);
}

#endif
