// Flips of weights: every variant against the reference, and the reference's planes against sums.

#define _DEFAULT_SOURCE

#include "CKernels.h"
#include "guarded.h"

static long* made;
static long* wrong;
static const char* variant;

static void expect(int same, const char* what, size_t words) {
    *made += 1;
    if (!same && (*wrong)++ < 20) printf("  %s weight_flips %s differs: %zu words\n", variant, what, words);
}

static guarded plane(size_t words, int density) {
    guarded g = guarded_make(words * 8, 0);
    for (size_t w = 0; w < words; w++) {
        uint64_t word = random_word();
        for (int d = 1; d < density; d++) word &= random_word();
        ((uint64_t*)g.data)[w] = word;
    }
    return g;
}

static guarded copy(guarded from, size_t bytes) {
    guarded g = guarded_make(bytes, 0);
    memcpy(g.data, from.data, bytes);
    return g;
}

static void planes(const sf_weight_flips* f, const sf_weight_flips* r, size_t words, size_t bits, int density) {
    const size_t bytes = words * 8;
    guarded rows = plane(words, density), source = plane(words, 1), signs = plane(words, 1), near = plane(words, density);
    guarded wanted = plane(words, 1), sizes = plane(words * bits, 1), a = guarded_make(bytes, 0x5A), b = guarded_make(bytes, 0x5A);
    for (int up = 0; up < 2; up++) {
        const uint64_t weight = up ? ~(uint64_t)0 : 0;
        const size_t turns = r->step(rows.data, source.data, weight, signs.data, near.data, words, a.data);
        expect(turns == f->step(rows.data, source.data, weight, signs.data, near.data, words, b.data), "step", words);
        expect(memcmp(a.data, b.data, bytes) == 0, "step rows", words);
        const int64_t loss = r->loss(a.data, signs.data, wanted.data, sizes.data, bits, words);
        expect(loss == f->loss(a.data, signs.data, wanted.data, sizes.data, bits, words), "loss", words);
        expect(loss == r->step_loss(rows.data, source.data, weight, signs.data, near.data, wanted.data, sizes.data, bits, words), "its two forms", words);
        expect(loss == f->step_loss(rows.data, source.data, weight, signs.data, near.data, wanted.data, sizes.data, bits, words), "step_loss", words);
        expect(r->step_margin(rows.data, source.data, weight, signs.data, near.data, sizes.data, bits, words)
                   == f->step_margin(rows.data, source.data, weight, signs.data, near.data, sizes.data, bits, words),
               "step_margin", words);
    }
    guarded_free(rows), guarded_free(source), guarded_free(signs), guarded_free(near), guarded_free(wanted), guarded_free(sizes);
    guarded_free(a), guarded_free(b);
}

