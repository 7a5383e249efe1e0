// Bit-plane annealing gives the same planes, generator states and counts on every instruction set: random runs of every form, thresholds
// beyond both ends, tables of every length.

#define _DEFAULT_SOURCE

#include "CKernels.h"
#include "guarded.h"

enum { FORMS = 8 };

static uint32_t below(uint32_t bound) { return (uint32_t)(random_word() >> 33) % bound; }

/// The number of terms at the levels of a random form.
static void shape(sf_plane_run* run, int form) {
    int left = SF_PLANE_WEIGHT;
    memset(run->positive, 0, sizeof run->positive), memset(run->negative, 0, sizeof run->negative);
    if (form < 6) {
        // Level 0 only: few terms of one sign, few of both, and many.
        const int count = form < 4 ? (int)below(10) : form == 4 ? (int)below(40) : (int)below(SF_PLANE_WEIGHT + 1);
        run->positive[0] = (uint8_t)(form % 2 ? below((uint32_t)count + 1) : (uint32_t)count);
        run->negative[0] = (uint8_t)(count - run->positive[0]);
        left -= count;
    } else
        for (int level = 0; level < SF_PLANE_LEVELS; level++)
            for (int sign = 0; sign < 2; sign++) {
                const int room = left >> level, most = form == 6 ? 2 : 9, top = room < most ? room : most;
                if (form == 6 && level > 2) break;
                const int count = (int)below((uint32_t)top + 1);
                (sign ? run->negative : run->positive)[level] = (uint8_t)count;
                left -= count << level;
            }
    run->weight = (uint8_t)(SF_PLANE_WEIGHT - left);
}

static void anneal(const sf_anneal_planes* slow, const sf_anneal_planes* fast, int form, size_t run_count, long* wrong) {
    sf_plane_run runs[6];
    size_t variables = 0, terms = 0;
    for (size_t r = 0; r < run_count; r++) {
        shape(&runs[r], form);
        runs[r].first = (uint32_t)variables, runs[r].count = 1 + below(70), runs[r].term = (uint32_t)terms;
        runs[r].parity = (uint8_t)below(2);
        int each = 0;
        for (int level = 0; level < SF_PLANE_LEVELS; level++) each += runs[r].positive[level] + runs[r].negative[level];
        variables += runs[r].count, terms += (size_t)each * runs[r].count;
    }
    guarded t = guarded_make(terms * 4, 0), up = guarded_make(variables * 2, 0), down = guarded_make(variables * 2, 0);
    guarded a = guarded_make(variables * 64, 0), b = guarded_make(variables * 64, 0);
    for (size_t i = 0; i < terms; i++) ((uint32_t*)t.data)[i] = 64 * below((uint32_t)variables);
    for (size_t r = 0; r < run_count; r++)
        for (size_t v = runs[r].first; v < runs[r].first + runs[r].count; v++) {
            const int middle = runs[r].weight - (int)below(5) + 2, any = (int)below(520) - 260;
            ((int16_t*)up.data)[v] = (int16_t)(below(4) ? (middle + 1) / 2 : any / 2);
            ((int16_t*)down.data)[v] = (int16_t)(below(4) ? middle / 2 + 1 : any / 2);
        }
    for (size_t i = 0; i < variables * 8; i++) ((uint64_t*)a.data)[i] = random_word();
    memcpy(b.data, a.data, variables * 64);
    enum { SWEEPS = 4 };
    guarded accept = guarded_make(SWEEPS * SF_PLANE_ENERGIES * 2, 0);
    for (int s = 0; s < SWEEPS; s++) {
        uint32_t p = 65535;
        for (int d = 1; d < SF_PLANE_ENERGIES; d++, p = p * (below(3) ? 58 : 20) / 64)
            ((uint16_t*)accept.data)[s * SF_PLANE_ENERGIES + d] = (uint16_t)(s == 3 ? 0 : p);
    }
    uint64_t state1[16], state2[16];
    for (int i = 0; i < 16; i++) state1[i] = state2[i] = random_word();
    const sf_plane_model model = {runs, run_count, t.data, up.data, down.data};
    slow->sweeps(&model, a.data, state1, accept.data, SWEEPS);
    fast->sweeps(&model, b.data, state2, accept.data, SWEEPS);
    if ((memcmp(a.data, b.data, variables * 64) != 0 || memcmp(state1, state2, sizeof state1) != 0) && (*wrong)++ < 20)
        printf("  planes differ: form %d, %zu runs, %zu variables\n", form, run_count, variables);
    guarded_free(t), guarded_free(up), guarded_free(down), guarded_free(a), guarded_free(b), guarded_free(accept);
}

