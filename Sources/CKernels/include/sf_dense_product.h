#ifndef SPINFLIP_SF_DENSE_PRODUCT_H
#define SPINFLIP_SF_DENSE_PRODUCT_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"

/// Products of float matrices: c[i][j] (+)= Σ_k a(i,k)·b(k,j), sums in float32.
///
/// Operands are read through two strides, in elements, so that a transposed operand is the same memory with its strides exchanged:
/// a(i,k) = `a[i·a_row + k·a_depth]`, b(k,j) = `b[k·b_depth + j·b_column]`. One stride of each operand is 1. An element's value depends
/// on its own row, its own column and the depth alone, not on where it stands in the call, so callers may cut rows and columns freely.
typedef struct {
    const float* a;
    size_t a_row, a_depth;
    const float* b;
    size_t b_depth, b_column;
    float* c;
    size_t c_row;
    size_t rows, columns, depth;
    /// Not 0: add to c.
    int accumulate;
} sf_dense_operands;

/// `scratch`: `scratch_bytes` of the variant, aligned to 64 bytes, contents of no matter before and after.
typedef void (*sf_dense_product_fn)(const sf_dense_operands* operands, void* scratch);

typedef void (*sf_bfloat16_round_fn)(const float* x, size_t count, uint16_t* out);

typedef struct {
    sf_isa isa;
    /// Instruction set with its extensions, for logs.
    const char* name;
    /// Rows and columns that one register tile covers: the natural unit when work is cut for threads.
    size_t tile_rows, tile_columns;
    size_t scratch_bytes;
    sf_dense_product_fn f32;
    /// Operands rounded to bfloat16 (nearest, ties to even) before they are multiplied. Subnormal operands may count as 0.
    sf_dense_product_fn bf16;
    /// Rounds `count` floats to bfloat16 as above; a NaN stays one, and too large numbers become infinite.
    sf_bfloat16_round_fn round;
    /// 1 when this processor can run the variant: some need more than their level promises.
    int (*runs)(void);
} sf_dense_product;

const sf_dense_product* sf_dense_product_select(sf_isa isa);

/// Row `index` of the table of variants, NULL past its end. Best first, the reference last; not all of them run on every machine.
const sf_dense_product* sf_dense_product_variant(size_t index);

#endif
