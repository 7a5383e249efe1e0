#ifndef SPINFLIP_SF_METROPOLIS_H
#define SPINFLIP_SF_METROPOLIS_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"

/// Sequential Metropolis sweeps over n spins of one replica, and the moves of a one-flip search.
///
///     E(s) = sum_i h_i s_i + sum_{i<j} J_ij s_i s_j,   f_i = h_i + sum_j J_ij s_j,   flipping spin i changes E by -2 s_i f_i
///
/// At temperature T a flip is accepted when -2 s_i f_i <= -T ln(u), that is when s_i f_i >= -floor(scale * e) with scale = T ln(2) / 2
/// and e = -log2(u) from a 24-bit u: computed in float32 without contraction, so its bits are the same everywhere; e is off by at most
/// 0.00012, the probability of acceptance by less than 0.01 %. With scale 0 only flips that lower E are accepted, and nothing is drawn.
///
/// Spins are visited in order. Sixteen thresholds are drawn for each aligned group of sixteen spins, the same for every form of the couplings
/// and every width of registers, so all of them make the same moves.
typedef struct {
    /// Lane l of word w of xoshiro128+ (Blackman, Vigna: "Scrambled linear pseudorandom number generators", 2021); no lane is all 0.
    uint32_t words[4][16];
} sf_random_lanes;

/// The state of a replica. `fields` and `spins` are readable and writable up to the next multiple of 64 spins; what is there beyond
/// `count` does not matter, but bits of `spins` there stay 0.
typedef struct {
    size_t count;
    uint64_t* spins;
    /// int32_t, or int16_t for the forms `bits` and `bytes`: then every |h_i| + sum_j |J_ij| must be at most 32767.
    void* fields;
} sf_spins;

/// Couplings. `starts` is for the forms `narrow` and `wide`, `stride` for the others: bytes from one row to the next.
///
///   narrow  uint32_t entries[starts[i] ..< starts[i+1]]: neighbour << 8 | weight as a byte, |weight| <= 127, up to 2^24 spins
///   wide    pairs of int32_t: neighbour, weight
///   bits    bit j of row i is 1 for J_ij = +1 and 0 for -1; of the diagonal and beyond `count` anything. stride is a multiple of 8
///   bytes   int8_t J_ij, diagonal 0; rows are readable up to the next multiple of 64 spins
///   words   int32_t J_ij, diagonal 0; rows are readable up to the next multiple of 64 spins
typedef struct {
    const void* entries;
    const uint64_t* starts;
    size_t stride;
    /// For narrow and wide: bit i is 1 when spin i has a neighbour in its own aligned group of sixteen.
    const uint64_t* near;
} sf_couplings;

typedef struct {
    /// Change of E.
    int64_t energy;
    uint64_t flips;
} sf_moves;

/// One sweep over the spins from ..< to; `from` is a multiple of 64, `to` too unless it is the count. scale <= 2^26.
/// Adds to `moves`.
typedef void (*sf_metropolis_fn)(
    const sf_spins*, const sf_couplings*, size_t from, size_t to, sf_random_lanes*, float scale, sf_moves* moves);

/// Flips one spin and updates the fields.
typedef void (*sf_flip_fn)(const sf_spins*, const sf_couplings*, size_t spin);

/// What a scan for the best move finds: `gain` = s_i f_i is the largest there is (half the decrease of E), `spin` the first that has it in
/// the circular order that begins at `start`; -1 when there is none.
typedef struct {
    int64_t gain, spin;
} sf_best_move;

/// The best move among the spins whose bit in `tabu` is 0 (`free_moves`) and among those whose bit is 1 (`tabu_moves`). `start` is a
/// multiple of 64 below the count, or 0. Padding bits of `tabu` do not matter.
typedef void (*sf_best_move_fn)(
    const sf_spins*, const uint64_t* tabu, size_t start, sf_best_move* free_moves, sf_best_move* tabu_moves);

typedef struct {
    sf_isa isa;
    sf_metropolis_fn narrow, wide, bits, bytes, words;
    sf_flip_fn flip_narrow, flip_wide, flip_bits, flip_bytes, flip_words;
    /// For fields of 32 bits (narrow, wide, words) and of 16 bits (bits, bytes).
    sf_best_move_fn best32, best16;
} sf_metropolis;

const sf_metropolis* sf_metropolis_select(sf_isa isa);

#endif
