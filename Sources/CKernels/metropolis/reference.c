#include "metropolis.h"

#include <string.h>

#define SF_TARGET
#define SF_NAME(name) name##_reference

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

// Arrays in the place of registers; loops of constant length that compilers turn into the vectors of the baseline.
typedef sf_random_lanes sf_lanes;
typedef struct { int32_t at[16]; } sf_bounds32;
typedef struct { int32_t at[32]; } sf_bounds16;

SF_INLINE sf_lanes load_lanes(const sf_random_lanes* from) { return *from; }
SF_INLINE void store_lanes(sf_random_lanes* to, sf_lanes lanes) { *to = lanes; }

SF_INLINE sf_bounds32 fixed_bounds32(int32_t bound) {
    sf_bounds32 result;
    for (int l = 0; l < 16; l++) result.at[l] = bound;
    return result;
}

SF_INLINE sf_bounds32 draw_bounds32(sf_lanes* r, float scale) {
    sf_bounds32 result;
    for (int l = 0; l < 16; l++) {
        const uint32_t a = r->words[0][l], b = r->words[1][l], c = r->words[2][l] ^ a, d = r->words[3][l] ^ b;
        const uint32_t draw = a + r->words[3][l];
        r->words[1][l] = b ^ c;
        r->words[0][l] = a ^ d;
        r->words[2][l] = c ^ (b << 9);
        r->words[3][l] = (d << 11) | (d >> 21);

        // u = x / 2^24, x odd. The bits of x as a float are log2(x) to the left of the point and m - 1 to its right.
        const float x = (float)(int32_t)((draw >> 8) | 1);
        uint32_t bits;
        memcpy(&bits, &x, 4);
        const uint32_t one = (bits & 0x7FFFFF) | 0x3F800000;
        float m;
        memcpy(&m, &one, 4);
        const float linear = (float)(int32_t)((151u << 23) - bits) * 0x1p-23f;
        const float q = (m * SF_LOG2_Q2 + SF_LOG2_Q1) * m + SF_LOG2_Q0;
        const float w = (m - 1.0f) * (2.0f - m);
        const float e = linear - q * w;
        result.at[l] = (int32_t)(e * -scale);
    }
    return result;
}

SF_INLINE sf_bounds16 join_bounds(sf_bounds32 low, sf_bounds32 high) {
    sf_bounds16 result;
    for (int l = 0; l < 32; l++) {
        const int32_t bound = l < 16 ? low.at[l] : high.at[l - 16];
        result.at[l] = bound < -32768 ? -32768 : bound;
    }
    return result;
}

SF_INLINE uint32_t candidates32(const int32_t* f, uint32_t spins, sf_bounds32 bounds) {
    uint32_t found = 0;
    for (int l = 0; l < 16; l++) found |= (uint32_t)(((spins >> l) & 1 ? f[l] : 0 - f[l]) >= bounds.at[l]) << l;
    return found;
}

SF_INLINE uint32_t candidates16(const int16_t* f, uint32_t spins, sf_bounds16 bounds) {
    uint32_t found = 0;
    for (int l = 0; l < 32; l++) found |= (uint32_t)(((spins >> l) & 1 ? f[l] : -f[l]) >= bounds.at[l]) << l;
    return found;
}

SF_INLINE void add_bits(int16_t* f, const void* row, size_t count, int up) {
    const uint64_t* bits = row;
    for (size_t j = 0; j < count; j++) f[j] = (int16_t)(f[j] + (((bits[j / 64] >> (j % 64)) & 1) == (uint64_t)up ? 2 : -2));
}

SF_INLINE void add_bytes(int16_t* f, const int8_t* row, size_t count, int up) {
    const int twice = up ? 2 : -2;
    for (size_t j = 0; j < count; j++) f[j] = (int16_t)(f[j] + twice * row[j]);
}

SF_INLINE void add_words(int32_t* f, const int32_t* row, size_t count, int up) {
    const int32_t twice = up ? 2 : -2;
    for (size_t j = 0; j < count; j++) f[j] += twice * row[j];
}

#include "best.inc"
#include "sweep.inc"

const sf_metropolis sf_metropolis_reference = SF_METROPOLIS_TABLE(SF_ISA_REFERENCE);
