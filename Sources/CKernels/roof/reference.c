#include "../compiler.h"
#include "roof.h"

// The reference kernels' arithmetic: a population count by shifts and masks, one multiplication at a time.

SF_INLINE uint64_t popcount64(uint64_t x) {
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
    return (x * 0x0101010101010101u) >> 56;
}

uint64_t sf_roof_binary_reference(size_t rounds) {
    uint64_t a = 0x0123456789ABCDEFu, sum[4] = {0};
    for (size_t k = 0; k < rounds; k++)
        for (int i = 0; i < 4; i++) {
            SF_CHANGED_INTEGER(a);
            sum[i] += popcount64(a ^ sum[3 - i]);
        }
    return sum[0] + sum[1] + sum[2] + sum[3];
}

uint64_t sf_roof_f32_reference(size_t rounds) {
    float sum[4] = {0};
    volatile float x = 1.5f, w = -0.25f;
    for (size_t k = 0; k < rounds; k++) {
        const float left = x, right = w;
        for (int i = 0; i < 4; i++) sum[i] += left * right;
    }
    return (uint64_t)(int64_t)(sum[0] + sum[1] + sum[2] + sum[3]);
}

uint64_t sf_roof_bf16_reference(size_t rounds) { return sf_roof_f32_reference(rounds); }

uint64_t sf_roof_bytes_reference(size_t rounds) {
    int64_t x = 200, w = -1, sum[4] = {0};
    for (size_t k = 0; k < rounds; k++)
        for (int i = 0; i < 4; i++) {
            SF_CHANGED_INTEGER(x);
            SF_CHANGED_INTEGER(w);
            sum[i] += x * w;
        }
    return (uint64_t)(sum[0] + sum[1] + sum[2] + sum[3]);
}
