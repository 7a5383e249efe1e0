#if defined(__x86_64__)
#include <immintrin.h>

#include "../compiler.h"
#include "../dense_product/blocked.h"
#include "narrow.h"

#define SF_TARGET __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")))

static inline __attribute__((always_inline)) SF_TARGET void tile_vectors(
    const int vectors, const float* const* begins, size_t taps, size_t depth, const float* panel, float* const* to, size_t rows, size_t columns, int add) {
    __m512 sum[SF_NARROW_ROWS][3];
    SF_UNROLL
    for (int i = 0; i < SF_NARROW_ROWS; i++) {
        SF_UNROLL
        for (int v = 0; v < vectors; v++) sum[i][v] = _mm512_setzero_ps();
    }
    for (size_t t = 0; t < taps; t++, begins += SF_NARROW_ROWS) {
        const float* at[SF_NARROW_ROWS];
        SF_UNROLL
        for (int i = 0; i < SF_NARROW_ROWS; i++) at[i] = begins[i];
        for (size_t k = 0; k < depth; k++, panel += SF_NARROW_COLUMNS) {
            __m512 right[3];
            SF_UNROLL
            for (int v = 0; v < vectors; v++) right[v] = _mm512_loadu_ps(panel + 16 * v);
            SF_UNROLL
            for (int i = 0; i < SF_NARROW_ROWS; i++) {
                const __m512 left = _mm512_set1_ps(at[i][k]);
                SF_UNROLL
                for (int v = 0; v < vectors; v++) sum[i][v] = _mm512_fmadd_ps(left, right[v], sum[i][v]);
            }
        }
    }
    const __mmask16 last = (__mmask16)(0xFFFFu >> (16 * (size_t)vectors - columns));
    SF_UNROLL
    for (int i = 0; i < SF_NARROW_ROWS; i++) {
        if ((size_t)i >= rows) continue;
        SF_UNROLL
        for (int v = 0; v < vectors; v++) {
            const __mmask16 mask = v == vectors - 1 ? last : 0xFFFF;
            __m512 value = sum[i][v];
            if (add) value = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, to[i] + 16 * v), value);
            _mm512_mask_storeu_ps(to[i] + 16 * v, mask, value);
        }
    }
}

static SF_TARGET void tile(
    const float* const* begins, size_t taps, size_t depth, const float* panel, float* const* to, size_t rows, size_t columns, int add) {
    if (columns > 32)
        tile_vectors(3, begins, taps, depth, panel, to, rows, columns, add);
    else if (columns > 16)
        tile_vectors(2, begins, taps, depth, panel, to, rows, columns, add);
    else
        tile_vectors(1, begins, taps, depth, panel, to, rows, columns, add);
}

static void pack_b(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    sf_blocking_avx512.pack_b(x, x_across, x_depth, across, depth, panel);
}

const sf_narrow_code sf_narrow_avx512 = {pack_b, tile};
#endif
