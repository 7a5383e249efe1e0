#include "../select.h"
#include "dense_product.h"

#define SF_KERNEL(isa, suffix) &sf_dense_##suffix,
static const sf_dense_product* const variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

const sf_dense_product* sf_dense_product_select(sf_isa isa) {
    const sf_dense_product* const* row = variants;
#if defined(__x86_64__)
    if (*row == &sf_dense_avx512bf16 && !sf_isa_pairs_pay()) row++;
#endif
    while (!sf_isa_allows(isa, (*row)->isa) || !(*row)->runs()) row++;
    return *row;
}

const sf_dense_product* sf_dense_product_variant(size_t index) {
    return index < sizeof variants / sizeof *variants ? variants[index] : NULL;
}
