#if defined(__x86_64__)

#include <immintrin.h>

#include "metropolis.h"

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi,bmi2")))
#define SF_NAME(name) name##_avx512

typedef struct {
    __m512i a, b, c, d;
} sf_lanes;
typedef __m512i sf_bounds32, sf_bounds16;

SF_INLINE SF_TARGET sf_lanes load_lanes(const sf_random_lanes* from) {
    return (sf_lanes){_mm512_loadu_si512(from->words[0]), _mm512_loadu_si512(from->words[1]), _mm512_loadu_si512(from->words[2]),
                      _mm512_loadu_si512(from->words[3])};
}

SF_INLINE SF_TARGET void store_lanes(sf_random_lanes* to, sf_lanes lanes) {
    _mm512_storeu_si512(to->words[0], lanes.a);
    _mm512_storeu_si512(to->words[1], lanes.b);
    _mm512_storeu_si512(to->words[2], lanes.c);
    _mm512_storeu_si512(to->words[3], lanes.d);
}

SF_INLINE SF_TARGET sf_bounds32 fixed_bounds32(int32_t bound) { return _mm512_set1_epi32(bound); }

SF_INLINE SF_TARGET sf_bounds32 draw_bounds32(sf_lanes* r, float scale) {
    const __m512i draw = _mm512_add_epi32(r->a, r->d), shifted = _mm512_slli_epi32(r->b, 9);
    r->c = _mm512_xor_si512(r->c, r->a);
    r->d = _mm512_xor_si512(r->d, r->b);
    r->b = _mm512_xor_si512(r->b, r->c);
    r->a = _mm512_xor_si512(r->a, r->d);
    r->c = _mm512_xor_si512(r->c, shifted);
    r->d = _mm512_rol_epi32(r->d, 11);

    const __m512 x = _mm512_cvtepi32_ps(_mm512_or_si512(_mm512_srli_epi32(draw, 8), _mm512_set1_epi32(1)));
    const __m512i bits = _mm512_castps_si512(x);
    // (bits & 0x7FFFFF) | 1.0f in one step.
    const __m512 m = _mm512_castsi512_ps(
        _mm512_ternarylogic_epi32(bits, _mm512_set1_epi32(0x7FFFFF), _mm512_set1_epi32(0x3F800000), 0xEA));
    const __m512 linear = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_set1_epi32(151 << 23), bits)), _mm512_set1_ps(0x1p-23f));
    const __m512 inner = _mm512_add_ps(_mm512_mul_ps(m, _mm512_set1_ps(SF_LOG2_Q2)), _mm512_set1_ps(SF_LOG2_Q1));
    const __m512 q = _mm512_add_ps(_mm512_mul_ps(inner, m), _mm512_set1_ps(SF_LOG2_Q0));
    const __m512 w = _mm512_mul_ps(_mm512_sub_ps(m, _mm512_set1_ps(1)), _mm512_sub_ps(_mm512_set1_ps(2), m));
    const __m512 e = _mm512_sub_ps(linear, _mm512_mul_ps(q, w));
    return _mm512_cvttps_epi32(_mm512_mul_ps(e, _mm512_set1_ps(-scale)));
}

SF_INLINE SF_TARGET sf_bounds16 join_bounds(sf_bounds32 low, sf_bounds32 high) {
    return _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtsepi32_epi16(low)), _mm512_cvtsepi32_epi16(high), 1);
}

SF_INLINE SF_TARGET __m512i gains32(const int32_t* f, uint32_t spins) {
    const __m512i fields = _mm512_loadu_si512(f);
    return _mm512_mask_sub_epi32(fields, (__mmask16)~spins, _mm512_setzero_si512(), fields);
}

SF_INLINE SF_TARGET __m512i gains16(const int16_t* f, uint32_t spins) {
    const __m512i fields = _mm512_loadu_si512(f);
    return _mm512_mask_sub_epi16(fields, ~spins, _mm512_setzero_si512(), fields);
}

SF_INLINE SF_TARGET uint32_t candidates32(const int32_t* f, uint32_t spins, sf_bounds32 bounds) {
    return _mm512_cmpge_epi32_mask(gains32(f, spins), bounds);
}

SF_INLINE SF_TARGET uint32_t candidates16(const int16_t* f, uint32_t spins, sf_bounds16 bounds) {
    return _mm512_cmpge_epi16_mask(gains16(f, spins), bounds);
}

SF_INLINE SF_TARGET void add_bits(int16_t* f, const void* row, size_t count, int up) {
    const uint32_t *bits = row, flip = up ? 0 : ~0u;
    const __m512i plus = _mm512_set1_epi16(2), minus = _mm512_set1_epi16(-2);
    for (size_t j = 0; j < count; j += 32)
        _mm512_storeu_si512(
            f + j, _mm512_add_epi16(_mm512_loadu_si512(f + j), _mm512_mask_blend_epi16(bits[j / 32] ^ flip, minus, plus)));
}

SF_INLINE SF_TARGET void add_bytes(int16_t* f, const int8_t* row, size_t count, int up) {
    const __m512i sign = _mm512_set1_epi16(up ? 0 : -1);
    for (size_t j = 0; j < count; j += 32) {
        // -x = ~x + 1, doubled: (x ^ -1) * 2 + 2.
        const __m512i weights = _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i*)(row + j)));
        const __m512i twice = _mm512_slli_epi16(_mm512_sub_epi16(_mm512_xor_si512(weights, sign), sign), 1);
        _mm512_storeu_si512(f + j, _mm512_add_epi16(_mm512_loadu_si512(f + j), twice));
    }
}

