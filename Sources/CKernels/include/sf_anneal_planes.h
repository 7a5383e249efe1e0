#ifndef SPINFLIP_SF_ANNEAL_PLANES_H
#define SPINFLIP_SF_ANNEAL_PLANES_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"

/// Multi-spin coding: 512 copies of one Ising model are annealed together. A variable is a plane of 512 bits, one of each copy (a lane);
/// bit 1 is spin +1. Couplings and fields are small integers, |h| + Σ|J| <= 254 at every variable.
///
/// Let a variable have the terms J_j, W = Σ|J_j|, and c = the weight of the terms that pull it up: those of J_j > 0 whose neighbour is
/// +1 and of J_j < 0 whose neighbour is -1 (in the energy Σ J s s they favour -1). Then a flip changes the energy by 2D, where
/// D = W - h - 2c for a spin +1 and D = 2c - W + h for a spin -1. The flip is accepted when D <= 0 or r < accept[D], for r uniform in
/// [0, 65536). All D of a variable have the parity of W - h; with j the number of such D > 0 with r < accept[D],
///     a spin +1 flips iff c >= up - j,    up = ceil((W - h) / 2),
///     a spin -1 flips iff c < down + j,   down = floor((W - h) / 2) + 1.
/// So the new spin is +1 iff c < k, k being up - j or down + j by the old spin: one comparison of a bit-sliced sum.
/// With `up` and `down` exchanged and no D > 0 accepted, flips are accepted iff D < 0, which is descent.
enum { SF_PLANE_WORDS = 8, SF_PLANE_LEVELS = 8, SF_PLANE_WEIGHT = 254, SF_PLANE_ENERGIES = 256, SF_PLANE_CHUNK = 32, SF_PLANE_MASKS = 8 };

/// Consecutive variables whose terms have the same form. A coupling of weight w is a term at each level l whose bit is set in |w|.
typedef struct {
    uint32_t first, count;
    /// Index of the first variable's first term. Terms of a variable stand together: those at level 0 with J > 0, at level 0 with J < 0,
    /// at level 1 with J > 0, and so on.
    uint32_t term;
    uint8_t positive[SF_PLANE_LEVELS], negative[SF_PLANE_LEVELS];
    /// W, and the parity of W - h.
    uint8_t weight, parity;
} sf_plane_run;

typedef struct {
    const sf_plane_run* runs;
    size_t run_count;
    /// Neighbours as distances in bytes from the first plane: 64 × the neighbour's number.
    const uint32_t* terms;
    const int16_t *up, *down;
} sf_plane_model;

/// `sweeps` sweeps over the variables in their order. `planes` is aligned to 64 bytes; `accept` has SF_PLANE_ENERGIES numbers for each
/// sweep, falling with D; entry 0 is not used, and entries after the first zero count as zeros.
///
/// Random numbers: eight xorshift128+ generators (23, 18, 5), `state` holding their first words and then their second; one step gives
/// 32 numbers of 16 bits. A run is cut into chunks of 32 variables; each takes one step, one number a variable.
///
/// So all lanes share the numbers of a variable. Alone that would be a coupling under which lanes coalesce, where fields are strong all
/// of them into one. Therefore a lane sits out a proposal with probability 1/32: at the start of a sweep eight masks are drawn, each the
/// complement of the conjunction of five steps, and variable v is changed in the lanes of mask v mod 8 only. A sweep that accepts no
/// D > 0 draws no masks and changes all lanes.
typedef void (*sf_plane_sweeps_fn)(const sf_plane_model* model, uint64_t* planes, uint64_t* state, const uint16_t* accept, size_t sweeps);

/// counts[lane] += weight × the number of pairs whose two bits are equal (or differ, when `differing` is 1) in that lane. Pairs are two
/// distances in bytes each.
typedef void (*sf_plane_pairs_fn)(
    const uint64_t* planes, const uint32_t* pairs, size_t count, int differing, uint32_t weight, uint32_t* counts);

typedef struct {
    sf_isa isa;
    sf_plane_sweeps_fn sweeps;
    sf_plane_pairs_fn pairs;
} sf_anneal_planes;

const sf_anneal_planes* sf_anneal_planes_select(sf_isa isa);

/// Lanes as rows of bits: bit v of row `lane` is that lane's bit of plane order[v]. `words` words a row; padding bits are 0.
void sf_planes_to_rows(const uint64_t* planes, const uint32_t* order, size_t variables, uint64_t* rows, size_t words);

/// The other way: plane order[v] gets bit v of every row.
void sf_rows_to_planes(const uint64_t* rows, size_t words, const uint32_t* order, size_t variables, uint64_t* planes);

#endif
