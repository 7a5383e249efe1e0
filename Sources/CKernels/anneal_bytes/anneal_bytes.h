#include "sf_anneal_bytes.h"

#define SF_KERNEL(isa, suffix)                                                                                                         \
    void sf_byte_sweeps_##suffix(                                                                                                      \
        const sf_byte_model* model, uint8_t* spins, uint64_t* state, const uint16_t* accept, size_t sweeps);                           \
    void sf_byte_energies_##suffix(const sf_byte_model* model, const uint8_t* spins, int32_t* sums);
#include "kernels.inc"
#undef SF_KERNEL
