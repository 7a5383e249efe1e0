#include "dense_product.h"

static void product(const sf_dense_operands* o, float (*round)(float)) {
    for (size_t i = 0; i < o->rows; i++)
        for (size_t j = 0; j < o->columns; j++) {
            float sum = 0;
            for (size_t k = 0; k < o->depth; k++)
                sum += round(o->a[i * o->a_row + k * o->a_depth]) * round(o->b[k * o->b_depth + j * o->b_column]);
            float* c = &o->c[i * o->c_row + j];
            *c = o->accumulate ? *c + sum : sum;
        }
}

static float same(float x) { return x; }

static void f32(const sf_dense_operands* operands, void* scratch) {
    (void)scratch;
    product(operands, same);
}

static void bf16(const sf_dense_operands* operands, void* scratch) {
    (void)scratch;
    product(operands, sf_bfloat16_value);
}

static void round_all(const float* x, size_t count, uint16_t* out) { sf_bfloat16_round_each(x, count, out); }

static int runs(void) { return 1; }

const sf_dense_product sf_dense_reference = {SF_ISA_REFERENCE, "reference", 1, 1, 0, f32, bf16, round_all, runs};
