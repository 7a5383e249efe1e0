// Every variant of the dense product that this machine runs, against the reference: operands are small integers, so that every sum is
// exact in any order and in bfloat16 too, and results are compared as memory. Rows of c have gaps, which must keep their contents.

#define _DEFAULT_SOURCE

#include "CKernels.h"
#include "guarded.h"

typedef struct {
    size_t rows, columns, depth;
    int transpose_a, transpose_b, accumulate, rounded;
} test_case;

static guarded integers(size_t count) {
    guarded g = guarded_make(count * 4, 0);
    for (size_t i = 0; i < count; i++) ((float*)g.data)[i] = (float)(random_word() % 15) - 7;
    return g;
}

/// 1 when the variants agree.
static int agree(const sf_dense_product* slow, const sf_dense_product* fast, const test_case* t, void* scratch) {
    const size_t gap = t->rows % 3, stride = t->columns + gap;
    const size_t count = t->rows == 0 ? 0 : (t->rows - 1) * stride + t->columns;
    guarded a = integers(t->rows * t->depth), b = integers(t->depth * t->columns), c = integers(count), d = guarded_make(count * 4, 0);
    memcpy(d.data, c.data, count * 4);
    sf_dense_operands o = {
        .a = a.data, .a_row = t->transpose_a ? 1 : t->depth, .a_depth = t->transpose_a ? t->rows : 1,
        .b = b.data, .b_depth = t->transpose_b ? 1 : t->columns, .b_column = t->transpose_b ? t->depth : 1,
        .c = c.data, .c_row = stride, .rows = t->rows, .columns = t->columns, .depth = t->depth, .accumulate = t->accumulate};
    (t->rounded ? slow->bf16 : slow->f32)(&o, NULL);
    o.c = d.data;
    (t->rounded ? fast->bf16 : fast->f32)(&o, scratch);
    const int same = memcmp(c.data, d.data, count * 4) == 0;
    guarded_free(a), guarded_free(b), guarded_free(c), guarded_free(d);
    return same;
}

/// Conversion to bfloat16, over the values whose rounding is easy to get wrong and random ones that are not subnormal.
static int rounds_alike(const sf_dense_product* slow, const sf_dense_product* fast, size_t count) {
    static const uint32_t odd[] = {
        0x3F808000, 0x3F818000, 0x3F808001, 0x3F817FFF, 0x7F7FFFFF, 0x7F800000, 0xFF800000, 0x80000000, 0x7F808000};
    guarded x = guarded_make(count * 4, 0), y = guarded_make(count * 2, 0), z = guarded_make(count * 2, 0);
    for (size_t i = 0; i < count; i++) {
        const uint32_t bits = (uint32_t)random_word();
        const int usual = random_word() % 4 != 0;
        ((uint32_t*)x.data)[i] = usual ? ((bits & 0x7F800000) == 0 ? 0 : bits) : odd[bits % (sizeof odd / sizeof *odd)];
    }
    slow->round(x.data, count, y.data);
    fast->round(x.data, count, z.data);
    const int same = memcmp(y.data, z.data, count * 2) == 0;
    guarded_free(x), guarded_free(y), guarded_free(z);
    return same;
}

void test_dense_product(long* checks, long* failures) {
    static const size_t sizes[][3] = {
        {0, 3, 2}, {3, 0, 2}, {3, 2, 0}, {1, 1, 1}, {1, 13, 5}, {5, 1, 9}, {1, 300, 1}, {1, 1, 700}, {7, 11, 3}, {8, 12, 4}, {6, 16, 8},
        {8, 48, 16}, {9, 13, 7}, {9, 49, 17}, {17, 25, 300}, {63, 97, 31}, {129, 40, 513}, {400, 30, 20}, {5, 1100, 33},
    };
    const sf_dense_product* slow = sf_dense_product_select(SF_ISA_REFERENCE);
    for (size_t v = 0; sf_dense_product_variant(v) != NULL; v++) {
        const sf_dense_product* fast = sf_dense_product_variant(v);
        if (fast == slow || !sf_isa_supported(fast->isa) || !fast->runs()) continue;
        const long before = *checks, wrong = *failures;
        guarded scratch = guarded_make((fast->scratch_bytes + 63) / 64 * 64, 0x5A);
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (int flags = 0; flags < 16; flags++) {
                const test_case t = {sizes[s][0], sizes[s][1], sizes[s][2], flags & 1, flags >> 1 & 1, flags >> 2 & 1, flags >> 3 & 1};
                ++*checks;
                if (agree(slow, fast, &t, scratch.data) || (*failures)++ >= 20) continue;
                printf(
                    "  %s differs from the reference: %zu rows, %zu columns, depth %zu, options %d\n", fast->name, t.rows, t.columns,
                    t.depth, flags);
            }
        for (size_t count = 0; count < 300; count++) {
            ++*checks;
            if (!rounds_alike(slow, fast, count) && (*failures)++ < 20) printf("  %s rounds %zu numbers otherwise\n", fast->name, count);
        }
        printf("dense %s: %ld comparisons with the reference, %ld differ\n", fast->name, *checks - before, *failures - wrong);
        guarded_free(scratch);
    }
}