SF_INLINE SF_TARGET void add_words(int32_t* f, const int32_t* row, size_t count, int up) {
    const __m512i sign = _mm512_set1_epi32(up ? 0 : -1);
    for (size_t j = 0; j < count; j += 16) {
        const __m512i twice = _mm512_slli_epi32(_mm512_sub_epi32(_mm512_xor_si512(_mm512_loadu_si512(row + j), sign), sign), 1);
        _mm512_storeu_si512(f + j, _mm512_add_epi32(_mm512_loadu_si512(f + j), twice));
    }
}

/// The best of lanes that each keep their first maximum: the greatest gain, then the earliest group, then the lowest lane.
SF_INLINE sf_best_move best_lane32(const int32_t* gains, const int32_t* groups, size_t start, size_t count) {
    sf_best_move best = {INT64_MIN, -1};
    size_t order = SIZE_MAX;
    for (size_t l = 0; l < 16; l++) {
        if (gains[l] == INT32_MIN) continue;
        const size_t i = 16 * (size_t)(uint32_t)groups[l] + l, after = i >= start ? i - start : i + count;
        if (gains[l] > best.gain || (gains[l] == best.gain && after < order)) best = (sf_best_move){gains[l], (int64_t)i}, order = after;
    }
    return best;
}

SF_INLINE sf_best_move best_lane16(const int16_t* gains, const uint16_t* groups, size_t start, size_t count) {
    sf_best_move best = {INT64_MIN, -1};
    size_t order = SIZE_MAX;
    for (size_t l = 0; l < 32; l++) {
        if (gains[l] == INT16_MIN) continue;
        const size_t i = 32 * (size_t)groups[l] + l, after = i >= start ? i - start : i + count;
        if (gains[l] > best.gain || (gains[l] == best.gain && after < order)) best = (sf_best_move){gains[l], (int64_t)i}, order = after;
    }
    return best;
}

SF_TARGET static void best32_avx512(
    const sf_spins* s, const uint64_t* tabu, size_t start, sf_best_move* free_moves, sf_best_move* tabu_moves) {
    const int32_t* f = s->fields;
    __m512i best[2] = {_mm512_set1_epi32(INT32_MIN), _mm512_set1_epi32(INT32_MIN)}, group[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
    for (int part = 0; part < 2; part++)
        for (size_t first = part == 0 ? start : 0, end = part == 0 ? s->count : start; first < end; first += 16) {
            const uint32_t inside = end - first >= 16 ? 0xFFFF : (1u << (end - first)) - 1;
            const uint32_t held = (uint32_t)(tabu[first / 64] >> (first % 64)) & 0xFFFF;
            const __m512i gains = gains32(f + first, (uint32_t)(s->spins[first / 64] >> (first % 64)));
            const __m512i here = _mm512_set1_epi32((int32_t)(first / 16));
            const __mmask16 free_better = _mm512_mask_cmpgt_epi32_mask((__mmask16)(inside & ~held), gains, best[0]);
            const __mmask16 held_better = _mm512_mask_cmpgt_epi32_mask((__mmask16)(inside & held), gains, best[1]);
            best[0] = _mm512_mask_mov_epi32(best[0], free_better, gains);
            group[0] = _mm512_mask_mov_epi32(group[0], free_better, here);
            best[1] = _mm512_mask_mov_epi32(best[1], held_better, gains);
            group[1] = _mm512_mask_mov_epi32(group[1], held_better, here);
        }
    int32_t gains[2][16], groups[2][16];
    for (int k = 0; k < 2; k++) _mm512_storeu_si512(gains[k], best[k]), _mm512_storeu_si512(groups[k], group[k]);
    *free_moves = best_lane32(gains[0], groups[0], start, s->count);
    *tabu_moves = best_lane32(gains[1], groups[1], start, s->count);
}

SF_TARGET static void best16_avx512(
    const sf_spins* s, const uint64_t* tabu, size_t start, sf_best_move* free_moves, sf_best_move* tabu_moves) {
    const int16_t* f = s->fields;
    __m512i best[2] = {_mm512_set1_epi16(INT16_MIN), _mm512_set1_epi16(INT16_MIN)}, group[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
    for (int part = 0; part < 2; part++)
        for (size_t first = part == 0 ? start : 0, end = part == 0 ? s->count : start; first < end; first += 32) {
            const uint32_t inside = end - first >= 32 ? 0xFFFFFFFFu : (1u << (end - first)) - 1;
            const uint32_t held = (uint32_t)(tabu[first / 64] >> (first % 64));
            const __m512i gains = gains16(f + first, (uint32_t)(s->spins[first / 64] >> (first % 64)));
            const __m512i here = _mm512_set1_epi16((int16_t)(first / 32));
            const __mmask32 free_better = _mm512_mask_cmpgt_epi16_mask(inside & ~held, gains, best[0]);
            const __mmask32 held_better = _mm512_mask_cmpgt_epi16_mask(inside & held, gains, best[1]);
            best[0] = _mm512_mask_mov_epi16(best[0], free_better, gains);
            group[0] = _mm512_mask_mov_epi16(group[0], free_better, here);
            best[1] = _mm512_mask_mov_epi16(best[1], held_better, gains);
            group[1] = _mm512_mask_mov_epi16(group[1], held_better, here);
        }
    int16_t gains[2][32];
    uint16_t groups[2][32];
    for (int k = 0; k < 2; k++) _mm512_storeu_si512(gains[k], best[k]), _mm512_storeu_si512(groups[k], group[k]);
    *free_moves = best_lane16(gains[0], groups[0], start, s->count);
    *tabu_moves = best_lane16(gains[1], groups[1], start, s->count);
}

#include "sweep.inc"

const sf_metropolis sf_metropolis_avx512 = SF_METROPOLIS_TABLE(SF_ISA_AVX512);

#else
typedef int sf_metropolis_avx512_not_here;
#endif
