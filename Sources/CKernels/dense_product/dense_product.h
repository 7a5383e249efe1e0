#ifndef SPINFLIP_DENSE_PRODUCT_INTERNAL_H
#define SPINFLIP_DENSE_PRODUCT_INTERNAL_H

#include <string.h>

#include "../include/sf_dense_product.h"

#define SF_KERNEL(isa, suffix) extern const sf_dense_product sf_dense_##suffix;
#include "kernels.inc"
#undef SF_KERNEL

/// The bits of the bfloat16 nearest to x, ties to even. Adding just under half of the last kept place, plus one when that place is odd,
/// carries exactly when the nearest value lies above; infinity stays, and large values carry into it.
static inline uint32_t sf_bfloat16_bits(uint32_t x) {
    const uint32_t rounded = (x + 0x7FFFu + ((x >> 16) & 1u)) >> 16;
    // A NaN could carry out of its mantissa: keep its upper half and make it quiet.
    return (x & 0x7FFFFFFFu) > 0x7F800000u ? (x >> 16) | 0x40u : rounded;
}

/// x rounded to bfloat16, as a float.
static inline float sf_bfloat16_value(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits = sf_bfloat16_bits(bits) << 16;
    memcpy(&x, &bits, sizeof bits);
    return x;
}

/// The loop of every variant without an instruction for it; compilers make vectors of it.
static inline void sf_bfloat16_round_each(const float* x, size_t count, uint16_t* out) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        out[i] = (uint16_t)sf_bfloat16_bits(bits);
    }
}

#endif
