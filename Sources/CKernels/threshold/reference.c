#include "threshold.h"

void sf_threshold_bits_reference(
    const int32_t* z, size_t z_stride, size_t rows, size_t columns, const int32_t* thresholds, uint64_t* out, size_t out_stride) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t w = 0; w < (columns + 63) / 64; w++) out[i * out_stride + w] = 0;
        for (size_t j = 0; j < columns; j++)
            if (z[i * z_stride + j] >= thresholds[j]) out[i * out_stride + j / 64] |= (uint64_t)1 << (j % 64);
    }
}
