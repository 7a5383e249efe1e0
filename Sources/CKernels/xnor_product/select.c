#include "../select.h"
#include "xnor_product.h"

#define SF_KERNEL(isa, suffix) {isa, sf_xnor_i32_##suffix, sf_xnor_f32_##suffix, sf_xnor_bits_##suffix},
static const sf_xnor_product variants[] = {
#include "kernels.inc"
};
#undef SF_KERNEL

SF_DEFINE_SELECT(sf_xnor_product, variants)

void sf_panels_pack(const uint64_t* rows_bits, size_t rows, size_t words, uint64_t* panels) {
    const size_t padded = (rows + SF_PANEL - 1) / SF_PANEL * SF_PANEL;
    for (size_t row = 0; row < padded; row++) {
        uint64_t* panel = panels + row / SF_PANEL * words * SF_PANEL + row % SF_PANEL;
        for (size_t k = 0; k < words; k++) panel[k * SF_PANEL] = row < rows ? rows_bits[row * words + k] : 0;
    }
}
