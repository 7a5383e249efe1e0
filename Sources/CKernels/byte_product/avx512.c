#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "../compiler.h"
#include "byte_product.h"

// VPDPBUSD multiplies four unsigned bytes with four signed ones and adds the products to an int32 lane, without saturation. A panel row
// of 64 bytes holds four weights of each of sixteen outputs; the other operand is four bytes of a row of x, broadcast. A tile of 4 rows ×
// 4 panels keeps sixteen sums in flight, more than latency times throughput needs, and reads 8 operands for 16 products.

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))

enum { TILE_ROWS = 4, TILE_PANELS = 4, GROUP = SF_BYTE_PANEL * 4 };

/// `n` <= 4 bytes as an int32 whose other bytes are 0.
SF_INLINE int32_t bytes4(const uint8_t* x, size_t n) {
    int32_t value = 0;
    memcpy(&value, x, n);
    return value;
}

/// Adds the products of `n` bytes of each row from 4·k on.
SF_TARGET SF_INLINE void step(__m512i sum[TILE_ROWS][TILE_PANELS], const uint8_t* x, size_t x_stride, const int8_t* panel, size_t depth4,
                              size_t k, size_t n, const int rows, const int panels) {
    __m512i weights[TILE_PANELS];
    SF_UNROLL
    for (int p = 0; p < panels; p++) weights[p] = _mm512_loadu_si512(panel + ((size_t)p * depth4 + k) * GROUP);
    SF_UNROLL
    for (int i = 0; i < rows; i++) {
        const __m512i inputs = _mm512_set1_epi32(bytes4(x + (size_t)i * x_stride + 4 * k, n));
        SF_UNROLL
        for (int p = 0; p < panels; p++) sum[i][p] = _mm512_dpbusd_epi32(sum[i][p], inputs, weights[p]);
    }
}

SF_TARGET SF_INLINE void tile(const uint8_t* x, size_t x_stride, const int8_t* panel, size_t columns, size_t depth, int32_t* out,
                              size_t out_stride, const int rows, const int panels) {
    const size_t depth4 = (depth + 3) / 4, whole = depth / 4;
    __m512i sum[TILE_ROWS][TILE_PANELS];
    SF_UNROLL
    for (int i = 0; i < rows; i++) {
        SF_UNROLL
        for (int p = 0; p < panels; p++) sum[i][p] = _mm512_setzero_si512();
    }
    for (size_t k = 0; k < whole; k++) step(sum, x, x_stride, panel, depth4, k, 4, rows, panels);
    if (whole < depth4) step(sum, x, x_stride, panel, depth4, whole, depth % 4, rows, panels);
    SF_UNROLL
    for (int p = 0; p < panels; p++) {
        const size_t j = (size_t)p * SF_BYTE_PANEL, rest = columns - j;
        const __mmask16 mask = rest >= SF_BYTE_PANEL ? 0xFFFF : (__mmask16)((1u << rest) - 1);
        SF_UNROLL
        for (int i = 0; i < rows; i++) {
            int32_t* to = out + (size_t)i * out_stride + j;
            if (rest >= SF_BYTE_PANEL) _mm512_storeu_si512(to, sum[i][p]);
            else _mm512_mask_storeu_epi32(to, mask, sum[i][p]);
        }
    }
}

SF_TARGET SF_INLINE void column(const uint8_t* x, size_t x_stride, size_t rows, const int8_t* panel, size_t columns, size_t depth,
                                int32_t* out, size_t out_stride, const int panels) {
    size_t i = 0;
    for (; i + TILE_ROWS <= rows; i += TILE_ROWS)
        tile(x + i * x_stride, x_stride, panel, columns, depth, out + i * out_stride, out_stride, TILE_ROWS, panels);
    x += i * x_stride, out += i * out_stride;
    switch (rows - i) {
    case 3: tile(x, x_stride, panel, columns, depth, out, out_stride, 3, panels); break;
    case 2: tile(x, x_stride, panel, columns, depth, out, out_stride, 2, panels); break;
    case 1: tile(x, x_stride, panel, columns, depth, out, out_stride, 1, panels); break;
    }
}

SF_TARGET void sf_byte_i32_avx512(const uint8_t* x, size_t x_stride, size_t rows, const int8_t* panels, size_t columns, size_t depth,
                                  int32_t* out, size_t out_stride) {
    const size_t count = (columns + SF_BYTE_PANEL - 1) / SF_BYTE_PANEL, bytes = (depth + 3) / 4 * GROUP;
    for (size_t p = 0; p < count; p += TILE_PANELS) {
        const int8_t* panel = panels + p * bytes;
        const size_t rest = columns - p * SF_BYTE_PANEL;
        int32_t* to = out + p * SF_BYTE_PANEL;
        switch (count - p < TILE_PANELS ? count - p : TILE_PANELS) {
        case 4: column(x, x_stride, rows, panel, rest, depth, to, out_stride, 4); break;
        case 3: column(x, x_stride, rows, panel, rest, depth, to, out_stride, 3); break;
        case 2: column(x, x_stride, rows, panel, rest, depth, to, out_stride, 2); break;
        case 1: column(x, x_stride, rows, panel, rest, depth, to, out_stride, 1); break;
        }
    }
}

#else
typedef int sf_byte_product_avx512_not_here;
#endif
