// Metropolis sweeps: every variant and every form of the couplings makes the moves of the reference, and touches nothing else.

#define _DEFAULT_SOURCE

#include "CKernels.h"
#include "guarded.h"

enum { NARROW, WIDE, BITS, BYTES, WORDS, FORMS };
static const char* forms[] = {"narrow", "wide", "bits", "bytes", "words"};

/// A model on n spins, n <= 400, and one form of its couplings.
typedef struct {
    size_t n, padded;
    int32_t h[400], j[400][400];
} model;

typedef struct {
    guarded entries, starts, near;
    sf_couplings c;
} couplings;

typedef struct {
    guarded spins, fields;
    sf_spins s;
    sf_random_lanes random;
    sf_moves moves;
} replica;

static void make_model(model* m, size_t n, int kind) {
    m->n = n, m->padded = (n + 63) / 64 * 64;
    for (size_t i = 0; i < n; i++) {
        m->h[i] = (int32_t)(random_word() % 7) - 3;
        m->j[i][i] = 0;
        for (size_t k = 0; k < i; k++) {
            const uint64_t r = random_word();
            int32_t w = r % 2 ? 1 : -1;
            if (kind == 1) w = r % 9 == 0 ? (int32_t)(r / 16 % 101) - 50 : 0;
            if (kind == 2) w = r % 3 == 0 ? (int32_t)(r / 16 % 200001) - 100000 : 0;
            m->j[i][k] = m->j[k][i] = w;
        }
    }
}

static couplings make_couplings(const model* m, int form) {
    couplings r;
    const size_t words = m->padded / 64;
    r.starts = guarded_make((m->n + 1) * 8, 0), r.near = guarded_make(words * 8, 0);
    size_t entries = 0;
    for (size_t i = 0; i < m->n; i++) {
        ((uint64_t*)r.starts.data)[i] = entries;
        for (size_t k = 0; k < m->n; k++)
            if (m->j[i][k] != 0) {
                entries++;
                if (k / 16 == i / 16) ((uint64_t*)r.near.data)[i / 64] |= (uint64_t)1 << (i % 64);
            }
    }
    ((uint64_t*)r.starts.data)[m->n] = entries;
    const size_t element[] = {4, 8, 0, 1, 4}, stride = form == BITS ? words * 8 : m->padded * element[form];
    r.entries = guarded_make(form <= WIDE ? entries * element[form] : m->n * stride, form == BITS ? 0xA5 : 0);
    size_t at = 0;
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < m->n; k++) {
            const int32_t w = m->j[i][k];
            if (form == BITS && k != i) {
                uint64_t* word = (uint64_t*)((char*)r.entries.data + i * stride) + k / 64;
                *word = (*word & ~((uint64_t)1 << (k % 64))) | (uint64_t)(w > 0) << (k % 64);
            }
            if (form == BYTES) ((int8_t*)r.entries.data)[i * stride + k] = (int8_t)w;
            if (form == WORDS) ((int32_t*)r.entries.data)[i * m->padded + k] = w;
            if (w == 0) continue;
            if (form == NARROW) ((uint32_t*)r.entries.data)[at] = (uint32_t)k << 8 | (uint8_t)(int8_t)w;
            if (form == WIDE) ((int32_t*)r.entries.data)[2 * at] = (int32_t)k, ((int32_t*)r.entries.data)[2 * at + 1] = w;
            at++;
        }
    r.c = (sf_couplings){r.entries.data, r.starts.data, stride, r.near.data};
    return r;
}

static replica make_replica(const model* m, int form, const uint64_t* spins, const sf_random_lanes* random) {
    const int narrow_fields = form == BITS || form == BYTES;
    replica r = {guarded_make(m->padded / 8, 0), guarded_make(m->padded * (narrow_fields ? 2 : 4), 0), {m->n, NULL, NULL}, *random, {0, 0}};
    memcpy(r.spins.data, spins, m->padded / 8);
    for (size_t i = 0; i < m->n; i++) {
        int32_t f = m->h[i];
        for (size_t k = 0; k < m->n; k++) f += (spins[k / 64] >> (k % 64)) & 1 ? m->j[i][k] : -m->j[i][k];
        if (narrow_fields)
            ((int16_t*)r.fields.data)[i] = (int16_t)f;
        else
            ((int32_t*)r.fields.data)[i] = f;
    }
    r.s.spins = r.spins.data, r.s.fields = r.fields.data;
    return r;
}

static int same(const model* m, const replica* a, int form_a, const replica* b, int form_b) {
    if (memcmp(a->s.spins, b->s.spins, m->padded / 8) != 0 || memcmp(&a->random, &b->random, sizeof a->random) != 0) return 0;
    if (a->moves.energy != b->moves.energy || a->moves.flips != b->moves.flips) return 0;
    for (size_t i = 0; i < m->n; i++) {
        const int64_t fa = form_a == BITS || form_a == BYTES ? ((int16_t*)a->s.fields)[i] : ((int32_t*)a->s.fields)[i];
        const int64_t fb = form_b == BITS || form_b == BYTES ? ((int16_t*)b->s.fields)[i] : ((int32_t*)b->s.fields)[i];
        if (fa != fb) return 0;
    }
    return 1;
}

