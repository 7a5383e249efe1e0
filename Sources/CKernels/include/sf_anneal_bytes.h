#ifndef SPINFLIP_SF_ANNEAL_BYTES_H
#define SPINFLIP_SF_ANNEAL_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"

/// 64 copies of one Ising model are annealed together, each with its own random numbers. A variable is 64 bytes, one of each copy (a
/// lane): 0xFF is spin +1, 0 is spin -1. Couplings and fields are small integers, |h| + Σ|J| <= 127 at every variable.
///
/// With c = the sum of J over the neighbours that are +1, the local field h + Σ J s is 2c - pull, where pull = Σ J - h. It is between
/// -127 and 127, so bytes that overflow on the way do no harm. A flip changes the energy by 2D, where D = -field for a spin +1 and
/// D = field for a spin -1. It is accepted when D < 0 or r < accept[D], for r uniform in [0, 65536). For D = 0 too: were such flips always
/// made, a chain that visits variables in a fixed order would never leave some states of a triangle of equal couplings.
enum { SF_BYTE_LANES = 64, SF_BYTE_WEIGHT = 127, SF_BYTE_ENERGIES = 128 };

/// Consecutive variables with as many couplings of +1, of -1, and of other values.
typedef struct {
    uint32_t first, count;
    /// Index of the first variable's first number in `terms`.
    uint32_t term;
    uint8_t plus, minus, other;
} sf_byte_run;

typedef struct {
    const sf_byte_run* runs;
    size_t run_count;
    /// For each variable: the neighbours with J = +1, those with J = -1, as distances in bytes (64 × the neighbour's number); then for each
    /// other coupling the distance and J, as a byte, four times in one number.
    const uint32_t* terms;
    const int8_t *pull, *field;
} sf_byte_model;

/// `sweeps` sweeps over the variables in their order. `spins` is aligned to 64 bytes; `accept` has SF_BYTE_ENERGIES numbers for each
/// sweep; all zeros are a descent.
///
/// Random numbers: eight xorshift128+ generators (23, 18, 5), `state` holding their first words and then their second. A variable takes two
/// steps of 64 bytes: byte k of the first is the high half of lane k's number, byte k of the second the low half.
typedef void (*sf_byte_sweeps_fn)(
    const sf_byte_model* model, uint8_t* spins, uint64_t* state, const uint16_t* accept, size_t sweeps);

/// sums[lane] += twice the energy of the runs' variables, of couplings each end counting half: Σ s (2 h + Σ J s).
typedef void (*sf_byte_energies_fn)(const sf_byte_model* model, const uint8_t* spins, int32_t* sums);

typedef struct {
    sf_isa isa;
    sf_byte_sweeps_fn sweeps;
    sf_byte_energies_fn energies;
} sf_anneal_bytes;

const sf_anneal_bytes* sf_anneal_bytes_select(sf_isa isa);

/// Lanes as rows of bits: bit v of row `lane` says that the lane's spin number order[v] is +1. `words` words a row; padding bits are 0.
void sf_bytes_to_rows(const uint8_t* spins, const uint32_t* order, size_t variables, uint64_t* rows, size_t words);

/// The other way.
void sf_rows_to_bytes(const uint64_t* rows, size_t words, const uint32_t* order, size_t variables, uint8_t* spins);

#endif
