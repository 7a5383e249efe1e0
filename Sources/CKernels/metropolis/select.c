#include "../select.h"
#include "metropolis.h"

#define SF_KERNEL(isa, suffix) &sf_metropolis_##suffix,
static const sf_metropolis* const variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

const sf_metropolis* sf_metropolis_select(sf_isa isa) {
    const sf_metropolis* const* row = variants;
    while (!sf_isa_allows(isa, (*row)->isa)) row++;
    return *row;
}
