#if defined(__x86_64__)
#include "convolution.h"

static const sf_patch_code plain = {.blocking = &sf_blocking_avx2}, rounded = {.blocking = &sf_blocking_avx2_rounded, .tables = &sf_table_avx2_shorts};

static int runs(void) { return 1; }

SF_DEFINE_CONVOLUTION(avx2, SF_ISA_AVX2, "avx2", &plain, &rounded, NULL, &sf_spreading_avx2_shorts, sf_gather_bf16_plain, runs)
#endif
