#include <string.h>

#include "convolution.h"

static inline void expand(const uint64_t* row, size_t first, size_t count, uint16_t* out) {
    for (size_t k = 0; k < count; k++) {
        const size_t bit = first + k;
        // 0xBF80 is -1 and 0x3F80 is 1.
        out[k] = (uint16_t)(0xBF80 ^ (row[bit / 64] >> bit % 64 & 1) << 15);
    }
}

#define SF_GATHER_TARGET
#include "gather_bf16.inc"

void sf_gather_bf16_plain(
    const sf_patch_map* map, const sf_patch_image* image, const uint16_t* halves, size_t first_row, size_t rows, size_t first_tap,
    size_t taps, uint16_t* out) {
    gather_bf16(map, image, halves, first_row, rows, first_tap, taps, out);
}
