#ifndef SPINFLIP_XNOR_PRODUCT_INTERNAL_H
#define SPINFLIP_XNOR_PRODUCT_INTERNAL_H

#include "../include/sf_xnor_product.h"

#define SF_KERNEL(isa, suffix)                                                                                                         \
    void sf_xnor_i32_##suffix(const sf_xnor_operands*, int32_t*, size_t);                                                              \
    void sf_xnor_f32_##suffix(const sf_xnor_operands*, float*, size_t);                                                                \
    void sf_xnor_bits_##suffix(const sf_xnor_operands*, const int32_t*, uint64_t*, size_t);
#include "kernels.inc"
#undef SF_KERNEL

#endif
