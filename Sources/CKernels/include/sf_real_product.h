#ifndef SPINFLIP_SF_REAL_PRODUCT_H
#define SPINFLIP_SF_REAL_PRODUCT_H

#include <stddef.h>
#include <stdint.h>

#include "sf_elementwise.h"
#include "sf_isa.h"

/// Products of reals in one fixed order, for what a trained network ships: the same bits on every instruction set.
///
/// Every element of c is a sum over the depth in ascending order, started at +0, each product added by a fused multiply-add, which rounds
/// once: s ← fma(a, b, s) in Float32. Vectors lie across columns (outputs, channels), never along the depth, so their width changes nothing.

/// Columns of a panel of b.
enum { SF_REAL_PANEL = 16 };

/// c[i][j] = Σ_k a(i,k)·b(k,j). Row i of a is `runs` pieces of `run` numbers each, piece t at `a[starts[i] + pieces[t]]`: the patches of an
/// image are read where they stand. Depth k = t·run + r, so the depth is runs·run.
typedef struct {
    const float* a;
    const size_t* starts;
    size_t rows;
    const size_t* pieces;
    size_t runs, run;
    /// Panels of 16 columns, the last one filled up with 0: b(k,j) = `b[(j/16)·depth·16 + k·16 + j%16]`.
    const float* b;
    size_t columns;
    /// c[i][j] = `c[i·c_row + j]`.
    float* c;
    size_t c_row;
} sf_real_operands;

typedef void (*sf_real_product_fn)(const sf_real_operands* operands);

/// A convolution of each channel by itself: out[p][c] = Σ_t image(window p, tap t, channel c)·kernel[t][c], taps in ascending order as above;
/// a tap outside the image reads `outside`.
typedef void (*sf_real_depthwise_fn)(const float* image, const sf_windows* windows, const float* kernel, float* out);

typedef struct {
    sf_isa isa;
    sf_real_product_fn product;
    sf_real_depthwise_fn depthwise;
} sf_real_product;

const sf_real_product* sf_real_product_select(sf_isa isa);

#endif
