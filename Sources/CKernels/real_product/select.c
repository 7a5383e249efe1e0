#include "../select.h"
#include "real_product.h"

#define SF_KERNEL(isa, suffix) {isa, sf_real_product_##suffix, sf_real_depthwise_##suffix},
static const sf_real_product variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

SF_DEFINE_SELECT(sf_real_product, variants)