static void pairs(const sf_anneal_planes* slow, const sf_anneal_planes* fast, size_t count, int differing, long* wrong) {
    enum { VARIABLES = 9 };
    guarded planes = guarded_make(VARIABLES * 64, 0), p = guarded_make(count * 8, 0);
    guarded a = guarded_make(SF_PLANE_WORDS * 64 * 4, 0), b = guarded_make(SF_PLANE_WORDS * 64 * 4, 0);
    // A plane against itself is counted, or not, in every lane: the sums reach the end of the counters.
    for (size_t i = 0; i < VARIABLES * 8; i++) ((uint64_t*)planes.data)[i] = random_word();
    for (size_t i = 0; i < count; i++) {
        ((uint32_t*)p.data)[2 * i] = 64 * below(VARIABLES);
        ((uint32_t*)p.data)[2 * i + 1] = below(4) ? ((uint32_t*)p.data)[2 * i] : 64 * below(VARIABLES);
    }
    slow->pairs(planes.data, p.data, count, differing, 3, a.data);
    fast->pairs(planes.data, p.data, count, differing, 3, b.data);
    if (memcmp(a.data, b.data, SF_PLANE_WORDS * 64 * 4) != 0 && (*wrong)++ < 20) printf("  counts of %zu pairs differ\n", count);
    guarded_free(planes), guarded_free(p), guarded_free(a), guarded_free(b);
}

/// Lanes to rows, by the definition, and back.
static void rows(size_t variables, long* wrong) {
    const size_t words = (variables + 63) / 64;
    guarded planes = guarded_make(variables * 64, 0), back = guarded_make(variables * 64, 0), out = guarded_make(512 * words * 8, 0x5A);
    guarded order = guarded_make(variables * 4, 0);
    for (size_t i = 0; i < variables * 8; i++) ((uint64_t*)planes.data)[i] = random_word();
    for (size_t i = 0; i < variables; i++) ((uint32_t*)order.data)[i] = (uint32_t)((i * 7 + 3) % variables);
    if (variables % 7 == 0)
        for (size_t i = 0; i < variables; i++) ((uint32_t*)order.data)[i] = (uint32_t)(variables - 1 - i);
    sf_planes_to_rows(planes.data, order.data, variables, out.data, words);
    long differ = 0;
    for (size_t lane = 0; lane < 512; lane++)
        for (size_t v = 0; v < 64 * words; v++) {
            const uint64_t bit = ((uint64_t*)out.data)[lane * words + v / 64] >> (v % 64) & 1;
            const uint64_t right = v < variables ? ((uint64_t*)planes.data)[((uint32_t*)order.data)[v] * 8 + lane / 64] >> (lane % 64) & 1 : 0;
            differ += bit != right;
        }
    sf_rows_to_planes(out.data, words, order.data, variables, back.data);
    differ += memcmp(planes.data, back.data, variables * 64) != 0;
    if (differ > 0 && (*wrong)++ < 20) printf("  rows of %zu variables are wrong\n", variables);
    guarded_free(planes), guarded_free(back), guarded_free(out), guarded_free(order);
}

void test_anneal_planes(sf_isa isa, const char* name, long* checks, long* failures) {
    const sf_anneal_planes *slow = sf_anneal_planes_select(SF_ISA_REFERENCE), *fast = sf_anneal_planes_select(isa);
    long wrong = 0;
    for (int repeat = 0; repeat < 12; repeat++)
        for (int form = 0; form < FORMS; form++)
            for (size_t run_count = 0; run_count < 6; run_count += 1 + run_count / 2) anneal(slow, fast, form, run_count, &wrong), ++*checks;
    static const size_t counts[] = {0, 1, 7, 8, 9, 63, 64, 4095, 4096, 9001};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
        for (int differing = 0; differing < 2; differing++) pairs(slow, fast, counts[c], differing, &wrong), ++*checks;
    for (size_t variables = 0; variables < 200; variables += 1 + variables / 5) rows(variables, &wrong), ++*checks;
    if (wrong > 0) printf("  %s: %ld differences in bit-plane annealing\n", name, wrong);
    *failures += wrong;
}
