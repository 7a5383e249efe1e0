#ifndef SPINFLIP_METROPOLIS_INTERNAL_H
#define SPINFLIP_METROPOLIS_INTERNAL_H

#include "../compiler.h"
#include "../include/sf_metropolis.h"

#define SF_KERNEL(isa, suffix) extern const sf_metropolis sf_metropolis_##suffix;
#include "kernels.inc"
#undef SF_KERNEL

/// log2(m) - (m - 1) on [1, 2) is (m - 1) * (2 - m) * (Q0 + Q1 m + Q2 m^2) within 0.00012 (least-squares fit, reweighted to even errors).
#define SF_LOG2_Q0 0.7599146f
#define SF_LOG2_Q1 -0.40331953f
#define SF_LOG2_Q2 0.08213066f

#endif
