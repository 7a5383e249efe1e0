#include "byte_product.h"

void sf_byte_i32_reference(
    const uint8_t* x, size_t x_stride, size_t rows, const int8_t* panels, size_t columns, size_t depth, int32_t* out, size_t out_stride) {
    const size_t depth4 = (depth + 3) / 4;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            const int8_t* panel = panels + j / SF_BYTE_PANEL * depth4 * SF_BYTE_PANEL * 4 + j % SF_BYTE_PANEL * 4;
            int32_t sum = 0;
            for (size_t k = 0; k < depth; k++) sum += x[i * x_stride + k] * panel[k / 4 * SF_BYTE_PANEL * 4 + k % 4];
            out[i * out_stride + j] = sum;
        }
}
