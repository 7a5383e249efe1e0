#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "../compiler.h"
#include "xnor_product.h"

// A 512-bit register holds word k of the eight outputs of a panel. One step of the sum over k is, for a row and a panel, xor with the
// broadcast word of the row, VPOPCNTQ and add: three instructions for 512 products, and lane j is the count of output j from the first
// word to the last, so nothing is ever summed across a register.
//
// The three instructions share two ports (Intel 0 and 5) or two 512-bit pipes (AMD Zen 4): 341 products a cycle at best. A tile of
// 4 rows × 4 panels reads 4 registers and 4 broadcast words for 48 such instructions, so loads hide behind arithmetic, and its 16
// independent sums hide the latency. Carry-save adders would not help: a full adder takes two ternary-logic instructions and saves one
// count and one add.
//
// Four panels of K bits take 4·K bytes (16 KiB for K = 4096) and stay in the first-level cache while a block of rows passes. The
// block is short enough for its results to stay in the second-level cache and its pages in the TLB until all panels have written them:
// rows of results lie a power of two apart all too often.

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq")))

enum { TILE_ROWS = 4, TILE_PANELS = 4, BLOCK_ROWS = 64 };

typedef enum { TO_I32, TO_F32, TO_BITS } sf_output;

/// Where results go: integers and floats at `out` (stride in elements), bits at `bits` (stride in bytes: panel p of a row is byte p).
typedef struct {
    sf_output kind;
    int32_t* i32;
    float* f32;
    uint8_t* bits;
    size_t stride;
    size_t columns;
    int32_t depth;
} sf_target;

/// Counts of differing bits in `rows` × `panels` registers, turned into results. `limit` holds, for each panel of the tile, the largest
/// count whose sum reaches the threshold.
SF_TARGET SF_INLINE void finish(__m512i count[TILE_ROWS][TILE_PANELS], const sf_target* t, size_t row, size_t panel, const int rows,
                                const int panels, const __m512i* limit) {
    if (t->kind == TO_BITS) {
        uint8_t* out = t->bits + row * t->stride + panel;
        SF_UNROLL
        for (int i = 0; i < rows; i++) {
            SF_UNROLL
            for (int p = 0; p < panels; p++)
                out[(size_t)i * t->stride + (size_t)p] = (uint8_t)_mm512_cmple_epi64_mask(count[i][p], limit[p]);
        }
        return;
    }
    const __m512i depth = _mm512_set1_epi32(t->depth);
    // The low halves of the lanes of two registers side by side: sixteen sums of two neighbouring panels.
    const __m512i low = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const size_t first = panel * SF_PANEL, rest = t->columns - first;
    // Plain stores where possible: masked ones are several times slower on some processors.
    const int whole = panels % 2 == 0 && rest >= (size_t)panels * SF_PANEL, floats = t->kind == TO_F32;
    SF_UNROLL
    for (int p = 0; p < panels; p += 2) {
        const int last = p + 1 < panels ? p + 1 : p;
        const size_t j = (size_t)p * SF_PANEL, exist = rest - j, held = p == last ? SF_PANEL : 2 * SF_PANEL;
        const __mmask16 mask = (__mmask16)((1u << (exist < held ? exist : held)) - 1);
        SF_UNROLL
        for (int i = 0; i < rows; i++) {
            const __m512i c = _mm512_permutex2var_epi32(count[i][p], low, count[i][last]);
            const __m512i z = _mm512_sub_epi32(depth, _mm512_add_epi32(c, c));
            const size_t at = (row + (size_t)i) * t->stride + first + j;
            if (whole && floats) _mm512_storeu_ps(t->f32 + at, _mm512_cvtepi32_ps(z));
            else if (whole) _mm512_storeu_si512(t->i32 + at, z);
            else if (floats) _mm512_mask_storeu_ps(t->f32 + at, mask, _mm512_cvtepi32_ps(z));
            else _mm512_mask_storeu_epi32(t->i32 + at, mask, z);
        }
    }
}

