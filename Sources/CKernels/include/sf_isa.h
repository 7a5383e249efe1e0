#ifndef SPINFLIP_SF_ISA_H
#define SPINFLIP_SF_ISA_H

#include <stdint.h>

/// Instruction-set levels. On one architecture a higher level includes the lower ones.
/// `SF_ISA_AVX512` means F, BW, DQ, VL, VBMI, VNNI and VPOPCNTDQ together; `SF_ISA_AMX` adds AMX tiles with int8 and bf16.
typedef enum {
    SF_ISA_REFERENCE = 0,
    SF_ISA_AVX2 = 1,
    SF_ISA_AVX512 = 2,
    SF_ISA_AMX = 3,
    SF_ISA_NEON = 16,
} sf_isa;

/// The highest level that this processor and operating system support.
sf_isa sf_isa_best(void);

/// 1 when this machine can run code of the level, else 0.
int sf_isa_supported(sf_isa isa);

/// 1 when products of bfloat16 pairs on vectors are faster than products of floats. Processors with AMX have the instruction at a
/// low rate (Sapphire Rapids: 37 GMAC/s a core against 69 in float32): bfloat16 belongs to the matrix unit there, and rounded
/// floats are better for what does not go to it.
int sf_isa_pairs_pay(void);

/// 1 when two registers of 512 bits are read from the first-level cache in a cycle, as Intel's processors do: reading a sum from a table there is
/// then faster than permuting one that is in a register.
int sf_isa_loads_pay(void);

#endif