void test_metropolis(sf_isa isa, const char* name, long* checks, long* failures) {
    static const size_t sizes[] = {1, 2, 15, 16, 17, 31, 32, 33, 47, 49, 63, 64, 65, 100, 127, 128, 129, 200, 321};
    static const float scales[] = {1e6f, 40, 7.5f, 2, 0.6f, 0.1f, 0};
    static model m;
    const sf_metropolis *reference = sf_metropolis_select(SF_ISA_REFERENCE), *fast = sf_metropolis_select(isa);
    const sf_metropolis_fn sweeps[] = {fast->narrow, fast->wide, fast->bits, fast->bytes, fast->words};
    const sf_flip_fn flips[] = {fast->flip_narrow, fast->flip_wide, fast->flip_bits, fast->flip_bytes, fast->flip_words};
    for (size_t at = 0; at < sizeof sizes / sizeof *sizes; at++)
        for (int kind = 0; kind < 3; kind++) {
            make_model(&m, sizes[at], kind);
            uint64_t spins[8] = {0}, tabu[8];
            for (size_t i = 0; i < m.n; i++) spins[i / 64] |= (random_word() >> 63) << (i % 64);
            sf_random_lanes random;
            for (int k = 0; k < 64; k++) random.words[k / 16][k % 16] = (uint32_t)(random_word() >> 32);
            couplings base = make_couplings(&m, WIDE);
            replica expected = make_replica(&m, WIDE, spins, &random);
            // Twice, so that low temperatures are met with fields that have moved; in two ranges where there is a multiple of 64.
            for (int pass = 0; pass < 2; pass++)
                for (size_t k = 0; k < sizeof scales / sizeof *scales; k++) {
                    const size_t middle = k % 2 && m.n > 64 ? 64 : 0;
                    if (middle) reference->wide(&expected.s, &base.c, 0, middle, &expected.random, scales[k], &expected.moves);
                    reference->wide(&expected.s, &base.c, middle, m.n, &expected.random, scales[k], &expected.moves);
                }
            for (size_t i = 0; i < m.n; i += 3) reference->flip_wide(&expected.s, &base.c, i);
            for (int form = 0; form < FORMS; form++) {
                if ((form == BITS && kind != 0) || ((form == BYTES || form == NARROW) && kind == 2)) continue;
                couplings c = make_couplings(&m, form);
                replica r = make_replica(&m, form, spins, &random);
                for (int pass = 0; pass < 2; pass++)
                    for (size_t k = 0; k < sizeof scales / sizeof *scales; k++) {
                        const size_t middle = k % 2 && m.n > 64 ? 64 : 0;
                        if (middle) sweeps[form](&r.s, &c.c, 0, middle, &r.random, scales[k], &r.moves);
                        sweeps[form](&r.s, &c.c, middle, m.n, &r.random, scales[k], &r.moves);
                    }
                for (size_t i = 0; i < m.n; i += 3) flips[form](&r.s, &c.c, i);
                (*checks)++;
                if (!same(&m, &expected, WIDE, &r, form) && (*failures)++ < 20)
                    printf("  %s metropolis %s differs from the reference: %zu spins, model %d\n", name, forms[form], m.n, kind);

                // The best moves, with few, many and all spins tabu, from each word.
                for (int density = 0; density < 4; density++)
                    for (size_t start = 0; start < m.n; start += 64) {
                        for (int w = 0; w < 8; w++) tabu[w] = density == 3 ? ~(uint64_t)0 : density == 0 ? 0 : random_word() & random_word();
                        if (density == 2)
                            for (int w = 0; w < 8; w++) tabu[w] = ~tabu[w];
                        sf_best_move free_a, held_a, free_b, held_b;
                        reference->best32(&expected.s, tabu, start, &free_a, &held_a);
                        (form == BITS || form == BYTES ? fast->best16 : fast->best32)(&r.s, tabu, start, &free_b, &held_b);
                        (*checks)++;
                        if ((memcmp(&free_a, &free_b, sizeof free_a) != 0 || memcmp(&held_a, &held_b, sizeof held_a) != 0) && (*failures)++ < 20)
                            printf("  %s best move %s differs from the reference: %zu spins, model %d\n", name, forms[form], m.n, kind);
                    }
                guarded_free(c.entries), guarded_free(c.starts), guarded_free(c.near), guarded_free(r.spins), guarded_free(r.fields);
            }
            guarded_free(base.entries), guarded_free(base.starts), guarded_free(base.near), guarded_free(expected.spins), guarded_free(expected.fields);
        }
}
