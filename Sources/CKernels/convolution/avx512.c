#if defined(__x86_64__)
#include <immintrin.h>

#include "convolution.h"

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

/// A unit is a float: sixteen bits choose between +1 and -1.
static SF_TARGET void signs(const uint64_t* const* rows, size_t byte, float outside, size_t depth, float* panel, size_t width) {
    const __m512 minus = _mm512_set1_ps(-1), plus = _mm512_set1_ps(1), none = _mm512_set1_ps(outside);
    for (size_t k = 0; k < depth; k++) {
        uint16_t bits = 0;
        if (rows[k] != NULL) memcpy(&bits, (const uint8_t*)rows[k] + byte, sizeof bits);
        _mm512_storeu_ps(panel + k * width, rows[k] != NULL ? _mm512_mask_mov_ps(minus, bits, plus) : none);
    }
}

static const sf_patch_code plain = {&sf_blocking_avx512, signs}, rounded = {&sf_blocking_avx512_rounded, signs};

static int runs(void) { return 1; }

SF_DEFINE_CONVOLUTION(avx512, SF_ISA_AVX512, "avx512", &plain, &rounded, runs)

const sf_patch_code sf_patch_code_avx512 = {&sf_blocking_avx512, signs};
#endif
