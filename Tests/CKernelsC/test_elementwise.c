// The training passes give the same bits on every instruction set: floats are compared as memory, NaN included.

#define _DEFAULT_SOURCE

#include <math.h>

#include "CKernels.h"
#include "guarded.h"

static const char* variant;
static long compared, wrong;

static guarded random_floats(size_t count, float scale) {
    guarded g = guarded_make(count * 4, 0);
    for (size_t i = 0; i < count; i++) ((float*)g.data)[i] = random_float() * scale;
    return g;
}

static guarded copy_of(guarded g, size_t bytes) {
    guarded copy = guarded_make(bytes, 0);
    memcpy(copy.data, g.data, bytes);
    return copy;
}

static void expect(guarded a, guarded b, size_t bytes, const char* what, size_t rows, size_t columns) {
    compared++;
    if (memcmp(a.data, b.data, bytes) != 0 && wrong++ < 20)
        printf("  %s %s differs from the reference: %zu rows, %zu columns\n", variant, what, rows, columns);
}

static void flat(const sf_elementwise* slow, const sf_elementwise* fast, size_t n) {
    const size_t bytes = n * 4;
    guarded g = random_floats(n, 1), w1 = random_floats(n, 1), m1 = random_floats(n, 1), v1 = guarded_make(bytes, 0);
    guarded w2 = copy_of(w1, bytes), v2 = guarded_make(bytes, 0);
    slow->approx_sign_gradient(g.data, m1.data, n, v1.data);
    fast->approx_sign_gradient(g.data, m1.data, n, v2.data);
    expect(v1, v2, bytes, "approx_sign_gradient", 1, n);
    slow->axpy(0.3f, g.data, w1.data, n), fast->axpy(0.3f, g.data, w2.data, n);
    expect(w1, w2, bytes, "axpy", 1, n);
    slow->scale(1.7f, w1.data, n), fast->scale(1.7f, w2.data, n);
    expect(w1, w2, bytes, "scale", 1, n);
    slow->clip(0.4f, w1.data, n), fast->clip(0.4f, w2.data, n);
    expect(w1, w2, bytes, "clip", 1, n);
    guarded a = guarded_make(n * 8, 0), b = guarded_make(n * 8, 0);
    for (size_t i = 0; i < n; i++) ((uint64_t*)a.data)[i] = random_word(), ((uint64_t*)b.data)[i] = random_word();
    compared++;
    if (slow->differing_bits(a.data, b.data, n) != fast->differing_bits(a.data, b.data, n) && wrong++ < 20)
        printf("  %s differing_bits differs from the reference: %zu words\n", variant, n);
    guarded_free(a), guarded_free(b);
    guarded_free(g), guarded_free(w1), guarded_free(w2), guarded_free(m1), guarded_free(v1), guarded_free(v2);
}

static void matrix(const sf_elementwise* slow, const sf_elementwise* fast, size_t rows, size_t columns) {
    const size_t count = rows * columns, bytes = count * 4, small = columns * 4;
    guarded x = random_floats(count, 3), dy = random_floats(count, 1), gamma = random_floats(columns, 1), beta = random_floats(columns, 1);
    guarded mean = guarded_make(small, 0), mean2 = guarded_make(small, 0), inverse = guarded_make(small, 0);
    guarded small1 = guarded_make(small, 0), small2 = guarded_make(small, 0), y1 = guarded_make(bytes, 0), y2 = guarded_make(bytes, 0);
    slow->statistics(x.data, columns, rows, columns, mean.data, small1.data);
    fast->statistics(x.data, columns, rows, columns, mean2.data, small2.data);
    expect(mean, mean2, small, "statistics mean", rows, columns);
    expect(small1, small2, small, "statistics variance", rows, columns);
    for (size_t c = 0; c < columns; c++) ((float*)inverse.data)[c] = 1 / (((float*)small1.data)[c] + 0.5f);
    for (int scaled = 0; scaled < 2; scaled++) {
        const float* factor = scaled ? gamma.data : NULL;
        slow->normalize(x.data, columns, rows, columns, mean.data, inverse.data, factor, beta.data, y1.data, columns);
        fast->normalize(x.data, columns, rows, columns, mean.data, inverse.data, factor, beta.data, y2.data, columns);
        expect(y1, y2, bytes, "normalize", rows, columns);
        slow->normalize_backward(dy.data, x.data, columns, rows, columns, mean.data, inverse.data, factor, y1.data, small1.data, mean2.data);
        memcpy(y2.data, dy.data, bytes);
        guarded dbeta = guarded_make(small, 0);
        fast->normalize_backward(y2.data, x.data, columns, rows, columns, mean.data, inverse.data, factor, y2.data, small2.data, dbeta.data);
        expect(y1, y2, bytes, "normalize_backward dx", rows, columns);
        expect(small1, small2, small, "normalize_backward dgamma", rows, columns);
        expect(mean2, dbeta, small, "normalize_backward dbeta", rows, columns);
        guarded_free(dbeta);
    }
    slow->affine(x.data, columns, rows, columns, gamma.data, beta.data, y1.data, columns);
    fast->affine(x.data, columns, rows, columns, gamma.data, beta.data, y2.data, columns);
    expect(y1, y2, bytes, "affine", rows, columns);
    slow->column_sums(x.data, columns, rows, columns, small1.data);
    fast->column_sums(x.data, columns, rows, columns, small2.data);
    expect(small1, small2, small, "column_sums", rows, columns);
    const size_t words = (columns + 63) / 64;
    const uint64_t last = columns % 64 ? ((uint64_t)1 << (columns % 64)) - 1 : ~(uint64_t)0;
    guarded bits1 = guarded_make(rows * words * 8, 0);
    for (size_t i = 0; i < rows * words; i++) ((uint64_t*)bits1.data)[i] = random_word() & ((i + 1) % words == 0 ? last : ~(uint64_t)0);
    slow->mask_gradient(dy.data, bits1.data, words, rows, columns, y1.data);
    memcpy(y2.data, dy.data, bytes);
    fast->mask_gradient(y2.data, bits1.data, words, rows, columns, y2.data);
    expect(y1, y2, bytes, "mask_gradient", rows, columns);
    guarded_free(x), guarded_free(dy), guarded_free(gamma), guarded_free(beta), guarded_free(mean), guarded_free(mean2);
    guarded_free(inverse), guarded_free(small1), guarded_free(small2), guarded_free(y1), guarded_free(y2), guarded_free(bits1);
}

void test_elementwise(sf_isa isa, const char* name, long* checks, long* failures) {
    const sf_elementwise *slow = sf_elementwise_select(SF_ISA_REFERENCE), *fast = sf_elementwise_select(isa);
    variant = name, compared = wrong = 0;
    for (size_t n = 0; n <= 140; n++) flat(slow, fast, n);
    flat(slow, fast, 10007);
    static const size_t rows[] = {0, 1, 2, 3, 31, 32, 33, 64, 65, 100};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (size_t columns = 0; columns <= 140; columns += columns < 20 ? 1 : 3) matrix(slow, fast, rows[r], columns);
    *checks += compared, *failures += wrong;
}