SF_TARGET SF_INLINE void tile(const sf_xnor_operands* o, const sf_target* t, size_t row, size_t panel, const int rows, const int panels,
                              const __m512i* limit) {
    const size_t words = o->words;
    const uint64_t* a = o->a + row * o->a_stride;
    const uint64_t* b = o->b + panel * words * SF_PANEL;
    __m512i count[TILE_ROWS][TILE_PANELS];
    SF_UNROLL
    for (int i = 0; i < rows; i++) {
        SF_UNROLL
        for (int p = 0; p < panels; p++) count[i][p] = _mm512_setzero_si512();
    }
    for (size_t k = 0; k < words; k++) {
        __m512i weights[TILE_PANELS];
        SF_UNROLL
        for (int p = 0; p < panels; p++) weights[p] = _mm512_loadu_si512(b + ((size_t)p * words + k) * SF_PANEL);
        SF_UNROLL
        for (int i = 0; i < rows; i++) {
            const __m512i signs = _mm512_set1_epi64((int64_t)a[(size_t)i * o->a_stride + k]);
            SF_UNROLL
            for (int p = 0; p < panels; p++)
                count[i][p] = _mm512_add_epi64(count[i][p], _mm512_popcnt_epi64(_mm512_xor_si512(signs, weights[p])));
        }
    }
    finish(count, t, row, panel, rows, panels, limit);
}

SF_TARGET SF_INLINE void column(const sf_xnor_operands* o, const sf_target* t, size_t row, size_t end, size_t panel, const int panels,
                                const __m512i* limit) {
    for (; row + TILE_ROWS <= end; row += TILE_ROWS) tile(o, t, row, panel, TILE_ROWS, panels, limit);
    switch (end - row) {
    case 3: tile(o, t, row, panel, 3, panels, limit); break;
    case 2: tile(o, t, row, panel, 2, panels, limit); break;
    case 1: tile(o, t, row, panel, 1, panels, limit); break;
    }
}

/// z >= t is depth - 2c >= t, that is c <= floor((depth - t) / 2); in 64 bits nothing overflows. Columns that do not exist get -1, so
/// their bits come out 0.
SF_TARGET SF_INLINE __m512i limits(const sf_xnor_operands* o, const int32_t* thresholds, size_t panel) {
    const size_t first = panel * SF_PANEL, rest = o->columns - first;
    const __mmask8 inside = rest >= SF_PANEL ? 0xFF : (__mmask8)((1u << rest) - 1);
    const __m512i threshold = _mm512_cvtepi32_epi64(_mm256_maskz_loadu_epi32(inside, thresholds + first));
    const __m512i limit = _mm512_srai_epi64(_mm512_sub_epi64(_mm512_set1_epi64(o->depth), threshold), 1);
    return _mm512_mask_mov_epi64(_mm512_set1_epi64(-1), inside, limit);
}

SF_TARGET static void product(const sf_xnor_operands* operands, const sf_target* target, const int32_t* thresholds) {
    // Copies: a store of results could otherwise change the operands for all the compiler knows.
    const sf_xnor_operands here = *operands, *o = &here;
    const sf_target copy = *target, *t = &copy;
    const size_t panels = (o->columns + SF_PANEL - 1) / SF_PANEL;
    for (size_t row = 0; row < o->rows; row += BLOCK_ROWS) {
        const size_t end = o->rows - row < BLOCK_ROWS ? o->rows : row + BLOCK_ROWS;
        for (size_t panel = 0; panel < panels; panel += TILE_PANELS) {
            const size_t n = panels - panel < TILE_PANELS ? panels - panel : TILE_PANELS;
            __m512i limit[TILE_PANELS] = {0};
            for (size_t p = 0; thresholds && p < n; p++) limit[p] = limits(o, thresholds, panel + p);
            switch (n) {
            case 4: column(o, t, row, end, panel, 4, limit); break;
            case 3: column(o, t, row, end, panel, 3, limit); break;
            case 2: column(o, t, row, end, panel, 2, limit); break;
            case 1: column(o, t, row, end, panel, 1, limit); break;
            }
        }
    }
}

void sf_xnor_i32_avx512(const sf_xnor_operands* o, int32_t* out, size_t out_stride) {
    product(o, &(sf_target){.kind = TO_I32, .i32 = out, .stride = out_stride, .columns = o->columns, .depth = o->depth}, 0);
}

void sf_xnor_f32_avx512(const sf_xnor_operands* o, float* out, size_t out_stride) {
    product(o, &(sf_target){.kind = TO_F32, .f32 = out, .stride = out_stride, .columns = o->columns, .depth = o->depth}, 0);
}

void sf_xnor_bits_avx512(const sf_xnor_operands* o, const int32_t* thresholds, uint64_t* out, size_t out_stride) {
    // Panels write bytes; the last word of a row may have bytes that no panel writes.
    if (o->columns % 64 != 0)
        for (size_t i = 0; i < o->rows; i++) out[i * out_stride + o->columns / 64] = 0;
    product(o, &(sf_target){.kind = TO_BITS, .bits = (uint8_t*)out, .stride = out_stride * 8, .columns = o->columns, .depth = o->depth},
            thresholds);
}

#else
typedef int sf_xnor_product_avx512_not_here;
#endif
