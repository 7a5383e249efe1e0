#if defined(__x86_64__)

#include <immintrin.h>

#include "../compiler.h"
#include "anneal_planes.h"

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define SF_NAME(function) function##_avx512
#define OP SF_INLINE SF_TARGET

typedef __m512i plane;
typedef struct {
    plane first, second;
} generators;

OP plane load(const char* p) { return _mm512_load_si512((const void*)p); }
OP void store(char* p, plane x) { _mm512_store_si512((void*)p, x); }
OP plane broadcast(const uint64_t* word) { return _mm512_set1_epi64((long long)*word); }
OP plane all_ones(void) { return _mm512_set1_epi64(-1); }
OP plane xor2(plane a, plane b) { return _mm512_xor_si512(a, b); }
OP plane and2(plane a, plane b) { return _mm512_and_si512(a, b); }
// The constants are truth tables over (a, b, c), the first operand the high bit.
OP plane select_bits(plane s, plane a, plane b) { return _mm512_ternarylogic_epi64(s, a, b, 0xCA); }
OP plane xor3(plane a, plane b, plane c) { return _mm512_ternarylogic_epi64(a, b, c, 0x96); }
OP plane majority(plane a, plane b, plane c) { return _mm512_ternarylogic_epi64(a, b, c, 0xE8); }
OP plane carry_out(plane c, plane p, plane carry) { return _mm512_ternarylogic_epi64(c, p, carry, 0xB2); }

OP generators generators_from(const uint64_t* state) {
    return (generators){_mm512_loadu_si512(state), _mm512_loadu_si512(state + 8)};
}

OP void generators_to(uint64_t* state, const generators* g) {
    _mm512_storeu_si512(state, g->first);
    _mm512_storeu_si512(state + 8, g->second);
}

OP plane next_random(generators* g) {
    const plane a = xor2(g->first, _mm512_slli_epi64(g->first, 23)), b = g->second;
    g->first = b;
    g->second = xor2(xor3(a, b, _mm512_srli_epi64(a, 18)), _mm512_srli_epi64(b, 5));
    return _mm512_add_epi64(g->second, b);
}

/// levels[i] = how many of the limits from `accept`, every other one up to the first zero, are above number i.
OP void count_below(plane numbers, const uint16_t* accept, const uint16_t* end, uint16_t* levels) {
    plane count = _mm512_setzero_si512();
    for (; accept < end && *accept > 0; accept += 2) {
        const __mmask32 below = _mm512_cmplt_epu16_mask(numbers, _mm512_set1_epi16((short)*accept));
        count = _mm512_sub_epi16(count, _mm512_movm_epi16(below));
    }
    _mm512_store_si512((void*)levels, count);
}

OP void add_counts(plane bits, uint32_t weight, uint32_t* counts) {
    uint16_t masks[32] __attribute__((aligned(64)));
    _mm512_store_si512((void*)masks, bits);
    const __m512i w = _mm512_set1_epi32((int)weight);
    for (int i = 0; i < 32; i++) {
        const __m512i old = _mm512_loadu_si512(counts + 16 * i);
        _mm512_storeu_si512(counts + 16 * i, _mm512_mask_add_epi32(old, masks[i], old, w));
    }
}

#include "body.inc"

#else
typedef int sf_anneal_planes_avx512_not_here;
#endif
