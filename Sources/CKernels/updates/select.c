#include "../select.h"
#include "updates.h"

#define SF_KERNEL(level, suffix)                                                                                                       \
    {.isa = level,                                                                                                                     \
     .descend = sf_descend_##suffix,                                                                                                   \
     .momentum = sf_momentum_##suffix,                                                                                                 \
     .adam = sf_adam_##suffix,                                                                                                         \
     .sign_descend = sf_sign_descend_##suffix,                                                                                         \
     .signum = sf_signum_##suffix,                                                                                                     \
     .pull_to_signs = sf_pull_to_signs_##suffix,                                                                                       \
     .pull_to_levels = sf_pull_to_levels_##suffix,                                                                                     \
     .to_levels = sf_to_levels_##suffix,                                                                                               \
     .bop = sf_bop_##suffix,                                                                                                           \
     .bop2 = sf_bop2_##suffix,                                                                                                         \
     .moment_flips = sf_moment_flips_##suffix,                                                                                         \
     .bold = sf_bold_##suffix,                                                                                                         \
     .majority = sf_majority_##suffix,                                                                                                 \
     .squares = sf_squares_##suffix,                                                                                                   \
     .magnitudes = sf_magnitudes_##suffix,                                                                                             \
     .sides = sf_sides_##suffix,                                                                                                       \
     .within = sf_within_##suffix,                                                                                                     \
     .ratios_within = sf_ratios_within_##suffix,                                                                                       \
     .plus_signs = sf_plus_signs_##suffix,                                                                                             \
     .ones = sf_ones_##suffix,                                                                                                         \
     .all_finite = sf_all_finite_##suffix},
static const sf_updates variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

SF_DEFINE_SELECT(sf_updates, variants)
