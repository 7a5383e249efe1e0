#ifndef SPINFLIP_ROOF_INTERNAL_H
#define SPINFLIP_ROOF_INTERNAL_H

#include "../include/sf_roof.h"

#define SF_KERNEL(isa, suffix, binary, bytes, f32, bf16)                                                                                          \
    uint64_t sf_roof_binary_##suffix(size_t rounds);                                                                                   \
    uint64_t sf_roof_bytes_##suffix(size_t rounds);                                                                                    \
    uint64_t sf_roof_f32_##suffix(size_t rounds);                                                                                      \
    uint64_t sf_roof_bf16_##suffix(size_t rounds);
#include "kernels.inc"
#undef SF_KERNEL

/// Tells the compiler that a register has changed, so that a loop over constants is not computed beforehand.
#if defined(__x86_64__)
#define SF_CHANGED(v) __asm__ volatile("" : "+v"(v))
#define SF_CHANGED_VEX(v) __asm__ volatile("" : "+x"(v))
#elif defined(__aarch64__)
#define SF_CHANGED(v) __asm__ volatile("" : "+w"(v))
#endif
#define SF_CHANGED_INTEGER(v) __asm__ volatile("" : "+r"(v))

#endif
