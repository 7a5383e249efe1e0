#include "pack_signs.h"

static size_t words_for(size_t columns) { return (columns + 63) / 64; }

void sf_pack_signs_reference(const float* x, size_t x_stride, size_t rows, size_t columns, uint64_t* out, size_t out_stride) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t w = 0; w < words_for(columns); w++) out[i * out_stride + w] = 0;
        for (size_t j = 0; j < columns; j++)
            if (x[i * x_stride + j] >= 0) out[i * out_stride + j / 64] |= (uint64_t)1 << (j % 64);
    }
}

void sf_pack_within_reference(
    const float* x, size_t x_stride, size_t rows, size_t columns, float limit, uint64_t* out, size_t out_stride) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t w = 0; w < words_for(columns); w++) out[i * out_stride + w] = 0;
        for (size_t j = 0; j < columns; j++) {
            const float value = x[i * x_stride + j];
            if (value <= limit && value >= -limit) out[i * out_stride + j / 64] |= (uint64_t)1 << (j % 64);
        }
    }
}

void sf_unpack_signs_reference(const uint64_t* bits, size_t bits_stride, size_t rows, size_t columns, float* out, size_t out_stride) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            out[i * out_stride + j] = (bits[i * bits_stride + j / 64] >> (j % 64)) & 1 ? 1.0f : -1.0f;
}
