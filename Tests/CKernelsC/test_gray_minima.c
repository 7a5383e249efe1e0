// Gray-code enumeration: every variant against the reference, and the reference against the definition.

#define _DEFAULT_SOURCE

#include "CKernels.h"
#include "guarded.h"

static int32_t small(int32_t range) { return (int32_t)(random_word() % (uint64_t)(2 * range + 1)) - range; }

/// E of one assignment of the enumerated spins (bit 1 = +1), from the couplings and from what a lane starts with.
static int32_t energy(size_t n, const int32_t* j, const int32_t* fields, int32_t start, size_t lane, uint32_t spins) {
    int32_t e = start;
    for (size_t a = 0; a < n; a++) {
        if ((spins >> a & 1) == 0) continue;
        // All at -1: a flip of a costs +2·field, and each pair of flips 4·J on top.
        e += 2 * fields[a * SF_GRAY_LANES + lane];
        for (size_t b = 0; b < a; b++)
            if (spins >> b & 1) e += 4 * j[a * n + b];
    }
    return e;
}

static void compare(const sf_gray_minima* fast, const char* name, size_t n, int32_t range, int check, long* checks, long* failures) {
    const sf_gray_minima* reference = sf_gray_minima_select(SF_ISA_REFERENCE);
    const size_t lanes = SF_GRAY_LANES * sizeof(int32_t);
    guarded j = guarded_make(n * n * 4, 0), start = guarded_make(n * lanes, 0), base = guarded_make(lanes, 0);
    guarded fields = guarded_make(n * lanes, 0), energies = guarded_make(lanes, 0), expected = guarded_make(lanes, 0), result = guarded_make(lanes, 0);
    int32_t* coupling = j.data;
    for (size_t a = 0; a < n; a++) {
        coupling[a * n + a] = 12345;  // Not read.
        for (size_t b = 0; b < a; b++) coupling[a * n + b] = coupling[b * n + a] = small(range);
    }
    for (size_t i = 0; i < n * SF_GRAY_LANES; i++) ((int32_t*)start.data)[i] = small(range);
    for (size_t i = 0; i < SF_GRAY_LANES; i++) ((int32_t*)base.data)[i] = small(range);
    memcpy(fields.data, start.data, n * lanes), memcpy(energies.data, base.data, lanes);
    reference->minima(n, coupling, fields.data, energies.data, expected.data);
    memcpy(fields.data, start.data, n * lanes), memcpy(energies.data, base.data, lanes);
    fast->minima(n, coupling, fields.data, energies.data, result.data);
    *checks += 1;
    if (memcmp(expected.data, result.data, lanes) != 0 && (*failures)++ < 20) printf("  %s gray_minima differs: %zu variables\n", name, n);
    if (check) {
        for (size_t lane = 0; lane < SF_GRAY_LANES; lane++) {
            int32_t least = INT32_MAX;
            for (uint32_t spins = 0; spins >> n == 0; spins++) {
                const int32_t e = energy(n, coupling, start.data, ((int32_t*)base.data)[lane], lane, spins);
                if (e < least) least = e;
            }
            *checks += 1;
            if (least != ((int32_t*)expected.data)[lane] && (*failures)++ < 20) printf("  gray_minima is not the minimum: %zu variables\n", n);
        }
    }
    guarded_free(j), guarded_free(start), guarded_free(base), guarded_free(fields), guarded_free(energies), guarded_free(expected);
    guarded_free(result);
}

void test_gray_minima(sf_isa isa, const char* name, long* checks, long* failures) {
    const sf_gray_minima* fast = sf_gray_minima_select(isa);
    for (size_t n = SF_GRAY_LEAST_VARIABLES; n <= 14; n++)
        for (int repeat = 0; repeat < 4; repeat++) {
            compare(fast, name, n, 1, n <= 8, checks, failures);
            // The largest that the bound allows: n(n+1)/2 couplings and fields, the fields of a lane holding couplings too.
            compare(fast, name, n, (int32_t)((1 << 29) / (n * (n + 3))), n <= 8, checks, failures);
        }
    compare(fast, name, 17, 100, 0, checks, failures);
}
