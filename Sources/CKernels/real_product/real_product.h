#ifndef SPINFLIP_REAL_PRODUCT_INTERNAL_H
#define SPINFLIP_REAL_PRODUCT_INTERNAL_H

#include "../include/sf_real_product.h"

#define SF_KERNEL(isa, suffix)                                                                                                         \
    void sf_real_product_##suffix(const sf_real_operands*);                                                                            \
    void sf_real_depthwise_##suffix(const float*, const sf_windows*, const float*, float*);
#include "kernels.inc"
#undef SF_KERNEL

#endif
