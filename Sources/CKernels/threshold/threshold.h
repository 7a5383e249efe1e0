#ifndef SPINFLIP_THRESHOLD_INTERNAL_H
#define SPINFLIP_THRESHOLD_INTERNAL_H

#include "../include/sf_threshold.h"

#define SF_KERNEL(isa, suffix)                                                                                                         \
    void sf_threshold_bits_##suffix(const int32_t*, size_t, size_t, size_t, const int32_t*, uint64_t*, size_t);
#include "kernels.inc"
#undef SF_KERNEL

#endif
