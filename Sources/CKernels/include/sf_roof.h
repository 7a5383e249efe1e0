#ifndef SPINFLIP_SF_ROOF_H
#define SPINFLIP_SF_ROOF_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"

/// The most a product kernel could reach: its arithmetic alone, on registers, without loads, stores or edges. Benchmarks run it between
/// the repeats of the kernel, so that both see the same clock frequency and the same neighbours.
///
/// A round is `products` multiply-accumulates; the returned number only keeps the work from being optimised away.
typedef struct {
    uint64_t (*run)(size_t rounds);
    uint64_t products;
} sf_roof_loop;

typedef struct {
    sf_isa isa;
    /// Of the binary product: xor, population count, addition (with AVX2 the carry-save tree of Harley and Seal).
    sf_roof_loop binary;
    /// Of the byte product: multiply-add of unsigned with ±1 bytes.
    sf_roof_loop bytes;
    /// Of float products: fused multiply-add.
    sf_roof_loop f32;
    /// Of products of bfloat16 with sums in float32: of pairs where the processor has that, else the same as f32. Not of matrix units.
    sf_roof_loop bf16;
} sf_roof;

const sf_roof* sf_roof_select(sf_isa isa);

#endif
