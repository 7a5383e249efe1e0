#ifndef SPINFLIP_CONVOLUTION_NARROW_H
#define SPINFLIP_CONVOLUTION_NARROW_H

#include <stddef.h>

// Products of reals with few columns: a value that is packed serves only as many of them, and with one to three registers of columns packing costs more than
// multiplying. These tiles read the image where it lies. Their operands stay float32 also where others are rounded to bfloat16.

/// Rows of a tile, and its columns at most.
enum { SF_NARROW_ROWS = 8, SF_NARROW_COLUMNS = 48 };

typedef struct {
    /// As `sf_blocking.pack_b`, to panels of SF_NARROW_COLUMNS floats a depth value.
    void (*pack_b)(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel);
    /// to[i][j] (+)= Σ begins[t·SF_NARROW_ROWS + i][k]·panel[(t·depth + k)·SF_NARROW_COLUMNS + j] over taps t and k below `depth`, in this order, for `rows` rows i and `columns` columns j;
    /// all SF_NARROW_ROWS rows are read.
    void (*tile)(const float* const* begins, size_t taps, size_t depth, const float* panel, float* const* to, size_t rows, size_t columns, int add);
} sf_narrow_code;

#if defined(__x86_64__)
extern const sf_narrow_code sf_narrow_avx512;
#endif

#endif
