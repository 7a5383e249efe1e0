// Update steps and measures give the same bits on every instruction set: floats are compared as memory, NaN included.

#define _DEFAULT_SOURCE

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

static void expect_number(double a, double b, const char* what, size_t rows, size_t columns) {
    compared++;
    if (memcmp(&a, &b, 8) != 0 && wrong++ < 20)
        printf("  %s %s is %g, the reference %g: %zu rows, %zu columns\n", variant, what, b, a, rows, columns);
}

static void reals(const sf_updates* slow, const sf_updates* fast, size_t n, int damaged) {
    const size_t bytes = n * 4;
    guarded g = random_floats(n, 1), w1 = random_floats(n, 1), m1 = random_floats(n, 1), v1 = random_floats(n, 1);
    for (size_t i = 0; i < n; i++) ((float*)v1.data)[i] *= ((float*)v1.data)[i];
    if (damaged && n > 0) ((float*)g.data)[n - 1] = n % 2 ? __builtin_nanf("") : __builtin_inff();
    if (n > 2) ((float*)g.data)[n / 2] = ((float*)m1.data)[n / 2] = 0;
    guarded w2 = copy_of(w1, bytes), m2 = copy_of(m1, bytes), v2 = copy_of(v1, bytes);
    const float clip = n % 2 ? 0.0f : 0.5f, l2 = n % 3 ? 0.0f : 0.01f, keep = n % 5 ? 1.0f : 0.99f;
    uint32_t faults1 = 0, faults2 = 0;
    const sf_adam_step adam = {0.01f, 0.9f, 0.999f, 1e-7f, n % 7 ? 1.0f : 0.0f, clip, l2, keep};
    slow->adam(w1.data, g.data, m1.data, v1.data, n, &adam, &faults1);
    fast->adam(w2.data, g.data, m2.data, v2.data, n, &adam, &faults2);
    expect(w1, w2, bytes, "adam weights", 1, n);
    expect(m1, m2, bytes, "adam m", 1, n);
    expect(v1, v2, bytes, "adam v", 1, n);
    expect_number(faults1, faults2, "adam faults", 1, n);
    expect_number(damaged && n > 0, faults2, "adam faults found", 1, n);
    faults1 = faults2 = 0;
    memcpy(w1.data, g.data, bytes), memcpy(w2.data, g.data, bytes);
    memcpy(v1.data, g.data, bytes), memcpy(v2.data, g.data, bytes);
    const sf_descent_step descent = {0.1f, 0.9f, n % 4 ? 0.0f : 1.0f, n % 4 ? 1.0f : 0.9f, clip, l2, keep};
    slow->momentum(w1.data, g.data, v1.data, n, &descent, &faults1);
    fast->momentum(w2.data, g.data, v2.data, n, &descent, &faults2);
    expect(w1, w2, bytes, "momentum weights", 1, n);
    expect(v1, v2, bytes, "momentum v", 1, n);
    slow->descend(w1.data, g.data, n, &descent, &faults1);
    fast->descend(w2.data, g.data, n, &descent, &faults2);
    expect(w1, w2, bytes, "descend", 1, n);
    const sf_sign_step sign = {0.1f, 0.9f, clip, l2, keep};
    slow->sign_descend(w1.data, g.data, n, &sign, &faults1);
    fast->sign_descend(w2.data, g.data, n, &sign, &faults2);
    expect(w1, w2, bytes, "sign_descend", 1, n);
    slow->signum(w1.data, g.data, m1.data, n, &sign, &faults1);
    fast->signum(w2.data, g.data, m2.data, n, &sign, &faults2);
    expect(w1, w2, bytes, "signum weights", 1, n);
    expect(m1, m2, bytes, "signum m", 1, n);
    expect_number(faults1, faults2, "faults", 1, n);

    const sf_levels levels = {0.3f, -0.7f, 0.8f};
    slow->pull_to_levels(m1.data, n, 0.05f, &levels), fast->pull_to_levels(m2.data, n, 0.05f, &levels);
    expect(m1, m2, bytes, "pull_to_levels", 1, n);
    slow->pull_to_signs(m1.data, n, 0.2f, clip), fast->pull_to_signs(m2.data, n, 0.2f, clip);
    expect(m1, m2, bytes, "pull_to_signs", 1, n);
    slow->to_levels(m1.data, n, &levels), fast->to_levels(m2.data, n, &levels);
    expect(m1, m2, bytes, "to_levels", 1, n);

    expect_number(slow->squares(g.data, n), fast->squares(g.data, n), "squares", 1, n);
    expect_number(slow->magnitudes(g.data, n), fast->magnitudes(g.data, n), "magnitudes", 1, n);
    double sums1[2], sums2[2];
    size_t counts1[2], counts2[2];
    slow->sides(g.data, n, 0.3f, sums1, counts1), fast->sides(g.data, n, 0.3f, sums2, counts2);
    for (int k = 0; k < 2; k++) {
        expect_number(sums1[k], sums2[k], "sums of sides", 1, n);
        expect_number((double)counts1[k], (double)counts2[k], "counts of sides", 1, n);
    }
    const sf_bop2_step ratio = {0, 0, 1.5f, 2.5f, 1e-10f, 1.0f};
    expect_number((double)slow->within(g.data, n, 0.5f), (double)fast->within(g.data, n, 0.5f), "within", 1, n);
    expect_number((double)slow->ratios_within(g.data, v1.data, n, &ratio), (double)fast->ratios_within(g.data, v1.data, n, &ratio), "ratios_within", 1, n);
    expect_number((double)slow->plus_signs(g.data, n), (double)fast->plus_signs(g.data, n), "plus_signs", 1, n);
    expect_number(slow->all_finite(g.data, n), fast->all_finite(g.data, n), "all_finite", 1, n);
    expect_number(!(damaged && n > 0), fast->all_finite(g.data, n), "all_finite found", 1, n);
    guarded_free(g), guarded_free(w1), guarded_free(w2), guarded_free(m1), guarded_free(m2), guarded_free(v1), guarded_free(v2);
}

