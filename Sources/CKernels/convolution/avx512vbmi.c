#if defined(__x86_64__)
#include "convolution.h"

// What AVX-512 has, with tables looked up byte by byte: see `sf_isa_bytes_pay`.

static int runs(void) { return 1; }

SF_DEFINE_CONVOLUTION(avx512vbmi, SF_ISA_AVX512, "avx512+vbmi", &sf_patch_code_avx512, &sf_patch_code_avx512_bytes, &sf_spreading_avx512_reals, &sf_spreading_avx512_bytes, sf_gather_bf16_avx512, runs)
#endif
