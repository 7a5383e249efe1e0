#ifndef SPINFLIP_UPDATES_INTERNAL_H
#define SPINFLIP_UPDATES_INTERNAL_H

#include "../include/sf_updates.h"

#define SF_KERNEL(isa, suffix)                                                                                                         \
    void sf_descend_##suffix(float*, const float*, size_t, const sf_descent_step*, uint32_t*);                                         \
    void sf_momentum_##suffix(float*, const float*, float*, size_t, const sf_descent_step*, uint32_t*);                                \
    void sf_adam_##suffix(float*, const float*, float*, float*, size_t, const sf_adam_step*, uint32_t*);                               \
    void sf_sign_descend_##suffix(float*, const float*, size_t, const sf_sign_step*, uint32_t*);                                       \
    void sf_signum_##suffix(float*, const float*, float*, size_t, const sf_sign_step*, uint32_t*);                                     \
    void sf_pull_to_signs_##suffix(float*, size_t, float, float);                                                                      \
    void sf_pull_to_levels_##suffix(float*, size_t, float, const sf_levels*);                                                          \
    void sf_to_levels_##suffix(float*, size_t, const sf_levels*);                                                                      \
    size_t sf_bop_##suffix(uint64_t*, size_t, const float*, float*, size_t, size_t, const sf_bop_step*, uint32_t*);                    \
    size_t sf_bop2_##suffix(uint64_t*, size_t, const float*, float*, float*, size_t, size_t, const sf_bop2_step*, uint32_t*);          \
    size_t sf_moment_flips_##suffix(uint64_t*, size_t, const float*, float*, size_t, size_t, const sf_bop_step*, uint32_t*);           \
    size_t sf_bold_##suffix(uint64_t*, size_t, const float*, float*, size_t, size_t, const sf_bold_step*, uint32_t*);                  \
    void sf_majority_##suffix(const uint64_t* const*, size_t, size_t, uint64_t*);                                                      \
    double sf_squares_##suffix(const float*, size_t);                                                                                  \
    double sf_magnitudes_##suffix(const float*, size_t);                                                                               \
    void sf_sides_##suffix(const float*, size_t, float, double*, size_t*);                                                             \
    size_t sf_within_##suffix(const float*, size_t, float);                                                                            \
    size_t sf_ratios_within_##suffix(const float*, const float*, size_t, const sf_bop2_step*);                                         \
    size_t sf_plus_signs_##suffix(const float*, size_t);                                                                               \
    size_t sf_ones_##suffix(const uint64_t*, size_t);                                                                                  \
    int sf_all_finite_##suffix(const float*, size_t);
#include "kernels.inc"
#undef SF_KERNEL

#endif
