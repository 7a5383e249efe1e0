#ifndef SPINFLIP_ELEMENTWISE_INTERNAL_H
#define SPINFLIP_ELEMENTWISE_INTERNAL_H

#include "../include/sf_elementwise.h"

#define SF_KERNEL(isa, suffix)                                                                                                         \
    void sf_moments_##suffix(const float*, size_t, size_t, size_t, double*, double*);                                                  \
    void sf_moments_of_shorts_##suffix(const int16_t*, size_t, size_t, const float*, double*, double*);                                \
    void sf_normalize_##suffix(                                                                                                        \
        const float*, size_t, size_t, size_t, const float*, const float*, const float*, const float*, float*, size_t);                 \
    void sf_affine_##suffix(const float*, size_t, size_t, size_t, const float*, const float*, float*, size_t);                         \
    void sf_finish_sums_##suffix(const int32_t*, size_t, const sf_finish*);                                                            \
    void sf_finish_reals_##suffix(const float*, size_t, const sf_finish*);                                                             \
    void sf_normalize_signs_##suffix(const void*, size_t, const sf_norm*, uint64_t*, size_t, int16_t*, float);                         \
    void sf_normalize_join_##suffix(                                                                                                   \
        const int16_t*, size_t, const sf_norm*, const float*, float*, uint64_t*, size_t, sf_slopes);                                   \
    void sf_affine_signs_##suffix(const float*, size_t, size_t, const float*, const float*, uint64_t*, size_t);                        \
    void sf_normalize_sums_##suffix(const float*, const void*, size_t, const sf_norm*, double*, double*);                              \
    void sf_normalize_gradient_##suffix(const float*, const void*, size_t, const sf_norm*, const float*, const float*, float*);        \
    void sf_column_sums_##suffix(const float*, size_t, size_t, size_t, double*);                                                       \
    void sf_mask_gradient_##suffix(const float*, const uint64_t*, size_t, size_t, size_t, float*);                                     \
    void sf_approx_sign_slopes_##suffix(const float*, size_t, sf_slopes);                                                              \
    void sf_slope_gradient_##suffix(const float*, sf_slopes, size_t, float*);                                                          \
    void sf_add_slope_gradient_##suffix(const float*, sf_slopes, size_t, float*);                                                      \
    void sf_max_pool_##suffix(const float*, const sf_windows*, float*, uint8_t*);                                                      \
    void sf_max_pool_gradient_##suffix(const float*, const uint8_t*, const sf_windows*, float*);                                       \
    void sf_sum_pool_##suffix(const float*, const sf_windows*, float, float*);                                                         \
    void sf_sum_pool_gradient_##suffix(const float*, const sf_windows*, float, float*);                                                \
    void sf_rprelu_##suffix(const float*, size_t, const sf_rprelu*, float*);                                                           \
    void sf_rprelu_gradient_##suffix(const float*, const float*, size_t, const sf_rprelu*, float*, double*, double*, double*);         \
    void sf_layer_norm_##suffix(const float*, size_t, size_t, size_t, double, const float*, const float*, float*, float*, float*);     \
    void sf_layer_norm_gradient_##suffix(const float*, const float*, size_t, size_t, size_t, const float*, const float*,               \
                                         const float*, float*, double*, double*);                                                      \
    void sf_axpy_##suffix(float, const float*, float*, size_t);                                                                        \
    void sf_add_##suffix(const float*, const float*, float*, size_t);                                                                  \
    void sf_narrow_sums_##suffix(const int32_t*, size_t, int16_t*);                                                                    \
    void sf_scale_##suffix(float, float*, size_t);                                                                                     \
    void sf_clip_##suffix(float, float*, size_t);                                                                                      \
    size_t sf_differing_bits_##suffix(const uint64_t*, const uint64_t*, size_t);
#include "kernels.inc"
#undef SF_KERNEL

#endif
