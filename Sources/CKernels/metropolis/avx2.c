#if defined(__x86_64__)

#include <immintrin.h>

#include "metropolis.h"

#define SF_TARGET __attribute__((target("avx2,bmi,bmi2")))
#define SF_NAME(name) name##_avx2

typedef struct {
    __m256i a[2], b[2], c[2], d[2];
} sf_lanes;
typedef struct {
    __m256i half[2];
} sf_bounds32, sf_bounds16;

#define LOAD(p) _mm256_loadu_si256((const __m256i*)(p))
#define STORE(p, x) _mm256_storeu_si256((__m256i*)(p), x)

SF_INLINE SF_TARGET sf_lanes load_lanes(const sf_random_lanes* from) {
    sf_lanes lanes;
    SF_UNROLL
    for (int h = 0; h < 2; h++) {
        lanes.a[h] = LOAD(from->words[0] + 8 * h), lanes.b[h] = LOAD(from->words[1] + 8 * h);
        lanes.c[h] = LOAD(from->words[2] + 8 * h), lanes.d[h] = LOAD(from->words[3] + 8 * h);
    }
    return lanes;
}

SF_INLINE SF_TARGET void store_lanes(sf_random_lanes* to, sf_lanes lanes) {
    SF_UNROLL
    for (int h = 0; h < 2; h++) {
        STORE(to->words[0] + 8 * h, lanes.a[h]), STORE(to->words[1] + 8 * h, lanes.b[h]);
        STORE(to->words[2] + 8 * h, lanes.c[h]), STORE(to->words[3] + 8 * h, lanes.d[h]);
    }
}

SF_INLINE SF_TARGET sf_bounds32 fixed_bounds32(int32_t bound) {
    return (sf_bounds32){{_mm256_set1_epi32(bound), _mm256_set1_epi32(bound)}};
}

SF_INLINE SF_TARGET sf_bounds32 draw_bounds32(sf_lanes* r, float scale) {
    sf_bounds32 result;
    SF_UNROLL
    for (int h = 0; h < 2; h++) {
        const __m256i draw = _mm256_add_epi32(r->a[h], r->d[h]), shifted = _mm256_slli_epi32(r->b[h], 9);
        r->c[h] = _mm256_xor_si256(r->c[h], r->a[h]);
        r->d[h] = _mm256_xor_si256(r->d[h], r->b[h]);
        r->b[h] = _mm256_xor_si256(r->b[h], r->c[h]);
        r->a[h] = _mm256_xor_si256(r->a[h], r->d[h]);
        r->c[h] = _mm256_xor_si256(r->c[h], shifted);
        r->d[h] = _mm256_or_si256(_mm256_slli_epi32(r->d[h], 11), _mm256_srli_epi32(r->d[h], 21));

        const __m256 x = _mm256_cvtepi32_ps(_mm256_or_si256(_mm256_srli_epi32(draw, 8), _mm256_set1_epi32(1)));
        const __m256i bits = _mm256_castps_si256(x);
        const __m256 m =
            _mm256_castsi256_ps(_mm256_or_si256(_mm256_and_si256(bits, _mm256_set1_epi32(0x7FFFFF)), _mm256_set1_epi32(0x3F800000)));
        const __m256 linear =
            _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_set1_epi32(151 << 23), bits)), _mm256_set1_ps(0x1p-23f));
        const __m256 inner = _mm256_add_ps(_mm256_mul_ps(m, _mm256_set1_ps(SF_LOG2_Q2)), _mm256_set1_ps(SF_LOG2_Q1));
        const __m256 q = _mm256_add_ps(_mm256_mul_ps(inner, m), _mm256_set1_ps(SF_LOG2_Q0));
        const __m256 w = _mm256_mul_ps(_mm256_sub_ps(m, _mm256_set1_ps(1)), _mm256_sub_ps(_mm256_set1_ps(2), m));
        const __m256 e = _mm256_sub_ps(linear, _mm256_mul_ps(q, w));
        result.half[h] = _mm256_cvttps_epi32(_mm256_mul_ps(e, _mm256_set1_ps(-scale)));
    }
    return result;
}

