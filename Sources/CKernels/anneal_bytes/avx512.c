#if defined(__x86_64__)

#include <immintrin.h>

#include "../compiler.h"
#include "anneal_bytes.h"

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi")))
#define SF_NAME(function) function##_avx512
#define OP SF_INLINE SF_TARGET

typedef __m512i lanes;
typedef struct {
    lanes first, second;
} generators;
/// Bytes of the acceptance numbers for D below 64 and from 64.
typedef struct {
    lanes high[2], low[2];
} tables;

OP lanes load(const char* p) { return _mm512_load_si512((const void*)p); }
OP void store(char* p, lanes x) { _mm512_store_si512((void*)p, x); }
OP lanes splat(int8_t x) { return _mm512_set1_epi8(x); }
OP lanes splat4(uint32_t x) { return _mm512_set1_epi32((int)x); }
OP lanes add(lanes a, lanes b) { return _mm512_add_epi8(a, b); }
OP lanes sub(lanes a, lanes b) { return _mm512_sub_epi8(a, b); }
OP lanes and2(lanes a, lanes b) { return _mm512_and_si512(a, b); }
OP lanes xor2(lanes a, lanes b) { return _mm512_xor_si512(a, b); }

OP generators generators_from(const uint64_t* state) {
    return (generators){_mm512_loadu_si512(state), _mm512_loadu_si512(state + 8)};
}

OP void generators_to(uint64_t* state, const generators* g) {
    _mm512_storeu_si512(state, g->first);
    _mm512_storeu_si512(state + 8, g->second);
}

OP lanes next_random(generators* g) {
    const lanes a = xor2(g->first, _mm512_slli_epi64(g->first, 23)), b = g->second;
    g->first = b;
    g->second = xor2(_mm512_ternarylogic_epi64(a, b, _mm512_srli_epi64(a, 18), 0x96), _mm512_srli_epi64(b, 5));
    return _mm512_add_epi64(g->second, b);
}

OP tables tables_from(const uint16_t* accept) {
    tables result;
    for (int half = 0; half < 2; half++) {
        const __m512i a = _mm512_loadu_si512(accept + 64 * half), b = _mm512_loadu_si512(accept + 64 * half + 32);
        result.low[half] = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi16_epi8(a)), _mm512_cvtepi16_epi8(b), 1);
        result.high[half] = _mm512_inserti64x4(
            _mm512_castsi256_si512(_mm512_cvtepi16_epi8(_mm512_srli_epi16(a, 8))), _mm512_cvtepi16_epi8(_mm512_srli_epi16(b, 8)), 1);
    }
    return result;
}

OP lanes flip(lanes spin, lanes d, lanes high, lanes low, const tables* accept) {
    // The index is D mod 128; of negative ones the answer does not matter.
    const __mmask64 gains = _mm512_movepi8_mask(d);
    const lanes limit_high = _mm512_permutex2var_epi8(accept->high[0], d, accept->high[1]);
    const lanes limit_low = _mm512_permutex2var_epi8(accept->low[0], d, accept->low[1]);
    const __mmask64 below = _mm512_cmplt_epu8_mask(high, limit_high);
    const __mmask64 tied = _mm512_mask_cmplt_epu8_mask(_mm512_cmpeq_epi8_mask(high, limit_high), low, limit_low);
    return _mm512_mask_sub_epi8(spin, gains | below | tied, _mm512_set1_epi8(-1), spin);
}

OP void accumulate(int32_t* sums, lanes x) {
    SF_UNROLL
    for (int q = 0; q < 4; q++) {
        const __m512i part = _mm512_cvtepi8_epi32(
            q == 0 ? _mm512_castsi512_si128(x) : q == 1 ? _mm512_extracti32x4_epi32(x, 1) : q == 2 ? _mm512_extracti32x4_epi32(x, 2)
                                                                                        : _mm512_extracti32x4_epi32(x, 3));
        _mm512_storeu_si512(sums + 16 * q, _mm512_add_epi32(_mm512_loadu_si512(sums + 16 * q), part));
    }
}

#include "body.inc"

#else
typedef int sf_anneal_bytes_avx512_not_here;
#endif
