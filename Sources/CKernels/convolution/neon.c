#if defined(__aarch64__)
#include "convolution.h"

static const sf_patch_code plain = {&sf_blocking_neon, NULL, NULL, NULL, NULL}, rounded = {&sf_blocking_neon_rounded, NULL, &sf_table_neon_shorts, NULL, NULL};

static int runs(void) { return 1; }

SF_DEFINE_CONVOLUTION(neon, SF_ISA_NEON, "neon", &plain, &rounded, NULL, &sf_spreading_neon_shorts, sf_gather_bf16_plain, runs)
#endif
