// Annealing in byte lanes gives the same spins, generator states and energies on every instruction set.

#define _DEFAULT_SOURCE

#include "CKernels.h"
#include "guarded.h"

static uint32_t below(uint32_t bound) { return (uint32_t)(random_word() >> 33) % bound; }

/// A random model of some runs: what a variable's terms allow in weight is kept, so that no field leaves a byte.
static void anneal(const sf_anneal_bytes* slow, const sf_anneal_bytes* fast, size_t run_count, int form, long* wrong) {
    sf_byte_run runs[6];
    size_t variables = 0, numbers = 0;
    for (size_t r = 0; r < run_count; r++) {
        runs[r].plus = (uint8_t)below(form == 2 ? 60 : 9), runs[r].minus = (uint8_t)(form == 0 ? 0 : below(form == 2 ? 40 : 6));
        runs[r].other = (uint8_t)(form < 3 ? 0 : below(5));
        runs[r].first = (uint32_t)variables, runs[r].count = 1 + below(40), runs[r].term = (uint32_t)numbers;
        variables += runs[r].count;
        numbers += (size_t)(runs[r].plus + runs[r].minus + 2 * runs[r].other) * runs[r].count;
    }
    guarded t = guarded_make(numbers * 4, 0), pull = guarded_make(variables, 0), field = guarded_make(variables, 0);
    guarded a = guarded_make(variables * 64, 0), b = guarded_make(variables * 64, 0);
    uint32_t* next = t.data;
    for (size_t r = 0; r < run_count; r++)
        for (size_t v = runs[r].first; v < runs[r].first + runs[r].count; v++) {
            int sum = runs[r].plus - runs[r].minus, room = SF_BYTE_WEIGHT - runs[r].plus - runs[r].minus;
            for (int i = 0; i < runs[r].plus + runs[r].minus; i++) *next++ = 64 * below((uint32_t)variables);
            for (int i = 0; i < runs[r].other; i++) {
                const int size = (int)below((uint32_t)(room / 2 + 1)), w = below(2) ? size : -size;
                *next++ = 64 * below((uint32_t)variables), *next++ = (uint32_t)(uint8_t)w * 0x01010101u;
                sum += w, room -= size;
            }
            const int size = (int)below((uint32_t)room + 1), h = below(3) == 0 ? 0 : below(2) ? size : -size;
            ((int8_t*)field.data)[v] = (int8_t)h, ((int8_t*)pull.data)[v] = (int8_t)(sum - h);
        }
    for (size_t i = 0; i < variables * 64; i++) ((uint8_t*)a.data)[i] = below(2) ? 0xFF : 0;
    memcpy(b.data, a.data, variables * 64);
    enum { SWEEPS = 5 };
    guarded accept = guarded_make(SWEEPS * SF_BYTE_ENERGIES * 2, 0);
    for (int s = 0; s < SWEEPS; s++) {
        uint32_t p = 65535;
        const uint32_t slow_fall = s == 0 ? 64 : 60;
        for (int d = 0; d < SF_BYTE_ENERGIES; d++, p = p * (s < 2 ? slow_fall : below(3) ? 58 : 20) / 64)
            ((uint16_t*)accept.data)[s * SF_BYTE_ENERGIES + d] = (uint16_t)(s == 4 ? 0 : p);
    }
    uint64_t state1[16], state2[16];
    for (int i = 0; i < 16; i++) state1[i] = state2[i] = random_word();
    const sf_byte_model model = {runs, run_count, t.data, pull.data, field.data};
    int32_t sums1[64] = {5}, sums2[64] = {5};
    slow->sweeps(&model, a.data, state1, accept.data, SWEEPS);
    fast->sweeps(&model, b.data, state2, accept.data, SWEEPS);
    slow->energies(&model, a.data, sums1), fast->energies(&model, b.data, sums2);
    if ((memcmp(a.data, b.data, variables * 64) != 0 || memcmp(state1, state2, sizeof state1) != 0 || memcmp(sums1, sums2, sizeof sums1) != 0) &&
        (*wrong)++ < 20)
        printf("  byte lanes differ: form %d, %zu runs, %zu variables\n", form, run_count, variables);
    guarded_free(t), guarded_free(pull), guarded_free(field), guarded_free(a), guarded_free(b), guarded_free(accept);
}

/// Lanes to rows, by the definition, and back.
static void rows(size_t variables, long* wrong) {
    const size_t words = (variables + 63) / 64;
    guarded spins = guarded_make(variables * 64, 0), back = guarded_make(variables * 64, 0), out = guarded_make(64 * words * 8, 0x5A);
    guarded order = guarded_make(variables * 4, 0);
    for (size_t i = 0; i < variables * 64; i++) ((uint8_t*)spins.data)[i] = below(2) ? 0xFF : 0;
    for (size_t i = 0; i < variables; i++) ((uint32_t*)order.data)[i] = (uint32_t)(variables - 1 - i);
    sf_bytes_to_rows(spins.data, order.data, variables, out.data, words);
    long differ = 0;
    for (size_t lane = 0; lane < 64; lane++)
        for (size_t v = 0; v < 64 * words; v++) {
            const uint64_t bit = ((uint64_t*)out.data)[lane * words + v / 64] >> (v % 64) & 1;
            differ += bit != (v < variables ? ((uint8_t*)spins.data)[(variables - 1 - v) * 64 + lane] & 1u : 0u);
        }
    sf_rows_to_bytes(out.data, words, order.data, variables, back.data);
    differ += memcmp(spins.data, back.data, variables * 64) != 0;
    if (differ > 0 && (*wrong)++ < 20) printf("  rows of %zu variables are wrong\n", variables);
    guarded_free(spins), guarded_free(back), guarded_free(out), guarded_free(order);
}

void test_anneal_bytes(sf_isa isa, const char* name, long* checks, long* failures) {
    const sf_anneal_bytes *slow = sf_anneal_bytes_select(SF_ISA_REFERENCE), *fast = sf_anneal_bytes_select(isa);
    long wrong = 0;
    for (int repeat = 0; repeat < 20; repeat++)
        for (int form = 0; form < 4; form++)
            for (size_t run_count = 0; run_count < 6; run_count += 1 + run_count / 2) anneal(slow, fast, run_count, form, &wrong), ++*checks;
    for (size_t variables = 0; variables < 200; variables += 1 + variables / 5) rows(variables, &wrong), ++*checks;
    if (wrong > 0) printf("  %s: %ld differences in annealing byte lanes\n", name, wrong);
    *failures += wrong;
}
