#if defined(__x86_64__)
#include "convolution.h"

// What AVX-512 has, with tables looked up byte by byte: see `sf_isa_bytes_pay`.

extern const sf_patch_code sf_patch_code_avx512, sf_patch_code_avx512_bytes;
void sf_gather_bf16_avx512(
    const sf_patch_map* map, const sf_patch_image* image, const uint16_t* halves, size_t first_row, size_t rows, size_t first_tap,
    size_t taps, uint16_t* out);

static int runs(void) { return 1; }

SF_DEFINE_CONVOLUTION(avx512vbmi, SF_ISA_AVX512, "avx512+vbmi", &sf_patch_code_avx512, &sf_patch_code_avx512_bytes, &sf_spreading_avx512_reals, &sf_spreading_avx512_bytes, sf_gather_bf16_avx512, runs)
#endif
