#include "../select.h"
#include "threshold.h"

#define SF_KERNEL(isa, suffix) {isa, sf_threshold_bits_##suffix},
static const sf_threshold variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

SF_DEFINE_SELECT(sf_threshold, variants)
