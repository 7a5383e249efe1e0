#ifndef SPINFLIP_TRANSPOSE_H
#define SPINFLIP_TRANSPOSE_H

#include <stdint.h>

/// Transposes 64 × 64 bits: bit j of word i becomes bit i of word j. Blocks off the diagonal change places, halving in size.
static inline void sf_transpose_64(uint64_t* a) {
    uint64_t mask = 0x00000000FFFFFFFFu;
    for (int half = 32; half > 0; half >>= 1, mask ^= mask << half)
        for (int i = 0; i < 64; i = (i + half + 1) & ~half) {
            const uint64_t moved = ((a[i] >> half) ^ a[i + half]) & mask;
            a[i] ^= moved << half;
            a[i + half] ^= moved;
        }
}

#endif
