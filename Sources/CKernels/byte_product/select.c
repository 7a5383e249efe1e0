#include <string.h>

#include "../select.h"
#include "byte_product.h"

#define SF_KERNEL(isa, suffix) {isa, sf_byte_i32_##suffix},
static const sf_byte_product variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

SF_DEFINE_SELECT(sf_byte_product, variants)

void sf_byte_panels_pack(const uint64_t* rows_bits, size_t rows, size_t words, size_t depth, int8_t* panels) {
    // Four bits to four signed bytes, least significant bit first.
    int8_t signs[16][4];
    for (int bits = 0; bits < 16; bits++)
        for (int r = 0; r < 4; r++) signs[bits][r] = (int8_t)((bits >> r & 1) * 2 - 1);
    const size_t depth4 = (depth + 3) / 4, padded = (rows + SF_BYTE_PANEL - 1) / SF_BYTE_PANEL * SF_BYTE_PANEL;
    for (size_t j = 0; j < padded; j++) {
        int8_t* panel = panels + j / SF_BYTE_PANEL * depth4 * SF_BYTE_PANEL * 4 + j % SF_BYTE_PANEL * 4;
        for (size_t k = 0; k < depth4; k++) {
            int8_t* to = panel + k * SF_BYTE_PANEL * 4;
            memset(to, 0, 4);
            if (j < rows) memcpy(to, signs[rows_bits[j * words + k / 16] >> (k % 16 * 4) & 15], depth - 4 * k < 4 ? depth - 4 * k : 4);
        }
    }
}
