#ifndef SPINFLIP_SF_GRAY_MINIMA_H
#define SPINFLIP_SF_GRAY_MINIMA_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"

/// Assignments that one call works on side by side.
#define SF_GRAY_LANES 32
/// The fewest and the most variables of a call: four are unrolled, one is minimised in closed form.
#define SF_GRAY_LEAST_VARIABLES 5
#define SF_GRAY_MOST_VARIABLES 31

/// The lowest energy over all 2^variables assignments of `variables` spins, in each of 32 lanes. A lane is an assignment of the spins
/// that are not enumerated, so lanes differ in the energy and in the fields from which they start, and share the couplings.
///
/// - `couplings`: J, [variables × variables], row-major, symmetric; the diagonal is not read.
/// - `fields`: [variables × 32]. fields[i][lane] = hᵢ + Σ J·s over the spins outside, plus the couplings to the other enumerated
///   spins, all of which are -1. Overwritten.
/// - `energies`: [32], the energy where all enumerated spins are -1. Overwritten.
/// - `minima`: [32].
///
/// The sum of the magnitudes of all couplings and fields of the model, and of `energies`, stays below 2^29.
typedef void (*sf_gray_minima_fn)(size_t variables, const int32_t* couplings, int32_t* fields, int32_t* energies, int32_t* minima);

typedef struct {
    sf_isa isa;
    sf_gray_minima_fn minima;
} sf_gray_minima;

const sf_gray_minima* sf_gray_minima_select(sf_isa isa);

#endif
