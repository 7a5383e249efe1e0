#include "../select.h"
#include "elementwise.h"

#define SF_KERNEL(level, suffix)                                                                                                       \
    {.isa = level,                                                                                                                     \
     .moments = sf_moments_##suffix,                                                                                                   \
     .moments_of_shorts = sf_moments_of_shorts_##suffix,                                                                               \
     .normalize = sf_normalize_##suffix,                                                                                               \
     .affine = sf_affine_##suffix,                                                                                                     \
     .finish_sums = sf_finish_sums_##suffix,                                                                                           \
     .finish_reals = sf_finish_reals_##suffix,                                                                                         \
     .normalize_signs = sf_normalize_signs_##suffix,                                                                                   \
     .normalize_join = sf_normalize_join_##suffix,                                                                                     \
     .affine_signs = sf_affine_signs_##suffix,                                                                                         \
     .normalize_sums = sf_normalize_sums_##suffix,                                                                                     \
     .normalize_gradient = sf_normalize_gradient_##suffix,                                                                             \
     .column_sums = sf_column_sums_##suffix,                                                                                           \
     .mask_gradient = sf_mask_gradient_##suffix,                                                                                       \
     .approx_sign_slopes = sf_approx_sign_slopes_##suffix,                                                                             \
     .slope_gradient = sf_slope_gradient_##suffix,                                                                                     \
     .add_slope_gradient = sf_add_slope_gradient_##suffix,                                                                             \
     .max_pool = sf_max_pool_##suffix,                                                                                                 \
     .max_pool_gradient = sf_max_pool_gradient_##suffix,                                                                               \
     .sum_pool = sf_sum_pool_##suffix,                                                                                                 \
     .sum_pool_gradient = sf_sum_pool_gradient_##suffix,                                                                               \
     .rprelu = sf_rprelu_##suffix,                                                                                                     \
     .rprelu_gradient = sf_rprelu_gradient_##suffix,                                                                                   \
     .layer_norm = sf_layer_norm_##suffix,                                                                                             \
     .layer_norm_gradient = sf_layer_norm_gradient_##suffix,                                                                           \
     .axpy = sf_axpy_##suffix,                                                                                                         \
     .add = sf_add_##suffix,                                                                                                           \
     .narrow_sums = sf_narrow_sums_##suffix,                                                                                           \
     .scale = sf_scale_##suffix,                                                                                                       \
     .clip = sf_clip_##suffix,                                                                                                         \
     .differing_bits = sf_differing_bits_##suffix},
static const sf_elementwise variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

SF_DEFINE_SELECT(sf_elementwise, variants)
