#ifndef SPINFLIP_SF_CONVOLUTION_H
#define SPINFLIP_SF_CONVOLUTION_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"

/// Convolutions and their gradients as products of matrices that are never made: the operand that holds what windows cover is found pixel by
/// pixel through a map and packed block by block, from floats or from bits.
///
/// A map lists, for each entry (a position of the window, or a pixel of the image) and each tap, the pixel of the item to read, -1 for
/// none. Rows of a product run through the entries of item after item: row r is entry r % entries of item r / entries.
typedef struct {
    const int32_t* sources;
    size_t entries, taps;
} sf_patch_map;

/// Pixels of channels: floats (`stride` floats a pixel), or bits (`stride` words a pixel) when `reals` is NULL. Channels from `first` on.
typedef struct {
    const float* reals;
    const uint64_t* bits;
    size_t stride;
    /// Pixels of an item.
    size_t pixels;
    size_t first, channels;
    /// What a source of -1 reads.
    float outside;
} sf_patch_image;

/// c[r][j] = Σ_{t,k} patch(r, t, k)·b(t, k, j), for rows first_row … first_row + rows of the map.
typedef struct {
    sf_patch_map map;
    sf_patch_image image;
    size_t first_row, rows, columns;
    /// b(t,k,j) = b[b_taps[t]·b_tap + k·b_depth + j·b_column], where b_depth or b_column is 1. When b is NULL, the sign of bit `b_first + j`
    /// of the row at b_bits[b_taps[t]·b_tap + k·b_depth] (in words).
    const float* b;
    const uint64_t* b_bits;
    const int32_t* b_taps;
    size_t b_tap, b_depth, b_column, b_first;
    /// Row r goes to c + r·c_row, or with targets to c + (item·c_pixels + targets[entry])·c_row.
    float* c;
    size_t c_row, c_pixels;
    const int32_t* targets;
} sf_patch_product;

/// dw[o][j] = Σ_r dz[r][o]·patch(r, j) over all rows, for outputs 0 … outputs and columns first_column … first_column + columns, where
/// column j is channel j % channels of tap j / channels. `dz` and `dw` point at output 0; rows of dw hold all columns.
typedef struct {
    sf_patch_map map;
    sf_patch_image image;
    size_t rows;
    const float* dz;
    size_t dz_row;
    size_t outputs, first_column, columns;
    float* dw;
    size_t dw_row;
} sf_patch_gradient;

/// dx[source(e, t)][c] = Σ dz[e][o]·factor(o)·sign(o, t, c) over all outputs o and all entries e and taps t that have this source, for some items: the transpose of
/// a convolution with a kernel of signs. Pixels that no entry reads become 0.
typedef struct {
    /// Entries are rows of dz, sources pixels of dx.
    sf_patch_map map;
    size_t first_item, items;
    const float* dz;
    size_t dz_row, outputs;
    /// NULL: all 1.
    const float* factors;
    /// Packed by `pack` of the same variant.
    const void* signs;
    float* dx;
    /// Floats from pixel to pixel, pixels of an item, and channels of a tap.
    size_t dx_row, pixels, channels;
} sf_patch_spread;

/// Rows of the bits under the window, for a binary product: each tap's `channels` bits (those from `first` on) begin on a word, the bits
/// after them are 0. Outside stand ones when `plus_one`, else zeros. `out`: rows of taps · ceil(channels / 64) words.
void sf_gather_bits(
    const sf_patch_map* map, const sf_patch_image* image, int plus_one, size_t first_row, size_t rows, uint64_t* out);

/// No element depends on how rows, outputs and columns are cut into calls. `scratch`: `sf_convolution.scratch_bytes`, aligned to 64.
typedef void (*sf_patch_product_fn)(const sf_patch_product* product, void* scratch);
typedef void (*sf_patch_gradient_fn)(const sf_patch_gradient* gradient, void* scratch);

/// A way to spread gradients over kernels of signs, for channels in multiples of `lanes`.
typedef struct sf_patch_spreading {
    size_t lanes;
    /// What to take for channels that are no multiple; NULL for nothing.
    const struct sf_patch_spreading* narrower;
    /// Bytes of a packed kernel, to be aligned to 64.
    size_t (*bytes)(size_t outputs, size_t taps, size_t channels);
    /// One tap of rows (output, tap) of `words` words each, whose first bits are the channels; a packed kernel has them all.
    void (*pack)(const uint64_t* bits, size_t words, size_t outputs, size_t taps, size_t channels, size_t tap, void* signs);
    void (*run)(const sf_patch_spread* spread);
} sf_patch_spreading;

/// Patches as bfloat16, row-major, for a matrix product of another library: out[r][t·channels + k] for rows first_row … first_row + rows and
/// taps first_tap … first_tap + taps. Pixels are bfloat16 at `halves` when that is not NULL (strides of the image count them), else the
/// image's bits. Rows of `out` follow each other.
typedef void (*sf_gather_bf16_fn)(
    const sf_patch_map* map, const sf_patch_image* image, const uint16_t* halves, size_t first_row, size_t rows, size_t first_tap,
    size_t taps, uint16_t* out);

typedef struct {
    sf_isa isa;
    /// Instruction set with its extensions, for logs.
    const char* name;
    size_t scratch_bytes;
    /// Operands as float32, and rounded to bfloat16 (nearest, ties to even); sums are float32. A variant may sum a gradient over signs in 16-bit
    /// integers instead of rounding to bfloat16, with an error that is no larger (`convolution/tables.h`), and keep operands as they are
    /// (`convolution/narrow.h`).
    sf_patch_product_fn product_f32, product_bf16;
    sf_patch_gradient_fn gradient_f32, gradient_bf16;
    /// NULL where products over patches do better. The second one's sums as those of `gradient_bf16`.
    const sf_patch_spreading *spread_f32, *spread_bf16;
    sf_gather_bf16_fn gather_bf16;
    /// 1 when this processor can run the variant: some need more than their level promises.
    int (*runs)(void);
} sf_convolution;

const sf_convolution* sf_convolution_select(sf_isa isa);

/// Row `index` of the table of variants, NULL past its end. Best first, the reference last; not all of them run on every machine.
const sf_convolution* sf_convolution_variant(size_t index);

/// Outputs and columns of a gradient that one call does best with: its results stay in the second-level cache.
enum { SF_GRADIENT_OUTPUTS = 256, SF_GRADIENT_COLUMNS = 384 };
/// Columns where a gradient is summed by tables.
enum { SF_TABLE_COLUMNS = 2304 };
/// Rows that a call of a product does best with.
enum { SF_PRODUCT_ROWS = 384 };

#endif
