#ifndef SPINFLIP_SF_BYTE_PRODUCT_H
#define SPINFLIP_SF_BYTE_PRODUCT_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"

/// Products of 8-bit inputs with ±1 weights: z[i][j] = Σ_k x[i][k]·w[j][k], exact in int32 for depth <= 2^23.
///
/// Weights are signed bytes ±1 in groups of 4 along k and panels of 16 outputs: byte (p, k4, j, r) is w[16p + j][4·k4 + r] at
/// `((p·depth4 + k4)·16 + j)·4 + r`, depth4 = ceil(depth / 4), missing entries 0: the operand order of VNNI and of NEON's dot product.
enum { SF_BYTE_PANEL = 16 };

static inline size_t sf_byte_panels_bytes(size_t rows, size_t depth) {
    return (rows + SF_BYTE_PANEL - 1) / SF_BYTE_PANEL * SF_BYTE_PANEL * ((depth + 3) / 4 * 4);
}

/// Expands packed sign rows (`words` words each) to byte panels.
void sf_byte_panels_pack(const uint64_t* rows_bits, size_t rows, size_t words, size_t depth, int8_t* panels);

/// `x`: rows of `depth` unsigned bytes, row stride `x_stride`; reads no byte past `depth` of a row.
typedef void (*sf_byte_product_fn)(
    const uint8_t* x, size_t x_stride, size_t rows, const int8_t* panels, size_t columns, size_t depth, int32_t* out, size_t out_stride);

typedef struct {
    sf_isa isa;
    sf_byte_product_fn i32;
} sf_byte_product;

const sf_byte_product* sf_byte_product_select(sf_isa isa);

#endif
