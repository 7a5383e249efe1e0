#ifndef SPINFLIP_GRAY_MINIMA_INTERNAL_H
#define SPINFLIP_GRAY_MINIMA_INTERNAL_H

#include "../include/sf_gray_minima.h"

#define SF_KERNEL(isa, suffix) void sf_gray_minima_##suffix(size_t, const int32_t*, int32_t*, int32_t*, int32_t*);
#include "kernels.inc"
#undef SF_KERNEL

#endif
