#include "../select.h"
#include "anneal_planes.h"

#define SF_KERNEL(isa, suffix) {isa, sf_plane_sweeps_##suffix, sf_plane_pairs_##suffix},
static const sf_anneal_planes variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

SF_DEFINE_SELECT(sf_anneal_planes, variants)
