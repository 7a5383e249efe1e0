#ifndef SPINFLIP_SF_XNOR_PRODUCT_H
#define SPINFLIP_SF_XNOR_PRODUCT_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"

/// Products of ±1 matrices held as bits: z[i][j] = Σ_k a[i][k]·b[j][k] = K - 2·popcount(a_i xor b_j), with K the number of columns
/// before padding.
///
/// `b` (the weights) is laid out in panels: rows in groups of `SF_PANEL` = 8, word-major, so that word k of the eight rows of panel p
/// stands at `b[(p·words + k)·8 … +7]`. Missing rows of the last panel are zero. One 512-bit register holds word k of eight outputs,
/// and no horizontal sums are needed. `sf_panels_words` tells the size; `sf_panels_pack` fills it from plain rows.
enum { SF_PANEL = 8 };

static inline size_t sf_panels_words(size_t rows, size_t words) {
    return (rows + SF_PANEL - 1) / SF_PANEL * SF_PANEL * words;
}

void sf_panels_pack(const uint64_t* rows_bits, size_t rows, size_t words, uint64_t* panels);

/// `rows`×`words` activations `a` (row stride `a_stride` words) times `columns` outputs in panels `b`.
typedef struct {
    const uint64_t* a;
    size_t a_stride;
    size_t rows;
    const uint64_t* b;
    size_t columns;
    size_t words;
    /// K: number of ±1 products in a sum, before padding.
    int32_t depth;
} sf_xnor_operands;

/// Integer sums to `out` (row stride `out_stride` elements).
typedef void (*sf_xnor_i32_fn)(const sf_xnor_operands* operands, int32_t* out, size_t out_stride);
/// The same sums as floats (exact: |z| < 2^24).
typedef void (*sf_xnor_f32_fn)(const sf_xnor_operands* operands, float* out, size_t out_stride);
/// Bits in, bits out: bit j of row i is 1 iff z[i][j] >= thresholds[j]. `out_stride` in words; padding bits are written as 0.
typedef void (*sf_xnor_bits_fn)(const sf_xnor_operands* operands, const int32_t* thresholds, uint64_t* out, size_t out_stride);

typedef struct {
    sf_isa isa;
    sf_xnor_i32_fn i32;
    sf_xnor_f32_fn f32;
    sf_xnor_bits_fn bits;
} sf_xnor_product;

const sf_xnor_product* sf_xnor_product_select(sf_isa isa);

#endif
