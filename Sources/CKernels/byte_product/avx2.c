#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "../compiler.h"
#include "byte_product.h"

// VPMADDUBSW multiplies unsigned with signed bytes and adds neighbouring products in int16 with saturation. With weights ±1 a pair is at
// most 2·255 = 510, so 64 of them fit without saturating (64·510 = 32,640 <= 32,767) and are added with plain int16 additions; VPMADDWD
// with ones then adds the two halves of an output to int32. So 32 products cost two instructions, and the widening two more every 64
// steps. Half a panel row of 32 bytes is four weights of each of eight outputs.

#define SF_TARGET __attribute__((target("avx2")))

enum { TILE_ROWS = 4, GROUP = SF_BYTE_PANEL * 4, STEPS = 64 };

/// `n` <= 4 bytes as an int32 whose other bytes are 0.
SF_INLINE int32_t bytes4(const uint8_t* x, size_t n) {
    int32_t value = 0;
    memcpy(&value, x, n);
    return value;
}

/// Adds the products of `n` bytes of each row from 4·k on, as int16 pairs.
SF_TARGET SF_INLINE void step(__m256i partial[TILE_ROWS][2], const uint8_t* x, size_t x_stride, const int8_t* panel, size_t k, size_t n,
                              const int rows) {
    const __m256i* weights = (const __m256i*)(panel + k * GROUP);
    const __m256i low = _mm256_loadu_si256(weights), high = _mm256_loadu_si256(weights + 1);
    SF_UNROLL
    for (int i = 0; i < rows; i++) {
        const __m256i inputs = _mm256_set1_epi32(bytes4(x + (size_t)i * x_stride + 4 * k, n));
        partial[i][0] = _mm256_add_epi16(partial[i][0], _mm256_maddubs_epi16(inputs, low));
        partial[i][1] = _mm256_add_epi16(partial[i][1], _mm256_maddubs_epi16(inputs, high));
    }
}

SF_TARGET SF_INLINE void tile(const uint8_t* x, size_t x_stride, const int8_t* panel, size_t columns, size_t depth, int32_t* out,
                              size_t out_stride, const int rows) {
    const size_t depth4 = (depth + 3) / 4, whole = depth / 4;
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i sum[TILE_ROWS][2];
    SF_UNROLL
    for (int i = 0; i < rows; i++) sum[i][0] = sum[i][1] = _mm256_setzero_si256();
    for (size_t first = 0; first < depth4; first += STEPS) {
        const size_t end = first + STEPS < depth4 ? first + STEPS : depth4;
        __m256i partial[TILE_ROWS][2];
        SF_UNROLL
        for (int i = 0; i < rows; i++) partial[i][0] = partial[i][1] = _mm256_setzero_si256();
        const size_t full = end < whole ? end : whole;
        for (size_t k = first; k < full; k++) step(partial, x, x_stride, panel, k, 4, rows);
        if (full < end) step(partial, x, x_stride, panel, full, depth % 4, rows);
        SF_UNROLL
        for (int i = 0; i < rows; i++) {
            sum[i][0] = _mm256_add_epi32(sum[i][0], _mm256_madd_epi16(partial[i][0], ones));
            sum[i][1] = _mm256_add_epi32(sum[i][1], _mm256_madd_epi16(partial[i][1], ones));
        }
    }
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const int exist = columns < SF_BYTE_PANEL ? (int)columns : SF_BYTE_PANEL;
    SF_UNROLL
    for (int i = 0; i < rows; i++) {
        int32_t* to = out + (size_t)i * out_stride;
        if (exist == SF_BYTE_PANEL) {
            _mm256_storeu_si256((__m256i*)to, sum[i][0]);
            _mm256_storeu_si256((__m256i*)(to + 8), sum[i][1]);
        } else {
            _mm256_maskstore_epi32(to, _mm256_cmpgt_epi32(_mm256_set1_epi32(exist), lane), sum[i][0]);
            if (exist > 8) _mm256_maskstore_epi32(to + 8, _mm256_cmpgt_epi32(_mm256_set1_epi32(exist - 8), lane), sum[i][1]);
        }
    }
}

SF_TARGET void sf_byte_i32_avx2(const uint8_t* x, size_t x_stride, size_t rows, const int8_t* panels, size_t columns, size_t depth,
                                int32_t* out, size_t out_stride) {
    const size_t bytes = (depth + 3) / 4 * GROUP;
    for (size_t j = 0; j < columns; j += SF_BYTE_PANEL) {
        const int8_t* panel = panels + j / SF_BYTE_PANEL * bytes;
        size_t i = 0;
        for (; i + TILE_ROWS <= rows; i += TILE_ROWS)
            tile(x + i * x_stride, x_stride, panel, columns - j, depth, out + i * out_stride + j, out_stride, TILE_ROWS);
        for (; i < rows; i++) tile(x + i * x_stride, x_stride, panel, columns - j, depth, out + i * out_stride + j, out_stride, 1);
    }
}

#else
typedef int sf_byte_product_avx2_not_here;
#endif
