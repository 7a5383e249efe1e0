#if defined(__x86_64__)

#include <immintrin.h>

#include "../compiler.h"
#include "anneal_bytes.h"

#define SF_TARGET __attribute__((target("avx2")))
#define SF_NAME(function) function##_avx2
#define OP SF_INLINE SF_TARGET

typedef struct {
    __m256i half[2];
} lanes;
typedef struct {
    lanes first, second;
} generators;
/// Bytes of the acceptance numbers, sixteen entries at a time in both halves of a register, and how many sixteens hold one above 0.
typedef struct {
    __m256i high[8], low[8];
    int blocks;
} tables;

#define EACH(expression)                                                                                                               \
    lanes result;                                                                                                                      \
    SF_UNROLL                                                                                                                          \
    for (int i = 0; i < 2; i++) result.half[i] = (expression);                                                                         \
    return result

OP lanes load(const char* p) { EACH(_mm256_load_si256((const __m256i*)p + i)); }
OP void store(char* p, lanes x) {
    _mm256_store_si256((__m256i*)p, x.half[0]);
    _mm256_store_si256((__m256i*)p + 1, x.half[1]);
}
OP lanes splat(int8_t x) { EACH(_mm256_set1_epi8(x)); }
OP lanes splat4(uint32_t x) { EACH(_mm256_set1_epi32((int)x)); }
OP lanes add(lanes a, lanes b) { EACH(_mm256_add_epi8(a.half[i], b.half[i])); }
OP lanes sub(lanes a, lanes b) { EACH(_mm256_sub_epi8(a.half[i], b.half[i])); }
OP lanes and2(lanes a, lanes b) { EACH(_mm256_and_si256(a.half[i], b.half[i])); }
OP lanes xor2(lanes a, lanes b) { EACH(_mm256_xor_si256(a.half[i], b.half[i])); }

OP generators generators_from(const uint64_t* state) {
    generators g;
    __builtin_memcpy(&g, state, sizeof g);
    return g;
}

OP void generators_to(uint64_t* state, const generators* g) { __builtin_memcpy(state, g, sizeof *g); }

OP __m256i step(__m256i* first, __m256i* second) {
    const __m256i a = _mm256_xor_si256(*first, _mm256_slli_epi64(*first, 23)), b = *second;
    *first = b;
    *second = _mm256_xor_si256(_mm256_xor_si256(a, b), _mm256_xor_si256(_mm256_srli_epi64(a, 18), _mm256_srli_epi64(b, 5)));
    return _mm256_add_epi64(*second, b);
}

OP lanes next_random(generators* g) { EACH(step(&g->first.half[i], &g->second.half[i])); }

OP tables tables_from(const uint16_t* accept) {
    tables result;
    result.blocks = 0;
    for (int block = 0; block < 8; block++) {
        uint8_t high[16], low[16];
        int any = 0;
        for (int i = 0; i < 16; i++) {
            const uint16_t p = accept[16 * block + i];
            high[i] = (uint8_t)(p >> 8), low[i] = (uint8_t)p;
            any |= p;
        }
        if (any) result.blocks = block + 1;
        result.high[block] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i*)high));
        result.low[block] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i*)low));
    }
    return result;
}

OP __m256i less(__m256i a, __m256i b) { return _mm256_xor_si256(_mm256_cmpeq_epi8(_mm256_max_epu8(a, b), a), _mm256_set1_epi8(-1)); }

OP lanes flip(lanes spin, lanes d, lanes high, lanes low, const tables* accept) {
    const __m256i zero = _mm256_setzero_si256(), seventy = _mm256_set1_epi8(0x70);
    lanes limit_high = splat(0), limit_low = splat(0), result;
    for (int block = 0; block < accept->blocks; block++)
        for (int i = 0; i < 2; i++) {
            // From D - 16·block in 0…15 the low bits select; adding 0x70 without wrap sets the top bit of all others, which selects 0.
            const __m256i index = _mm256_adds_epu8(_mm256_sub_epi8(d.half[i], _mm256_set1_epi8((char)(16 * block))), seventy);
            limit_high.half[i] = _mm256_or_si256(limit_high.half[i], _mm256_shuffle_epi8(accept->high[block], index));
            limit_low.half[i] = _mm256_or_si256(limit_low.half[i], _mm256_shuffle_epi8(accept->low[block], index));
        }
    SF_UNROLL
    for (int i = 0; i < 2; i++) {
        // Of negative D no entry is selected, so the limit is 0.
        const __m256i gains = _mm256_cmpgt_epi8(zero, d.half[i]);
        const __m256i tied = _mm256_and_si256(
            _mm256_cmpeq_epi8(high.half[i], limit_high.half[i]), less(low.half[i], limit_low.half[i]));
        const __m256i below = _mm256_or_si256(less(high.half[i], limit_high.half[i]), tied);
        result.half[i] = _mm256_xor_si256(spin.half[i], _mm256_or_si256(gains, below));
    }
    return result;
}

OP void accumulate(int32_t* sums, lanes x) {
    int8_t bytes[64] __attribute__((aligned(64)));
    store((char*)bytes, x);
    for (int i = 0; i < 8; i++) {
        const __m256i part = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i*)(bytes + 8 * i)));
        __m256i* at = (__m256i*)(sums + 8 * i);
        _mm256_storeu_si256(at, _mm256_add_epi32(_mm256_loadu_si256(at), part));
    }
}

#include "body.inc"

#else
typedef int sf_anneal_bytes_avx2_not_here;
#endif