static void sums(const sf_weight_flips* f, const sf_weight_flips* r, size_t words, int wide, int range, int density) {
    const size_t lanes = 64 * words, bytes = lanes * (wide ? 4 : 2);
    guarded z = guarded_make(bytes, 0), rows = plane(words, density), source = plane(words, 1), column = guarded_make(lanes, 0);
    guarded signs = guarded_make(words * 8, 0), near = guarded_make(words * 8, 0), counts = guarded_make(lanes * 4, 0);
    uint64_t* s = signs.data;
    uint64_t* n = near.data;
    for (size_t l = 0; l < lanes; l++) {
        const int value = (int)(random_word() % (uint64_t)(2 * range + 1)) - range;
        if (wide) ((int32_t*)z.data)[l] = value;
        else ((int16_t*)z.data)[l] = (int16_t)value;
        s[l / 64] |= (uint64_t)(value >= 0) << (l % 64);
        n[l / 64] |= (uint64_t)(value >= -2 && value <= 1) << (l % 64);
        ((int8_t*)column.data)[l] = (int8_t)((int)(random_word() % 255) - 127);
        ((int32_t*)counts.data)[l] = (int32_t)(random_word() % 1000);
    }
    for (int kind = 0; kind < 6; kind++) {
        guarded z1 = copy(z, bytes), z2 = copy(z, bytes), s1 = copy(signs, words * 8), s2 = copy(signs, words * 8);
        guarded n1 = copy(near, words * 8), n2 = copy(near, words * 8);
        const int amount = kind < 2 ? 2 : 1, factor = kind == 4 ? 2 : -2;
        const uint64_t weight = kind % 2 ? ~(uint64_t)0 : 0;
        if (kind < 4) {
            (wide ? r->advance32 : r->advance16)(z1.data, rows.data, source.data, weight, amount, s1.data, n1.data, words);
            (wide ? f->advance32 : f->advance16)(z2.data, rows.data, source.data, weight, amount, s2.data, n2.data, words);
        } else {
            (wide ? r->column32 : r->column16)(z1.data, column.data, factor, s1.data, n1.data, words);
            (wide ? f->column32 : f->column16)(z2.data, column.data, factor, s2.data, n2.data, words);
        }
        expect(memcmp(z1.data, z2.data, bytes) == 0, "sums", words);
        expect(memcmp(s1.data, s2.data, words * 8) == 0, "signs", words);
        expect(memcmp(n1.data, n2.data, words * 8) == 0, "near", words);
        if (kind < 2) {
            // What the planes said beforehand.
            guarded turned = guarded_make(words * 8, 0);
            r->step(rows.data, source.data, weight, s, n, words, turned.data);
            int same = 1;
            for (size_t w = 0; w < words; w++) same &= ((uint64_t*)turned.data)[w] == (s[w] ^ ((uint64_t*)s1.data)[w]);
            expect(same, "planes against sums", words);
            guarded_free(turned);
        }
        for (int shift = 0; shift < 2 && words > 0; shift++) {
            const size_t used = lanes - random_word() % 64;
            int64_t first, second;
            const int32_t least = (wide ? r->margins32 : r->margins16)(z1.data, used, shift, counts.data, &first);
            expect(least == (wide ? f->margins32 : f->margins16)(z2.data, used, shift, counts.data, &second), "least margin", words);
            expect(first == second, "margins", words);
        }
        guarded_free(z1), guarded_free(z2), guarded_free(s1), guarded_free(s2), guarded_free(n1), guarded_free(n2);
    }
    guarded_free(z), guarded_free(rows), guarded_free(source), guarded_free(column), guarded_free(signs), guarded_free(near), guarded_free(counts);
}

