#include "sf_anneal_planes.h"

#define SF_KERNEL(isa, suffix)                                                                                                         \
    void sf_plane_sweeps_##suffix(                                                                                                     \
        const sf_plane_model* model, uint64_t* planes, uint64_t* state, const uint16_t* accept, size_t sweeps);                        \
    void sf_plane_pairs_##suffix(                                                                                                      \
        const uint64_t* planes, const uint32_t* pairs, size_t count, int differing, uint32_t weight, uint32_t* counts);
#include "kernels.inc"
#undef SF_KERNEL
