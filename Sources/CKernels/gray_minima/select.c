#include "../select.h"
#include "gray_minima.h"

#define SF_KERNEL(isa, suffix) {isa, sf_gray_minima_##suffix},
static const sf_gray_minima variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

SF_DEFINE_SELECT(sf_gray_minima, variants)
