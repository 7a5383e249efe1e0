#include "../select.h"
#include "weight_flips.h"

#define SF_KERNEL(isa, suffix) &sf_weight_flips_##suffix,
static const sf_weight_flips* const variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

const sf_weight_flips* sf_weight_flips_select(sf_isa isa) {
    const sf_weight_flips* const* row = variants;
    while (!sf_isa_allows(isa, (*row)->isa)) row++;
    return *row;
}
