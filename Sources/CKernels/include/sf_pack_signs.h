#ifndef SPINFLIP_SF_PACK_SIGNS_H
#define SPINFLIP_SF_PACK_SIGNS_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"

/// Bit = 1 iff x >= 0 (so -0.0 and 0 give +1, NaN gives -1). `out_stride` in words; padding bits are written as 0.
typedef void (*sf_pack_signs_fn)(const float* x, size_t x_stride, size_t rows, size_t columns, uint64_t* out, size_t out_stride);
/// Bit = 1 iff |x| <= limit: the pass mask of the straight-through estimator.
typedef void (*sf_pack_within_fn)(
    const float* x, size_t x_stride, size_t rows, size_t columns, float limit, uint64_t* out, size_t out_stride);
/// ±1 floats from bits.
typedef void (*sf_unpack_signs_fn)(const uint64_t* bits, size_t bits_stride, size_t rows, size_t columns, float* out, size_t out_stride);

typedef struct {
    sf_isa isa;
    sf_pack_signs_fn pack;
    sf_pack_within_fn within;
    sf_unpack_signs_fn unpack;
} sf_pack_signs;

const sf_pack_signs* sf_pack_signs_select(sf_isa isa);

#endif
