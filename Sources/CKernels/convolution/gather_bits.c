#include "../include/sf_convolution.h"

/// Copies a tap's words where the channels begin on a word.
static inline void copy(const uint64_t* from, size_t words, uint64_t last, uint64_t* out) {
    for (size_t w = 0; w < words; w++) out[w] = from[w];
    out[words - 1] &= last;
}

/// The same from any bit on. Reads no word that holds none of the channels.
static inline void shift(const uint64_t* from, size_t words, size_t bits, size_t held, uint64_t last, uint64_t* out) {
    for (size_t w = 0; w < words; w++) out[w] = from[w] >> bits | (w + 1 < held ? from[w + 1] << (64 - bits) : 0);
    out[words - 1] &= last;
}

void sf_gather_bits(
    const sf_patch_map* map, const sf_patch_image* image, int plus_one, size_t first_row, size_t rows, uint64_t* out) {
    const size_t words = (image->channels + 63) / 64, taps = map->taps, bits = image->first % 64;
    const size_t held = (bits + image->channels + 63) / 64;
    const uint64_t last = image->channels % 64 ? ((uint64_t)1 << image->channels % 64) - 1 : ~(uint64_t)0;
    const uint64_t outside = plus_one ? ~(uint64_t)0 : 0;
    const uint64_t* const base = image->bits + image->first / 64;
    for (size_t r = 0; r < rows; r++) {
        const size_t at = first_row + r, item = at / map->entries * image->pixels;
        const int32_t* sources = map->sources + at % map->entries * taps;
        for (size_t t = 0; t < taps; t++, out += words) {
            if (sources[t] < 0) {
                for (size_t w = 0; w < words; w++) out[w] = outside;
                out[words - 1] &= last;
                continue;
            }
            const uint64_t* from = base + (item + (size_t)sources[t]) * image->stride;
            if (bits != 0) shift(from, words, bits, held, last, out);
            else if (words == 1) out[0] = from[0] & last;
            else copy(from, words, last, out);
        }
    }
}
