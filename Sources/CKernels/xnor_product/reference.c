#include "xnor_product.h"

/// Bit-sliced population count (Hacker's Delight 5-1); baseline x86-64 has no POPCNT instruction.
static inline int32_t popcount64(uint64_t x) {
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
    return (int32_t)((x * 0x0101010101010101u) >> 56);
}

static int32_t dot(const sf_xnor_operands* o, size_t row, size_t column) {
    const uint64_t* a = o->a + row * o->a_stride;
    const uint64_t* b = o->b + column / SF_PANEL * o->words * SF_PANEL + column % SF_PANEL;
    int32_t differing = 0;
    for (size_t k = 0; k < o->words; k++) differing += popcount64(a[k] ^ b[k * SF_PANEL]);
    return o->depth - 2 * differing;
}

void sf_xnor_i32_reference(const sf_xnor_operands* o, int32_t* out, size_t out_stride) {
    for (size_t i = 0; i < o->rows; i++)
        for (size_t j = 0; j < o->columns; j++) out[i * out_stride + j] = dot(o, i, j);
}

void sf_xnor_f32_reference(const sf_xnor_operands* o, float* out, size_t out_stride) {
    for (size_t i = 0; i < o->rows; i++)
        for (size_t j = 0; j < o->columns; j++) out[i * out_stride + j] = (float)dot(o, i, j);
}

void sf_xnor_bits_reference(const sf_xnor_operands* o, const int32_t* thresholds, uint64_t* out, size_t out_stride) {
    for (size_t i = 0; i < o->rows; i++) {
        uint64_t* row = out + i * out_stride;
        for (size_t w = 0; w < (o->columns + 63) / 64; w++) row[w] = 0;
        for (size_t j = 0; j < o->columns; j++)
            if (dot(o, i, j) >= thresholds[j]) row[j / 64] |= (uint64_t)1 << (j % 64);
    }
}