SF_INLINE SF_TARGET sf_bounds16 join_bounds(sf_bounds32 low, sf_bounds32 high) {
    // The packing works within halves of a register; the permutation puts the quarters in order.
    return (sf_bounds16){{_mm256_permute4x64_epi64(_mm256_packs_epi32(low.half[0], low.half[1]), 0xD8),
                          _mm256_permute4x64_epi64(_mm256_packs_epi32(high.half[0], high.half[1]), 0xD8)}};
}

/// All ones in the lanes whose bit is 1.
SF_INLINE SF_TARGET __m256i lanes32(uint32_t bits) {
    const __m256i own = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32((int32_t)bits), own), own);
}

SF_INLINE SF_TARGET __m256i lanes16(uint32_t bits) {
    const __m256i own = _mm256_setr_epi16(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, INT16_MIN);
    return _mm256_cmpeq_epi16(_mm256_and_si256(_mm256_set1_epi16((int16_t)bits), own), own);
}

SF_INLINE SF_TARGET __m256i gains32(const int32_t* f, uint32_t spins) {
    const __m256i down = lanes32(~spins);
    return _mm256_sub_epi32(_mm256_xor_si256(LOAD(f), down), down);
}

SF_INLINE SF_TARGET __m256i gains16(const int16_t* f, uint32_t spins) {
    const __m256i down = lanes16(~spins);
    return _mm256_sub_epi16(_mm256_xor_si256(LOAD(f), down), down);
}

SF_INLINE SF_TARGET uint32_t candidates32(const int32_t* f, uint32_t spins, sf_bounds32 bounds) {
    uint32_t below = 0;
    SF_UNROLL
    for (int h = 0; h < 2; h++) {
        const __m256i less = _mm256_cmpgt_epi32(bounds.half[h], gains32(f + 8 * h, spins >> (8 * h)));
        below |= (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(less)) << (8 * h);
    }
    return ~below & 0xFFFF;
}

SF_INLINE SF_TARGET uint32_t candidates16(const int16_t* f, uint32_t spins, sf_bounds16 bounds) {
    const __m256i low = _mm256_cmpgt_epi16(bounds.half[0], gains16(f, spins));
    const __m256i high = _mm256_cmpgt_epi16(bounds.half[1], gains16(f + 16, spins >> 16));
    return ~(uint32_t)_mm256_movemask_epi8(_mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xD8));
}

SF_INLINE SF_TARGET void add_bits(int16_t* f, const void* row, size_t count, int up) {
    const uint16_t* bits = row;
    const uint32_t flip = up ? 0 : ~0u;
    for (size_t j = 0; j < count; j += 16) {
        // 0 or -1, then 2 or -2: (-1 ^ mask) is what a 0 bit needs, and 2 = 4 - 2.
        const __m256i mask = lanes16(bits[j / 16] ^ flip);
        const __m256i change = _mm256_sub_epi16(_mm256_and_si256(mask, _mm256_set1_epi16(4)), _mm256_set1_epi16(2));
        STORE(f + j, _mm256_add_epi16(LOAD(f + j), change));
    }
}

SF_INLINE SF_TARGET void add_bytes(int16_t* f, const int8_t* row, size_t count, int up) {
    const __m256i sign = _mm256_set1_epi16(up ? 0 : -1);
    for (size_t j = 0; j < count; j += 16) {
        const __m256i weights = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i*)(row + j)));
        const __m256i twice = _mm256_slli_epi16(_mm256_sub_epi16(_mm256_xor_si256(weights, sign), sign), 1);
        STORE(f + j, _mm256_add_epi16(LOAD(f + j), twice));
    }
}

SF_INLINE SF_TARGET void add_words(int32_t* f, const int32_t* row, size_t count, int up) {
    const __m256i sign = _mm256_set1_epi32(up ? 0 : -1);
    for (size_t j = 0; j < count; j += 8) {
        const __m256i twice = _mm256_slli_epi32(_mm256_sub_epi32(_mm256_xor_si256(LOAD(row + j), sign), sign), 1);
        STORE(f + j, _mm256_add_epi32(LOAD(f + j), twice));
    }
}

