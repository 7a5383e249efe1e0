// Products of reals are summed in one order: floats are compared as memory.

#define _DEFAULT_SOURCE

#include <math.h>

#include "CKernels.h"
#include "guarded.h"

static long compared, wrong;

static guarded random_floats(size_t count) {
    guarded g = guarded_make(count * 4, 0);
    for (size_t i = 0; i < count; i++) ((float*)g.data)[i] = random_float();
    return g;
}

static void product(const sf_real_product* slow, const sf_real_product* fast, const char* name, size_t rows, size_t columns, size_t runs, size_t run) {
    const size_t depth = runs * run, panels = (columns + SF_REAL_PANEL - 1) / SF_REAL_PANEL, gap = rows % 3, stride = columns + gap;
    // Rows overlap, as patches of an image do, and their pieces come in any order.
    const size_t image = rows * 2 + depth + runs;
    guarded a = random_floats(image), b = random_floats(panels * depth * SF_REAL_PANEL);
    guarded starts = guarded_make(rows * sizeof(size_t), 0), pieces = guarded_make(runs * sizeof(size_t), 0);
    for (size_t i = 0; i < rows; i++) ((size_t*)starts.data)[i] = 2 * (rows - 1 - i);
    for (size_t t = 0; t < runs; t++) ((size_t*)pieces.data)[t] = t % 2 ? (runs - t) * run : t * (run + 1);
    const size_t bytes = rows == 0 || columns == 0 ? 0 : ((rows - 1) * stride + columns) * 4;
    guarded c1 = guarded_make(bytes, 0x5A), c2 = guarded_make(bytes, 0x5A);
    sf_real_operands o = {a.data, starts.data, rows, pieces.data, runs, run, b.data, columns, c1.data, stride};
    slow->product(&o);
    o.c = c2.data;
    fast->product(&o);
    compared++;
    if (memcmp(c1.data, c2.data, bytes) != 0 && wrong++ < 20)
        printf("  %s real product differs from the reference: %zu rows, %zu columns, %zu runs of %zu\n", name, rows, columns, runs, run);
    guarded_free(a), guarded_free(b), guarded_free(starts), guarded_free(pieces), guarded_free(c1), guarded_free(c2);
}

static void depthwise(const sf_real_product* slow, const sf_real_product* fast, const char* name, size_t positions, size_t channels, size_t taps) {
    const size_t pixels = positions + 2;
    guarded image = random_floats(pixels * channels), kernel = random_floats(taps * channels);
    guarded offsets = guarded_make(positions * taps * 4, 0);
    for (size_t i = 0; i < positions * taps; i++) {
        const size_t pixel = random_word() % (pixels + 2);
        ((int32_t*)offsets.data)[i] = pixel < pixels ? (int32_t)(pixel * channels) : -1;
    }
    const sf_windows windows = {offsets.data, positions, taps, channels, 0.5f};
    guarded out1 = guarded_make(positions * channels * 4, 1), out2 = guarded_make(positions * channels * 4, 2);
    slow->depthwise(image.data, &windows, kernel.data, out1.data);
    fast->depthwise(image.data, &windows, kernel.data, out2.data);
    compared++;
    if (memcmp(out1.data, out2.data, positions * channels * 4) != 0 && wrong++ < 20)
        printf("  %s depthwise differs from the reference: %zu positions, %zu channels, %zu taps\n", name, positions, channels, taps);
    guarded_free(image), guarded_free(kernel), guarded_free(offsets), guarded_free(out1), guarded_free(out2);
}

void test_real_product(sf_isa isa, const char* name, long* checks, long* failures) {
    static const size_t rows[] = {0, 1, 2, 5, 6, 7, 13}, columns[] = {0, 1, 7, 8, 15, 16, 17, 31, 32, 33, 48, 49, 63, 64, 65, 80, 128, 130};
    static const size_t runs[] = {1, 2, 7}, lengths[] = {0, 1, 3, 21, 64};
    const sf_real_product *slow = sf_real_product_select(SF_ISA_REFERENCE), *fast = sf_real_product_select(isa);
    compared = wrong = 0;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
            for (size_t t = 0; t < sizeof runs / sizeof *runs; t++)
                for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) product(slow, fast, name, rows[r], columns[c], runs[t], lengths[k]);
    for (size_t positions = 0; positions < 4; positions++)
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
            for (size_t taps = 1; taps <= 9; taps += 4) depthwise(slow, fast, name, positions, columns[c], taps);
    *checks += compared;
    *failures += wrong;
}
