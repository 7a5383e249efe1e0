#if defined(__x86_64__)

#include <immintrin.h>

#include "../compiler.h"
#include "../dense_product/dense_product.h"
#include "roof.h"

// A tile of 4 × 4 registers of sums, as in the product kernels.

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vpopcntdq")))

SF_TARGET SF_INLINE uint64_t total(const __m512i* sum) {
    __m512i all = _mm512_setzero_si512();
    for (int i = 0; i < 16; i++) all = _mm512_add_epi64(all, sum[i]);
    return (uint64_t)_mm512_reduce_add_epi64(all);
}

SF_TARGET uint64_t sf_roof_binary_avx512(size_t rounds) {
    __m512i sum[16], a[4], b[4];
    for (int i = 0; i < 16; i++) sum[i] = _mm512_setzero_si512();
    for (int i = 0; i < 4; i++) a[i] = _mm512_set1_epi64(0x123456789ABCDEF * i), b[i] = _mm512_set1_epi64(0x77777777777 * i);
    for (size_t k = 0; k < rounds; k++) {
        SF_UNROLL
        for (int i = 0; i < 4; i++) {
            SF_CHANGED(a[i]);
            SF_CHANGED(b[i]);
        }
        SF_UNROLL
        for (int i = 0; i < 16; i++) sum[i] = _mm512_add_epi64(sum[i], _mm512_popcnt_epi64(_mm512_xor_si512(a[i / 4], b[i % 4])));
    }
    return total(sum);
}

SF_TARGET uint64_t sf_roof_bytes_avx512(size_t rounds) {
    __m512i sum[16], x[4], w[4];
    for (int i = 0; i < 16; i++) sum[i] = _mm512_setzero_si512();
    for (int i = 0; i < 4; i++) x[i] = _mm512_set1_epi8((char)(200 + i)), w[i] = _mm512_set1_epi8(i % 2 ? 1 : -1);
    for (size_t k = 0; k < rounds; k++) {
        SF_UNROLL
        for (int i = 0; i < 4; i++) {
            SF_CHANGED(x[i]);
            SF_CHANGED(w[i]);
        }
        SF_UNROLL
        for (int i = 0; i < 16; i++) sum[i] = _mm512_dpbusd_epi32(sum[i], x[i / 4], w[i % 4]);
    }
    return total(sum);
}

SF_TARGET uint64_t sf_roof_f32_avx512(size_t rounds) {
    __m512 sum[16], a[4], b[4], all = _mm512_setzero_ps();
    for (int i = 0; i < 16; i++) sum[i] = _mm512_setzero_ps();
    for (int i = 0; i < 4; i++) a[i] = _mm512_set1_ps(0.5f * (float)i), b[i] = _mm512_set1_ps(i % 2 ? 1 : -1);
    for (size_t k = 0; k < rounds; k++) {
        SF_UNROLL
        for (int i = 0; i < 4; i++) {
            SF_CHANGED(a[i]);
            SF_CHANGED(b[i]);
        }
        SF_UNROLL
        for (int i = 0; i < 16; i++) sum[i] = _mm512_fmadd_ps(a[i / 4], b[i % 4], sum[i]);
    }
    for (int i = 0; i < 16; i++) all = _mm512_add_ps(all, sum[i]);
    return (uint64_t)_mm512_cvtsi512_si32(_mm512_cvtps_epi32(all));
}

#define SF_BF16 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))

static SF_BF16 uint64_t pairs(size_t rounds) {
    __m512 sum[16], all = _mm512_setzero_ps();
    __m512i a[4], b[4];
    for (int i = 0; i < 16; i++) sum[i] = _mm512_setzero_ps();
    for (int i = 0; i < 4; i++) a[i] = _mm512_set1_epi32(0x3F803F00 + i), b[i] = _mm512_set1_epi32(i % 2 ? 0x3F80BF80 : 0x3F803F80);
    for (size_t k = 0; k < rounds; k++) {
        SF_UNROLL
        for (int i = 0; i < 4; i++) {
            SF_CHANGED(a[i]);
            SF_CHANGED(b[i]);
        }
        SF_UNROLL
        for (int i = 0; i < 16; i++) sum[i] = _mm512_dpbf16_ps(sum[i], (__m512bh)a[i / 4], (__m512bh)b[i % 4]);
    }
    for (int i = 0; i < 16; i++) all = _mm512_add_ps(all, sum[i]);
    return (uint64_t)_mm512_cvtsi512_si32(_mm512_cvtps_epi32(all));
}

uint64_t sf_roof_bf16_avx512(size_t rounds) {
    // Without the extension, or where it is slow, products of rounded floats are products of floats, sixteen at a time.
    return sf_dense_avx512bf16.runs() && sf_isa_pairs_pay() ? pairs(rounds) : sf_roof_f32_avx512(2 * rounds);
}

#else
typedef int sf_roof_avx512_not_here;
#endif
