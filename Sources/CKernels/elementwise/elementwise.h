#ifndef SPINFLIP_ELEMENTWISE_INTERNAL_H
#define SPINFLIP_ELEMENTWISE_INTERNAL_H

#include "../include/sf_elementwise.h"

#define SF_KERNEL(isa, suffix)                                                                                                         \
    void sf_statistics_##suffix(const float*, size_t, size_t, size_t, float*, float*);                                                 \
    void sf_normalize_##suffix(                                                                                                        \
        const float*, size_t, size_t, size_t, const float*, const float*, const float*, const float*, float*, size_t);                 \
    void sf_affine_##suffix(const float*, size_t, size_t, size_t, const float*, const float*, float*, size_t);                         \
    void sf_normalize_backward_##suffix(                                                                                               \
        const float*, const float*, size_t, size_t, size_t, const float*, const float*, const float*, float*, float*, float*);         \
    void sf_column_sums_##suffix(const float*, size_t, size_t, size_t, float*);                                                        \
    void sf_mask_gradient_##suffix(const float*, const uint64_t*, size_t, size_t, size_t, float*);                                     \
    void sf_approx_sign_gradient_##suffix(const float*, const float*, size_t, float*);                                                 \
    void sf_axpy_##suffix(float, const float*, float*, size_t);                                                                        \
    void sf_scale_##suffix(float, float*, size_t);                                                                                     \
    void sf_clip_##suffix(float, float*, size_t);                                                                                      \
    size_t sf_differing_bits_##suffix(const uint64_t*, const uint64_t*, size_t);
#include "kernels.inc"
#undef SF_KERNEL

#endif
