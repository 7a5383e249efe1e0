#ifndef SPINFLIP_BYTE_PRODUCT_INTERNAL_H
#define SPINFLIP_BYTE_PRODUCT_INTERNAL_H

#include "../include/sf_byte_product.h"

#define SF_KERNEL(isa, suffix) void sf_byte_i32_##suffix(const uint8_t*, size_t, size_t, const int8_t*, size_t, size_t, int32_t*, size_t);
#include "kernels.inc"
#undef SF_KERNEL

#endif