static void signs(const sf_updates* slow, const sf_updates* fast, size_t rows, size_t columns) {
    const size_t count = rows * columns, bytes = count * 4, words = (columns + 63) / 64;
    const uint64_t last = columns % 64 ? ((uint64_t)1 << (columns % 64)) - 1 : ~(uint64_t)0;
    guarded g = random_floats(count, 1), m1 = random_floats(count, 2), v1 = random_floats(count, 1);
    for (size_t i = 0; i < count; i++) ((float*)v1.data)[i] *= ((float*)v1.data)[i];
    if (count > 7 && count % 3 == 0) ((float*)g.data)[7] = __builtin_nanf("");
    guarded m2 = copy_of(m1, bytes), v2 = copy_of(v1, bytes), bits1 = guarded_make(rows * words * 8, 0);
    for (size_t i = 0; i < rows * words; i++) ((uint64_t*)bits1.data)[i] = random_word() & ((i + 1) % words == 0 ? last : ~(uint64_t)0);
    guarded bits2 = copy_of(bits1, rows * words * 8);
    uint32_t faults1 = 0, faults2 = 0;
    for (int rule = 0; rule < 4; rule++) {
        static const char* const names[] = {"bop", "moment_flips", "bold", "bop2"};
        size_t flips1 = 0, flips2 = 0;
        // Thresholds at the scale of the moments, so that a good share of the signs flips.
        const sf_bop_step bop = {0.25f, 0.5f};
        const sf_bold_step bold = {0.9f, 0.7f};
        const sf_bop2_step bop2 = {0.25f, 0.1f, 1.5f, 2.5f, 1e-10f, 0.3f};
        switch (rule) {
            case 0:
                flips1 = slow->bop(bits1.data, words, g.data, m1.data, rows, columns, &bop, &faults1);
                flips2 = fast->bop(bits2.data, words, g.data, m2.data, rows, columns, &bop, &faults2);
                break;
            case 1:
                flips1 = slow->moment_flips(bits1.data, words, g.data, m1.data, rows, columns, &bop, &faults1);
                flips2 = fast->moment_flips(bits2.data, words, g.data, m2.data, rows, columns, &bop, &faults2);
                break;
            case 2:
                flips1 = slow->bold(bits1.data, words, g.data, m1.data, rows, columns, &bold, &faults1);
                flips2 = fast->bold(bits2.data, words, g.data, m2.data, rows, columns, &bold, &faults2);
                break;
            default:
                flips1 = slow->bop2(bits1.data, words, g.data, m1.data, v1.data, rows, columns, &bop2, &faults1);
                flips2 = fast->bop2(bits2.data, words, g.data, m2.data, v2.data, rows, columns, &bop2, &faults2);
        }
        expect(bits1, bits2, rows * words * 8, names[rule], rows, columns);
        expect(m1, m2, bytes, names[rule], rows, columns);
        expect(v1, v2, bytes, names[rule], rows, columns);
        expect_number((double)flips1, (double)flips2, names[rule], rows, columns);
        expect_number(faults1, faults2, names[rule], rows, columns);
    }
    for (size_t i = 0; i < rows; i++)
        if (words > 0 && (((uint64_t*)bits2.data)[(i + 1) * words - 1] & ~last) != 0 && wrong++ < 20)
            printf("  %s flips padding bits: %zu rows, %zu columns\n", variant, rows, columns);
    expect_number((double)slow->ones(bits1.data, rows * words), (double)fast->ones(bits2.data, rows * words), "ones", rows, columns);

    // The rows as voters, against counting bit by bit.
    if (rows > 0) {
        const uint64_t* voters[200];
        for (size_t i = 0; i < rows && i < 200; i++) voters[i] = (uint64_t*)bits1.data + i * words;
        guarded out = guarded_make(words * 8, 0x55);
        fast->majority(voters, rows, words, out.data);
        for (size_t j = 0; j < words * 64; j++) {
            size_t ones = 0;
            for (size_t i = 0; i < rows; i++) ones += (voters[i][j / 64] >> (j % 64)) & 1;
            compared++;
            if (((((uint64_t*)out.data)[j / 64] >> (j % 64)) & 1) != (2 * ones >= rows) && wrong++ < 20)
                printf("  %s majority of %zu voters is wrong at bit %zu\n", variant, rows, j);
        }
        guarded_free(out);
    }
    guarded_free(g), guarded_free(m1), guarded_free(m2), guarded_free(v1), guarded_free(v2), guarded_free(bits1), guarded_free(bits2);
}

void test_updates(sf_isa isa, const char* name, long* checks, long* failures) {
    const sf_updates *slow = sf_updates_select(SF_ISA_REFERENCE), *fast = sf_updates_select(isa);
    variant = name, compared = wrong = 0;
    for (size_t n = 0; n <= 140; n++) reals(slow, fast, n, 0), reals(slow, fast, n, 1);
    reals(slow, fast, 10007, 0);
    static const size_t rows[] = {0, 1, 2, 3, 4, 31, 64, 65, 100};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (size_t columns = 0; columns <= 140; columns += columns < 20 ? 1 : 3) signs(slow, fast, rows[r], columns);
    signs(slow, fast, 3, 577);
    *checks += compared, *failures += wrong;
}
