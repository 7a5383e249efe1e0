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

/// All taps of a row, of channels that fill no more than a word: no loop over words, no call.
static inline void gather_words(
    const uint64_t* from, const int32_t* sources, size_t taps, size_t stride, size_t bits, int crosses, uint64_t outside, uint64_t last, uint64_t* out) {
    for (size_t t = 0; t < taps; t++) {
        uint64_t word = outside;
        if (sources[t] >= 0) {
            const uint64_t* at = from + (size_t)sources[t] * stride;
            word = at[0] >> bits;
            if (crosses) word |= at[1] << (64 - bits);
        }
        out[t] = word & last;
    }
}

void sf_gather_bits(
    const sf_patch_map* map, const sf_patch_image* image, int plus_one, size_t first_row, size_t rows, uint64_t* out) {
    const size_t words = (image->channels + 63) / 64, taps = map->taps, bits = image->first % 64;
    const size_t held = (bits + image->channels + 63) / 64;
    const uint64_t last = image->channels % 64 ? ((uint64_t)1 << image->channels % 64) - 1 : ~(uint64_t)0;
    const uint64_t outside = plus_one ? ~(uint64_t)0 : 0;
    size_t entry = first_row % map->entries;
    const uint64_t* base = image->bits + image->first / 64 + first_row / map->entries * image->pixels * image->stride;
    for (size_t r = 0; r < rows; r++, entry++) {
        if (entry == map->entries) entry = 0, base += image->pixels * image->stride;
        const int32_t* sources = map->sources + entry * taps;
        if (words == 1) {
            gather_words(base, sources, taps, image->stride, bits, held > 1, outside, last, out);
            out += taps;
            continue;
        }
        for (size_t t = 0; t < taps; t++, out += words) {
            if (sources[t] < 0) {
                for (size_t w = 0; w < words; w++) out[w] = outside;
                out[words - 1] &= last;
                continue;
            }
            const uint64_t* from = base + (size_t)sources[t] * image->stride;
            if (bits != 0) shift(from, words, bits, held, last, out);
            else copy(from, words, last, out);
        }
    }
}
