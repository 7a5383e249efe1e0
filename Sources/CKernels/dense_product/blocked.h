#ifndef SPINFLIP_DENSE_BLOCKED_H
#define SPINFLIP_DENSE_BLOCKED_H

#include "dense_product.h"

/// What a blocked variant is made of. Its element type is a 32-bit *unit*: one float, or a pair of bfloat16 that follow each other
/// along the depth.
typedef struct {
    /// Extents of a register tile.
    size_t tile_rows, tile_columns;
    /// Depth values in a unit: 1 or 2.
    size_t per_unit;
    /// Copies `across` <= the tile's extent lines of `depth` values to a panel: unit (u, i) at `panel[u·extent + i]`, missing lines and
    /// the missing half of the last pair 0. Value (i, k) is `x[i·x_across + k·x_depth]`, and one of the strides is 1.
    void (*pack_a)(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel);
    void (*pack_b)(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel);
    /// c (+)= the product of two panels of `units`, for the first `rows` × `columns` of the tile. Each sum starts at 0 and is added to c
    /// at the end, in full tiles and at the edges alike.
    void (*tile)(size_t units, const float* a, const float* b, float* c, size_t c_row, size_t rows, size_t columns, int add);
} sf_blocking;

/// Depth values in a cache block: a panel of B (at most 48 columns) and one of A stay in the first-level cache or near it.
enum { SF_DENSE_DEPTH = 256 };
/// Rows of A in a cache block, which stays in the second-level cache with the panel of B: 384 KiB.
enum { SF_DENSE_ROWS = 384 };
enum { SF_DENSE_WIDEST = 48 };
/// Both panels, and a line of slack for packing that writes whole registers.
enum { SF_DENSE_SCRATCH = (SF_DENSE_ROWS + SF_DENSE_WIDEST) * SF_DENSE_DEPTH * 4 + 64 };

/// The tiles of each variant, plain and with operands rounded to bfloat16; convolutions are made of them too.
#if defined(__x86_64__)
extern const sf_blocking sf_blocking_avx2, sf_blocking_avx2_rounded, sf_blocking_avx512, sf_blocking_avx512_rounded, sf_blocking_avx512bf16;
#elif defined(__aarch64__)
extern const sf_blocking sf_blocking_neon, sf_blocking_neon_rounded;
#endif

void sf_dense_blocked(const sf_dense_operands* operands, float* scratch, const sf_blocking* blocking);

#endif