static void scores(const sf_weight_flips* f, const sf_weight_flips* r, size_t words, int wide, size_t classes, int density) {
    const size_t lanes = 64 * words, stride = (classes + 15) / 16 * 16, bytes = lanes * stride * (wide ? 4 : 2);
    guarded y = guarded_make(bytes, 0), rows = plane(words, density), source = plane(words, 1), column = guarded_make(lanes, 0);
    guarded labels = guarded_make(lanes * 2, 0), counts = guarded_make(lanes * 4, 0), step = guarded_make(stride * 2, 0);
    for (size_t l = 0; l < lanes; l++) {
        ((uint16_t*)labels.data)[l] = (uint16_t)(random_word() % classes);
        ((int32_t*)counts.data)[l] = (int32_t)(random_word() % 300);
        ((int8_t*)column.data)[l] = (int8_t)((int)(random_word() % 255) - 127);
        for (size_t k = 0; k < stride; k++) {
            const int value = k < classes ? (int)(random_word() % 41) - 20 : -16384 - (int)(random_word() % 41);
            if (wide) ((int32_t*)y.data)[l * stride + k] = value;
            else ((int16_t*)y.data)[l * stride + k] = (int16_t)value;
        }
    }
    for (size_t k = 0; k < classes; k++) ((int16_t*)step.data)[k] = (int16_t)(2 * (int)(random_word() % 3) - 2);
    for (int by_column = 0; by_column < 2; by_column++) {
        guarded y1 = copy(y, bytes), y2 = copy(y, bytes);
        const sf_class_scores a = {y1.data, stride, labels.data, counts.data}, b = {y2.data, stride, labels.data, counts.data};
        const uint64_t* from = by_column ? NULL : source.data;
        const int8_t* values = by_column ? column.data : NULL;
        expect((wide ? r->hinge32 : r->hinge16)(&a, rows.data, from, values, step.data, words)
                   == (wide ? f->hinge32 : f->hinge16)(&b, rows.data, from, values, step.data, words),
               "hinge", words);
        (wide ? r->scores32 : r->scores16)(&a, rows.data, from, values, step.data, words);
        (wide ? f->scores32 : f->scores16)(&b, rows.data, from, values, step.data, words);
        expect(memcmp(y1.data, y2.data, bytes) == 0, "scores", words);
        if (!by_column) {
            // 300 * 36 * 4 would not fit.
            for (size_t l = 0; l < lanes; l++) ((int32_t*)counts.data)[l] %= 100;
            guarded n1 = guarded_make(lanes * 4, 0), n2 = guarded_make(lanes * 4, 0), c1 = guarded_make(lanes * 2, 0), c2 = guarded_make(lanes * 2, 0);
            const size_t listed = (wide ? r->hinge_rows32 : r->hinge_rows16)(&a, rows.data, from, step.data, words, n1.data, c1.data);
            expect(listed == (wide ? f->hinge_rows32 : f->hinge_rows16)(&b, rows.data, from, step.data, words, n2.data, c2.data), "rows", words);
            expect(memcmp(n1.data, n2.data, lanes * 4) == 0 && memcmp(c1.data, c2.data, lanes * 2) == 0, "changes of rows", words);
            guarded_free(n1), guarded_free(n2), guarded_free(c1), guarded_free(c2);
        }
        guarded_free(y1), guarded_free(y2);
    }
    guarded_free(y), guarded_free(rows), guarded_free(source), guarded_free(column), guarded_free(labels), guarded_free(counts), guarded_free(step);
}

static void columns(const sf_weight_flips* f, const sf_weight_flips* r, size_t words, size_t rows, int range) {
    const size_t count = 3 * rows, bytes = 256 * words;
    guarded bits = plane(rows * words, 1), numbers = guarded_make(count * 4, 0), values = guarded_make(count * 2, 0);
    guarded a = guarded_make(bytes, 0), b = guarded_make(bytes, 0);
    for (size_t i = 0; i < count; i++) {
        ((uint32_t*)numbers.data)[i] = (uint32_t)(random_word() % rows);
        ((int16_t*)values.data)[i] = (int16_t)((int)(random_word() % (uint64_t)(2 * range + 1)) - range);
    }
    r->column_sums(bits.data, words, numbers.data, values.data, count, a.data);
    f->column_sums(bits.data, words, numbers.data, values.data, count, b.data);
    expect(memcmp(a.data, b.data, bytes) == 0, "column_sums", words);
    guarded_free(bits), guarded_free(numbers), guarded_free(values), guarded_free(a), guarded_free(b);
}

void test_weight_flips(sf_isa isa, const char* name, long* checks, long* failures) {
    static const size_t words[] = {0, 1, 2, 3, 7, 8, 9, 16, 17, 33};
    const sf_weight_flips *f = sf_weight_flips_select(isa), *r = sf_weight_flips_select(SF_ISA_REFERENCE);
    made = checks, wrong = failures, variant = name;
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        columns(f, r, words[w], 5, 20), columns(f, r, words[w], 100, 32767), columns(f, r, words[w] + 13, 40, 300);
        for (int density = 1; density <= 6; density += 5) {
            for (size_t bits = 1; bits <= 4; bits++) planes(f, r, words[w], bits, density);
            for (int wide = 0; wide < 2; wide++) {
                sums(f, r, words[w], wide, 6, density), sums(f, r, words[w], wide, wide ? 1000000 : 32000, density);
                if (words[w] == 0) continue;
                scores(f, r, words[w], wide, 2, density), scores(f, r, words[w], wide, 10, density), scores(f, r, words[w], wide, 37, density);
            }
        }
    }
}
