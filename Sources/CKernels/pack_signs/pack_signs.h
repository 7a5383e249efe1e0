#ifndef SPINFLIP_PACK_SIGNS_INTERNAL_H
#define SPINFLIP_PACK_SIGNS_INTERNAL_H

#include "../include/sf_pack_signs.h"

#define SF_KERNEL(isa, suffix)                                                                                                         \
    void sf_pack_signs_##suffix(const float*, size_t, size_t, size_t, uint64_t*, size_t);                                              \
    void sf_pack_within_##suffix(const float*, size_t, size_t, size_t, float, uint64_t*, size_t);                                      \
    void sf_unpack_signs_##suffix(const uint64_t*, size_t, size_t, size_t, float*, size_t);
#include "kernels.inc"
#undef SF_KERNEL

#endif