/// The best of lanes that each keep their first maximum: the greatest gain, then the spin that comes first from `start` on.
SF_INLINE sf_best_move best_lane(const int64_t* gains, const int64_t* spins, size_t lanes, int64_t none, size_t start, size_t count) {
    sf_best_move best = {INT64_MIN, -1};
    size_t order = SIZE_MAX;
    for (size_t l = 0; l < lanes; l++) {
        if (gains[l] == none) continue;
        const size_t i = (size_t)spins[l], after = i >= start ? i - start : i + count;
        if (gains[l] > best.gain || (gains[l] == best.gain && after < order)) best = (sf_best_move){gains[l], spins[l]}, order = after;
    }
    return best;
}

SF_TARGET static void best32_avx2(
    const sf_spins* s, const uint64_t* tabu, size_t start, sf_best_move* free_moves, sf_best_move* tabu_moves) {
    const int32_t* f = s->fields;
    const __m256i none = _mm256_set1_epi32(INT32_MIN);
    __m256i best[2] = {none, none}, group[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    for (int part = 0; part < 2; part++)
        for (size_t first = part == 0 ? start : 0, end = part == 0 ? s->count : start; first < end; first += 8) {
            const uint32_t inside = end - first >= 8 ? 0xFF : (1u << (end - first)) - 1;
            const uint32_t held = (uint32_t)(tabu[first / 64] >> (first % 64));
            const __m256i gains = gains32(f + first, (uint32_t)(s->spins[first / 64] >> (first % 64)));
            const __m256i here = _mm256_set1_epi32((int32_t)(first / 8));
            for (int k = 0; k < 2; k++) {
                const __m256i among = lanes32(inside & (k == 0 ? ~held : held));
                const __m256i better = _mm256_and_si256(among, _mm256_cmpgt_epi32(gains, best[k]));
                best[k] = _mm256_blendv_epi8(best[k], gains, better);
                group[k] = _mm256_blendv_epi8(group[k], here, better);
            }
        }
    for (int k = 0; k < 2; k++) {
        int32_t gains[8], groups[8];
        int64_t wide[8], spins[8];
        STORE(gains, best[k]), STORE(groups, group[k]);
        for (int l = 0; l < 8; l++) wide[l] = gains[l], spins[l] = 8 * (int64_t)groups[l] + l;
        *(k == 0 ? free_moves : tabu_moves) = best_lane(wide, spins, 8, INT32_MIN, start, s->count);
    }
}

SF_TARGET static void best16_avx2(
    const sf_spins* s, const uint64_t* tabu, size_t start, sf_best_move* free_moves, sf_best_move* tabu_moves) {
    const int16_t* f = s->fields;
    const __m256i none = _mm256_set1_epi16(INT16_MIN);
    __m256i best[2] = {none, none}, group[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    for (int part = 0; part < 2; part++)
        for (size_t first = part == 0 ? start : 0, end = part == 0 ? s->count : start; first < end; first += 16) {
            const uint32_t inside = end - first >= 16 ? 0xFFFF : (1u << (end - first)) - 1;
            const uint32_t held = (uint32_t)(tabu[first / 64] >> (first % 64));
            const __m256i gains = gains16(f + first, (uint32_t)(s->spins[first / 64] >> (first % 64)));
            const __m256i here = _mm256_set1_epi16((int16_t)(first / 16));
            for (int k = 0; k < 2; k++) {
                const __m256i among = lanes16(inside & (k == 0 ? ~held : held));
                const __m256i better = _mm256_and_si256(among, _mm256_cmpgt_epi16(gains, best[k]));
                best[k] = _mm256_blendv_epi8(best[k], gains, better);
                group[k] = _mm256_blendv_epi8(group[k], here, better);
            }
        }
    for (int k = 0; k < 2; k++) {
        int16_t gains[16];
        uint16_t groups[16];
        int64_t wide[16], spins[16];
        STORE(gains, best[k]), STORE(groups, group[k]);
        for (int l = 0; l < 16; l++) wide[l] = gains[l], spins[l] = 16 * (int64_t)groups[l] + l;
        *(k == 0 ? free_moves : tabu_moves) = best_lane(wide, spins, 16, INT16_MIN, start, s->count);
    }
}

#include "sweep.inc"

const sf_metropolis sf_metropolis_avx2 = SF_METROPOLIS_TABLE(SF_ISA_AVX2);

#else
typedef int sf_metropolis_avx2_not_here;
#endif
