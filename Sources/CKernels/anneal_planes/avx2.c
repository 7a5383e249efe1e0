#if defined(__x86_64__)

#include <immintrin.h>

#include "../compiler.h"
#include "anneal_planes.h"

#define SF_TARGET __attribute__((target("avx2")))
#define SF_NAME(function) function##_avx2
#define OP SF_INLINE SF_TARGET

typedef struct {
    __m256i low, high;
} plane;
typedef struct {
    plane first, second;
} generators;

#define EACH(expression_low, expression_high) ((plane){expression_low, expression_high})
#define BOTH(f, a, b) EACH(f((a).low, (b).low), f((a).high, (b).high))

OP plane load(const char* p) { return EACH(_mm256_load_si256((const __m256i*)p), _mm256_load_si256((const __m256i*)(p + 32))); }
OP void store(char* p, plane x) {
    _mm256_store_si256((__m256i*)p, x.low);
    _mm256_store_si256((__m256i*)(p + 32), x.high);
}
OP plane broadcast(const uint64_t* word) {
    const __m256i x = _mm256_set1_epi64x((long long)*word);
    return EACH(x, x);
}
OP plane all_ones(void) { return EACH(_mm256_set1_epi64x(-1), _mm256_set1_epi64x(-1)); }
OP plane xor2(plane a, plane b) { return BOTH(_mm256_xor_si256, a, b); }
OP plane and2(plane a, plane b) { return BOTH(_mm256_and_si256, a, b); }
OP plane or2(plane a, plane b) { return BOTH(_mm256_or_si256, a, b); }
OP plane and_not(plane a, plane b) { return BOTH(_mm256_andnot_si256, b, a); }
OP plane select_bits(plane s, plane a, plane b) { return or2(and2(s, a), and_not(b, s)); }
OP plane xor3(plane a, plane b, plane c) { return xor2(xor2(a, b), c); }
OP plane majority(plane a, plane b, plane c) { return or2(and2(a, b), and2(xor2(a, b), c)); }
OP plane carry_out(plane c, plane p, plane carry) { return or2(and_not(c, p), and_not(carry, and_not(p, c))); }

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

OP plane next_random(generators* g) { return EACH(step(&g->first.low, &g->second.low), step(&g->first.high, &g->second.high)); }

/// levels[i] = how many of the limits from `accept`, every other one up to the first zero, are above number i.
OP void count_below(plane numbers, const uint16_t* accept, const uint16_t* end, uint16_t* levels) {
    __m256i low = _mm256_setzero_si256(), high = low;
    for (; accept < end && *accept > 0; accept += 2) {
        // There is no unsigned comparison: max(r, limit) == r says r >= limit, and adds -1 to what starts at the number of limits.
        const __m256i limit = _mm256_set1_epi16((short)*accept), one = _mm256_set1_epi16(1);
        low = _mm256_add_epi16(low, _mm256_add_epi16(one, _mm256_cmpeq_epi16(_mm256_max_epu16(numbers.low, limit), numbers.low)));
        high = _mm256_add_epi16(high, _mm256_add_epi16(one, _mm256_cmpeq_epi16(_mm256_max_epu16(numbers.high, limit), numbers.high)));
    }
    store((char*)levels, EACH(low, high));
}

OP void add_counts(plane bits, uint32_t weight, uint32_t* counts) {
    uint8_t masks[64] __attribute__((aligned(64)));
    store((char*)masks, bits);
    const __m256i w = _mm256_set1_epi32((int)weight), each = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    for (int i = 0; i < 64; i++) {
        const __m256i set = _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(masks[i]), each), each);
        __m256i* at = (__m256i*)(counts + 8 * i);
        _mm256_storeu_si256(at, _mm256_add_epi32(_mm256_loadu_si256(at), _mm256_and_si256(set, w)));
    }
}

#include "body.inc"

#else
typedef int sf_anneal_planes_avx2_not_here;
#endif
