#if defined(__x86_64__)
#include "convolution.h"

// What AVX-512 has, with gradients over signs by tables in the first-level cache: see `sf_isa_loads_pay`.

static const sf_patch_code plain = {
    .blocking = &sf_blocking_avx512, .signs = sf_signs_avx512, .lines = &sf_line_avx512_reals, .tables = &sf_table_avx512_reals,
    .product_tables = &sf_table_avx512_reals, .narrow = &sf_narrow_avx512};
static const sf_patch_code rounded = {
    .blocking = &sf_blocking_avx512_rounded, .signs = sf_signs_avx512, .lines = &sf_line_avx512_shorts, .tables = &sf_table_avx512_shorts,
    .product_tables = &sf_table_avx512_reals, .narrow = &sf_narrow_avx512};

static int runs(void) { return 1; }

SF_DEFINE_CONVOLUTION(
    avx512loads, SF_ISA_AVX512, "avx512+loads", &plain, &rounded, &sf_spreading_avx512_real_lines, &sf_spreading_avx512_short_lines,
    sf_gather_bf16_avx512, runs)
#endif
