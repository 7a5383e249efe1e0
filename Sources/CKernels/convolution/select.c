#include "../select.h"
#include "convolution.h"

#define SF_KERNEL(isa, suffix) &sf_convolution_##suffix,
static const sf_convolution* const variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

const sf_convolution* sf_convolution_select(sf_isa isa) {
    const sf_convolution* const* row = variants;
#if defined(__x86_64__)
    if (*row == &sf_convolution_avx512loads && !sf_isa_loads_pay()) row++;
    if (*row == &sf_convolution_avx512bf16 && !sf_isa_pairs_pay()) row++;
#endif
    while (!sf_isa_allows(isa, (*row)->isa) || !(*row)->runs()) row++;
    return *row;
}

const sf_convolution* sf_convolution_variant(size_t index) {
    return index < sizeof variants / sizeof *variants ? variants[index] : NULL;
}
