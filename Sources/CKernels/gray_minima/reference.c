#include "gray_minima.h"

void sf_gray_minima_reference(size_t variables, const int32_t* couplings, int32_t* fields, int32_t* energies, int32_t* minima) {
    for (size_t lane = 0; lane < SF_GRAY_LANES; lane++) minima[lane] = energies[lane];
    uint32_t spins = 0;
    for (uint32_t step = 1; step >> variables == 0; step++) {
        size_t flipped = 0;
        while ((step >> flipped & 1) == 0) flipped++;
        // ΔE = -2·s·field, and every other field follows by J·(new s - old s).
        const int32_t change = spins >> flipped & 1 ? -2 : 2;
        spins ^= (uint32_t)1 << flipped;
        for (size_t lane = 0; lane < SF_GRAY_LANES; lane++) {
            energies[lane] += change * fields[flipped * SF_GRAY_LANES + lane];
            if (energies[lane] < minima[lane]) minima[lane] = energies[lane];
        }
        for (size_t i = 0; i < variables; i++) {
            if (i == flipped) continue;
            const int32_t by = change * couplings[flipped * variables + i];
            for (size_t lane = 0; lane < SF_GRAY_LANES; lane++) fields[i * SF_GRAY_LANES + lane] += by;
        }
    }
}
