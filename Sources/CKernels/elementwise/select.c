#include "../select.h"
#include "elementwise.h"

#define SF_KERNEL(level, suffix)                                                                                                       \
    {.isa = level,                                                                                                                     \
     .statistics = sf_statistics_##suffix,                                                                                             \
     .normalize = sf_normalize_##suffix,                                                                                               \
     .affine = sf_affine_##suffix,                                                                                                     \
     .normalize_backward = sf_normalize_backward_##suffix,                                                                             \
     .column_sums = sf_column_sums_##suffix,                                                                                           \
     .mask_gradient = sf_mask_gradient_##suffix,                                                                                       \
     .approx_sign_gradient = sf_approx_sign_gradient_##suffix,                                                                         \
     .axpy = sf_axpy_##suffix,                                                                                                         \
     .scale = sf_scale_##suffix,                                                                                                       \
     .clip = sf_clip_##suffix,                                                                                                         \
     .differing_bits = sf_differing_bits_##suffix},
static const sf_elementwise variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

SF_DEFINE_SELECT(sf_elementwise, variants)
