#include "../select.h"
#include "anneal_bytes.h"

#define SF_KERNEL(isa, suffix) {isa, sf_byte_sweeps_##suffix, sf_byte_energies_##suffix},
static const sf_anneal_bytes variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

SF_DEFINE_SELECT(sf_anneal_bytes, variants)
