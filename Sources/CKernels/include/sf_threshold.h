#ifndef SPINFLIP_SF_THRESHOLD_H
#define SPINFLIP_SF_THRESHOLD_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"

/// Integer sums to bits: bit j of row i is 1 iff z[i][j] >= thresholds[j]. Padding bits are written as 0.
typedef void (*sf_threshold_fn)(
    const int32_t* z, size_t z_stride, size_t rows, size_t columns, const int32_t* thresholds, uint64_t* out, size_t out_stride);

typedef struct {
    sf_isa isa;
    sf_threshold_fn bits;
} sf_threshold;

const sf_threshold* sf_threshold_select(sf_isa isa);

#endif
