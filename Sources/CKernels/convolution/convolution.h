#ifndef SPINFLIP_CONVOLUTION_INTERNAL_H
#define SPINFLIP_CONVOLUTION_INTERNAL_H

#include "../dense_product/blocked.h"
#include "../include/sf_convolution.h"
#include "lines.h"
#include "narrow.h"
#include "tables.h"

/// What a variant is made of: the tiles and packing of a matrix product, and a way to expand bits.
typedef struct {
    const sf_blocking* blocking;
    /// Sixteen lanes of a panel of B from bits: lane l of depth value k is the sign of bit 8·byte + l of rows[k] (byte is even), or `outside` where rows[k]
    /// is NULL, in the unit order of `pack_b`; `width`: columns of the panel. NULL: bits become floats first.
    void (*signs)(const uint64_t* const* rows, size_t byte, float outside, size_t depth, float* panel, size_t width);
    /// Gradients over signs by tables in memory, where whole blocks of columns lie within a tap. NULL: by those in registers.
    const sf_line_code* lines;
    /// Gradients over signs by look-up in registers. NULL: they are products too.
    const sf_table_code* tables;
    /// Products of signs with kernels of reals by look-up, with sums in float32, so that sums of integers are exact; gradients too, whose channels do
    /// not fill the wider registers of `tables`. NULL: as above.
    const sf_table_code* product_tables;
    /// Products of images and kernels of reals with few columns. NULL: as with many.
    const sf_narrow_code* narrow;
} sf_patch_code;

void sf_patch_product_run(const sf_patch_product* product, void* scratch, const sf_patch_code* code);
void sf_patch_gradient_run(const sf_patch_gradient* gradient, void* scratch, const sf_patch_code* code);

/// `gather_bf16` where nothing expands bits faster than a table.
void sf_gather_bf16_plain(
    const sf_patch_map* map, const sf_patch_image* image, const uint16_t* halves, size_t first_row, size_t rows, size_t first_tap,
    size_t taps, uint16_t* out);

#if defined(__x86_64__)
extern const sf_patch_code sf_patch_code_avx512;
void sf_signs_avx512(const uint64_t* const* rows, size_t byte, float outside, size_t depth, float* panel, size_t width);
void sf_gather_bf16_avx512(
    const sf_patch_map* map, const sf_patch_image* image, const uint16_t* halves, size_t first_row, size_t rows, size_t first_tap,
    size_t taps, uint16_t* out);
#endif

/// Working space of a call, in this order.
typedef struct {
    _Alignas(64) float b_panel[SF_DENSE_WIDEST * SF_DENSE_DEPTH];
    /// Packed A; the slack is for packing that writes whole registers.
    float a_block[SF_PRODUCT_ROWS * SF_DENSE_DEPTH + 16];
    /// Operands that are gathered before they are packed: lines of A, or rows of a panel of B.
    float lines[SF_DENSE_WIDEST * SF_DENSE_DEPTH];
    /// One product tile, where rows of c do not follow each other.
    float tile[8 * SF_DENSE_WIDEST];
    const uint64_t* rows[SF_DENSE_DEPTH];
    /// Where the values of a tap begin, for each row of a narrow tile, and what stands outside the image.
    const float* begins[SF_DENSE_DEPTH * SF_NARROW_ROWS];
    float outside[SF_DENSE_DEPTH];
    /// Sources of each row of a block, and the first pixel of its item.
    const int32_t* sources[SF_PRODUCT_ROWS];
    size_t items[SF_PRODUCT_ROWS];
} sf_patch_space;

/// A call needs one or the other.
#define SF_PATCH_SCRATCH (sizeof(sf_patch_space) > sizeof(sf_line_space) ? sizeof(sf_patch_space) : sizeof(sf_line_space))

#define SF_KERNEL(isa, suffix) extern const sf_convolution sf_convolution_##suffix;
#include "kernels.inc"
#undef SF_KERNEL

/// Defines a variant from two codes.
#define SF_DEFINE_CONVOLUTION(suffix, isa, name, plain, rounded, spread_f32, spread_bf16, gather, runs)                                                         \
    static void product_f32(const sf_patch_product* o, void* scratch) { sf_patch_product_run(o, scratch, plain); }                     \
    static void product_bf16(const sf_patch_product* o, void* scratch) { sf_patch_product_run(o, scratch, rounded); }                  \
    static void gradient_f32(const sf_patch_gradient* o, void* scratch) { sf_patch_gradient_run(o, scratch, plain); }                  \
    static void gradient_bf16(const sf_patch_gradient* o, void* scratch) { sf_patch_gradient_run(o, scratch, rounded); }               \
    const sf_convolution sf_convolution_##suffix = {                                                                                   \
        isa, name, SF_PATCH_SCRATCH, product_f32, product_bf16, gradient_f32, gradient_bf16, spread_f32, spread_bf16, gather, runs};

#endif
