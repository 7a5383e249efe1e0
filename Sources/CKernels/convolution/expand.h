/// Bits to floats, for variants without instructions for it.
#ifndef SPINFLIP_CONVOLUTION_EXPAND_H
#define SPINFLIP_CONVOLUTION_EXPAND_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// ±1 from `count` bits of a row, bit `first` on. Reads no word that holds none of them.
static inline void sf_expand_signs(const uint64_t* row, size_t first, size_t count, float* out) {
    static const float signs[16][4] = {
        {-1, -1, -1, -1}, {1, -1, -1, -1}, {-1, 1, -1, -1}, {1, 1, -1, -1}, {-1, -1, 1, -1}, {1, -1, 1, -1}, {-1, 1, 1, -1}, {1, 1, 1, -1},
        {-1, -1, -1, 1},  {1, -1, -1, 1},  {-1, 1, -1, 1},  {1, 1, -1, 1},  {-1, -1, 1, 1},  {1, -1, 1, 1},  {-1, 1, 1, 1},  {1, 1, 1, 1},
    };
    for (size_t done = 0; done < count;) {
        const size_t bit = first + done, shift = bit % 64, held = 64 - shift < count - done ? 64 - shift : count - done;
        const uint64_t word = row[bit / 64] >> shift;
        size_t i = 0;
        for (; i + 4 <= held; i += 4) memcpy(out + done + i, signs[word >> i & 15], sizeof signs[0]);
        for (; i < held; i++) out[done + i] = word >> i & 1 ? 1 : -1;
        done += held;
    }
}

#endif
