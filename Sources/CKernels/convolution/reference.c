#include "../dense_product/dense_product.h"
#include "convolution.h"

// The tile of one element, each value a unit of its own.

static void pack(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    (void)x_across, (void)across;
    for (size_t k = 0; k < depth; k++) panel[k] = x[k * x_depth];
}

static void pack_rounded(const float* x, size_t x_across, size_t x_depth, size_t across, size_t depth, float* panel) {
    pack(x, x_across, x_depth, across, depth, panel);
    for (size_t k = 0; k < depth; k++) panel[k] = sf_bfloat16_value(panel[k]);
}

static void tile(size_t units, const float* a, const float* b, float* c, size_t c_row, size_t rows, size_t columns, int add) {
    (void)c_row, (void)rows, (void)columns;
    float sum = 0;
    for (size_t k = 0; k < units; k++) sum += a[k] * b[k];
    *c = add ? *c + sum : sum;
}

static const sf_blocking plain = {1, 1, 1, pack, pack, tile}, rounded = {1, 1, 1, pack_rounded, pack_rounded, tile};
static const sf_patch_code plain_code = {.blocking = &plain}, rounded_code = {.blocking = &rounded};

static int runs(void) { return 1; }

SF_DEFINE_CONVOLUTION(reference, SF_ISA_REFERENCE, "reference", &plain_code, &rounded_code, NULL, NULL, sf_gather_bf16_plain, runs)
