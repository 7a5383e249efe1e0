#if defined(__aarch64__)
#include "convolution.h"

static const sf_patch_code plain = {.blocking = &sf_blocking_neon}, rounded = {.blocking = &sf_blocking_neon_rounded, .tables = &sf_table_neon_shorts};

static int runs(void) { return 1; }

SF_DEFINE_CONVOLUTION(neon, SF_ISA_NEON, "neon", &plain, &rounded, NULL, &sf_spreading_neon_shorts, sf_gather_bf16_plain, runs)
#endif
