#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "tables.h"

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define SF_INLINE static inline __attribute__((always_inline)) SF_TARGET

/// Lane l: +1 where bit `bit` of l is set, else -1.
SF_INLINE __m512 pattern(int bit) {
    static const float signs[4][16] = {
        {-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1},
        {-1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1},
        {-1, -1, -1, -1, 1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, 1},
        {-1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1},
    };
    return _mm512_loadu_ps(signs[bit]);
}

/// first ± x0 ± x1 ± x2 ± x3 for all sixteen patterns, from the left. Products with ±1 are exact.
SF_INLINE __m512 sums_of_four(__m512 first, float x0, float x1, float x2, float x3) {
    first = _mm512_fmadd_ps(_mm512_set1_ps(x0), pattern(0), first);
    first = _mm512_fmadd_ps(_mm512_set1_ps(x1), pattern(1), first);
    first = _mm512_fmadd_ps(_mm512_set1_ps(x2), pattern(2), first);
    return _mm512_fmadd_ps(_mm512_set1_ps(x3), pattern(3), first);
}

// ---- float32: 16 columns, groups of 4, 8 groups in a word

static SF_TARGET void pack_reals(const uint64_t* const* rows, size_t depth, size_t byte, int plus, void* panel, size_t stride) {
    for (size_t k = 0; k < depth; k += 32) {
        const size_t count = depth - k < 32 ? depth - k : 32;
        __m512i words = _mm512_setzero_si512(), bit = _mm512_set1_epi32(1);
        for (size_t i = 0; i < count; i++, bit = _mm512_add_epi32(bit, bit)) {
            uint16_t signs = plus ? 0xFFFF : 0;
            if (rows[k + i] != NULL) memcpy(&signs, (const uint8_t*)rows[k + i] + byte, sizeof signs);
            words = _mm512_mask_or_epi32(words, signs, words, bit);
        }
        _mm512_storeu_si512((uint32_t*)panel + k / 32 * stride, words);
    }
}

static SF_TARGET void build_reals(
    const float* a, size_t a_row, size_t a_depth, const float* factors, size_t rows, size_t depth, void* tables, float* scales) {
    float* to = tables;
    (void)scales;
    for (size_t k = 0; k < depth; k += 4)
        for (size_t r = 0; r < SF_TABLE_ROWS; r++, to += 16) {
            float x[4];
            for (size_t i = 0; i < 4; i++) {
                x[i] = r < rows && k + i < depth ? a[r * a_row + (k + i) * a_depth] : 0;
                if (factors != NULL && k + i < depth) x[i] *= factors[k + i];
            }
            _mm512_store_ps(to, sums_of_four(_mm512_setzero_ps(), x[0], x[1], x[2], x[3]));
        }
}

SF_INLINE void tile_reals_of(
    const float* tables, size_t groups, const uint32_t* panel, size_t stride, const int vectors, float* const* to, const float* const* start, int add) {
    __m512 sums[SF_TABLE_ROWS][SF_TABLE_VECTORS];
    __m512i words[SF_TABLE_VECTORS];
    // Half of the additions as multiplications by 1, so that they do not all wait for the adders.
    __m512 one = _mm512_set1_ps(1);
    __asm__("" : "+v"(one));
#pragma GCC unroll 8
    for (int r = 0; r < SF_TABLE_ROWS; r++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) sums[r][v] = _mm512_setzero_ps();
    for (size_t group = 0; group < groups; panel += stride) {
        const size_t end = groups - group < 8 ? groups : group + 8;
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) words[v] = _mm512_loadu_si512(panel + 16 * v);
        for (; group < end; group++, tables += 16 * SF_TABLE_ROWS) {
#pragma GCC unroll 8
            for (int r = 0; r < SF_TABLE_ROWS; r++) {
                const __m512 table = _mm512_load_ps(tables + 16 * r);
                sums[r][0] = _mm512_fmadd_ps(_mm512_permutexvar_ps(words[0], table), one, sums[r][0]);
                if (vectors > 1) sums[r][1] = _mm512_add_ps(sums[r][1], _mm512_permutexvar_ps(words[1], table));
            }
#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++) words[v] = _mm512_srli_epi32(words[v], 4);
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < SF_TABLE_ROWS; r++) {
        if (to[r] == NULL) continue;
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) {
            __m512 sum = sums[r][v];
            if (start[v] != NULL) sum = _mm512_add_ps(sum, _mm512_set1_ps(start[v][r]));
            if (add) sum = _mm512_add_ps(_mm512_loadu_ps(to[r] + 16 * v), sum);
            _mm512_storeu_ps(to[r] + 16 * v, sum);
        }
    }
}

static SF_TARGET void tile_reals(
    const void* tables, const float* scales, size_t groups, const void* panel, size_t stride, size_t vectors, float* const* to,
    const float* const* start, int add) {
    (void)scales;
    if (vectors == 2) tile_reals_of(tables, groups, panel, stride, 2, to, start, add);
    else tile_reals_of(tables, groups, panel, stride, 1, to, start, add);
}

static SF_TARGET void turn_reals(const float* sums, size_t stride, float* c, size_t c_row) {
    __m512 a[8], b[8];
    // Pairs of rows, then fours, then the quarters of both: b[q] and b[q + 4] hold positions 4p + q of all eight rows.
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        const __m512 even = _mm512_loadu_ps(sums + 2 * (size_t)i * stride), odd = _mm512_loadu_ps(sums + (2 * (size_t)i + 1) * stride);
        a[2 * i] = _mm512_unpacklo_ps(even, odd), a[2 * i + 1] = _mm512_unpackhi_ps(even, odd);
    }
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++)
#pragma GCC unroll 2
        for (int h = 0; h < 2; h++) {
            const __m512d low = _mm512_castps_pd(a[4 * i + h]), high = _mm512_castps_pd(a[4 * i + 2 + h]);
            b[4 * i + 2 * h] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
            b[4 * i + 2 * h + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
        }
#pragma GCC unroll 4
    for (int q = 0; q < 4; q++) {
        // Quarter p of b[q]: rows 0 to 3 at position 4p + q; of b[q + 4]: rows 4 to 7.
        float* at = c + (size_t)q * c_row;
        _mm_storeu_ps(at, _mm512_castps512_ps128(b[q]));
        _mm_storeu_ps(at + 4, _mm512_castps512_ps128(b[q + 4]));
        _mm_storeu_ps(at + 4 * c_row, _mm512_extractf32x4_ps(b[q], 1));
        _mm_storeu_ps(at + 4 * c_row + 4, _mm512_extractf32x4_ps(b[q + 4], 1));
        _mm_storeu_ps(at + 8 * c_row, _mm512_extractf32x4_ps(b[q], 2));
        _mm_storeu_ps(at + 8 * c_row + 4, _mm512_extractf32x4_ps(b[q + 4], 2));
        _mm_storeu_ps(at + 12 * c_row, _mm512_extractf32x4_ps(b[q], 3));
        _mm_storeu_ps(at + 12 * c_row + 4, _mm512_extractf32x4_ps(b[q + 4], 3));
    }
}

// ---- 16-bit integers: 32 columns, groups of 5, 3 groups in a word

/// Σ|a| is scaled to this: the rest up to 32767 is for the rounding of entries, half a unit each.
#define SF_SHORT_SUM 32700.0f

/// Where the third sign of a group is -1, the other four are turned: a table holds the sums with +x₂ and their negatives.
static SF_TARGET void pack_shorts(const uint64_t* const* rows, size_t depth, size_t byte, int plus, void* panel, size_t stride) {
    for (size_t k = 0; k < depth; k += 15) {
        const size_t count = depth - k < 15 ? depth - k : 15;
        __m512i words = _mm512_setzero_si512(), bit = _mm512_set1_epi16(1);
        for (size_t i = 0; i < count; i++, bit = _mm512_add_epi16(bit, bit)) {
            uint32_t signs = plus ? 0xFFFFFFFF : 0;
            if (rows[k + i] != NULL) memcpy(&signs, (const uint8_t*)rows[k + i] + byte, sizeof signs);
            words = _mm512_mask_add_epi16(words, signs, words, bit);
        }
        const __m512i minus = _mm512_srli_epi16(_mm512_andnot_si512(words, _mm512_set1_epi16(0x1084)), 2);
        words = _mm512_xor_si512(words, _mm512_mullo_epi16(minus, _mm512_set1_epi16(27)));
        _mm512_storeu_si512((uint16_t*)panel + k / 15 * stride, words);
    }
}

/// From Σ|a| to the factor that a is scaled by, and the one back. Sums that are 0, or nearly, count as 0; a NaN or infinity goes back as one.
SF_INLINE float scale_of(float sum, float* back) {
    *back = sum < 1e-30f ? 0 : sum / SF_SHORT_SUM;
    return sum >= 1e-30f ? SF_SHORT_SUM / sum : 0;
}

/// Up to 16 values of a row, times their factors.
SF_INLINE __m512 values_of(const float* row, const float* factors, __mmask16 some) {
    const __m512 values = _mm512_maskz_loadu_ps(some, row);
    return factors == NULL ? values : _mm512_mul_ps(values, _mm512_maskz_loadu_ps(some, factors));
}

static SF_TARGET void build_shorts(
    const float* a, size_t a_row, size_t a_depth, const float* factors, size_t rows, size_t depth, void* tables, float* scales) {
    // Scaled values: value k of row r at scaled[r·across + k·down].
    _Alignas(64) float scaled[SF_TABLE_ROWS * (SF_TABLE_DEPTH + 18)];
    const size_t padded = (depth + 4) / 5 * 5;
    size_t across, down;
    // Factors go along rows, even where those follow each other, as of one output.
    if (a_row == 1 && factors == NULL) {
        across = 1, down = SF_TABLE_ROWS;
        const __mmask8 some = (__mmask8)((1u << rows) - 1);
        // Four sums, so that an addition need not wait for the one before.
        __m256 parts[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps()};
        const __m256 magnitude = _mm256_castsi256_ps(_mm256_set1_epi32(0x7FFFFFFF));
        size_t done = 0;
        for (; done + 4 <= depth; done += 4)
#pragma GCC unroll 4
            for (size_t i = 0; i < 4; i++)
                parts[i] = _mm256_add_ps(parts[i], _mm256_and_ps(_mm256_maskz_loadu_ps(some, a + (done + i) * a_depth), magnitude));
        for (; done < depth; done++)
            parts[0] = _mm256_add_ps(parts[0], _mm256_and_ps(_mm256_maskz_loadu_ps(some, a + done * a_depth), magnitude));
        _Alignas(32) float sums[SF_TABLE_ROWS];
        _mm256_store_ps(sums, _mm256_add_ps(_mm256_add_ps(parts[0], parts[1]), _mm256_add_ps(parts[2], parts[3])));
        for (size_t r = 0; r < SF_TABLE_ROWS; r++) sums[r] = scale_of(sums[r], &scales[r]);
        const __m256 factor = _mm256_load_ps(sums);
        for (size_t k = 0; k < depth; k++)
            _mm256_store_ps(scaled + k * SF_TABLE_ROWS, _mm256_mul_ps(_mm256_maskz_loadu_ps(some, a + k * a_depth), factor));
        for (size_t k = depth; k < padded; k++) _mm256_store_ps(scaled + k * SF_TABLE_ROWS, _mm256_setzero_ps());
    } else {
        across = SF_TABLE_DEPTH + 18, down = 1;
        for (size_t r = 0; r < SF_TABLE_ROWS; r++) {
            const float* row = a + r * a_row;
            float* to = scaled + r * across;
            const size_t count = r < rows ? depth : 0;
            __m512 sum = _mm512_setzero_ps();
            for (size_t k = 0; k < count; k += 16) {
                const __mmask16 some = count - k < 16 ? (__mmask16)((1u << (count - k)) - 1) : 0xFFFF;
                sum = _mm512_add_ps(sum, _mm512_abs_ps(values_of(row + k, factors != NULL ? factors + k : NULL, some)));
            }
            const __m512 factor = _mm512_set1_ps(scale_of(_mm512_reduce_add_ps(sum), &scales[r]));
            for (size_t k = 0; k < padded; k += 16) {
                const __mmask16 some = k >= count ? 0 : count - k < 16 ? (__mmask16)((1u << (count - k)) - 1) : 0xFFFF;
                _mm512_storeu_ps(to + k, _mm512_mul_ps(values_of(row + k, factors != NULL ? factors + k : NULL, some), factor));
            }
        }
    }
    int16_t* to = tables;
    for (size_t k = 0; k < padded; k += 5)
        for (size_t r = 0; r < SF_TABLE_ROWS; r++, to += 32) {
            const float* x = scaled + r * across + k * down;
            const __m512i sums = _mm512_cvtps_epi32(sums_of_four(_mm512_set1_ps(x[2 * down]), x[0], x[down], x[3 * down], x[4 * down]));
            // Packing takes four of each in turn: the third sign of the group, bit 2 of the pattern, chooses between them.
            _mm512_store_si512(to, _mm512_packs_epi32(_mm512_sub_epi32(_mm512_setzero_si512(), sums), sums));
        }
}

SF_INLINE void tile_shorts_of(
    const int16_t* tables, const float* scales, size_t groups, const uint16_t* panel, size_t stride, const int vectors, float* const* to, const float* const* start, int add) {
    __m512i sums[SF_TABLE_ROWS][SF_TABLE_VECTORS];
    __m512i words[SF_TABLE_VECTORS];
#pragma GCC unroll 8
    for (int r = 0; r < SF_TABLE_ROWS; r++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) sums[r][v] = _mm512_setzero_si512();
    for (size_t group = 0; group < groups; panel += stride) {
        const size_t end = groups - group < 3 ? groups : group + 3;
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) words[v] = _mm512_loadu_si512(panel + 32 * v);
        for (; group < end; group++, tables += 32 * SF_TABLE_ROWS) {
#pragma GCC unroll 8
            for (int r = 0; r < SF_TABLE_ROWS; r++) {
                const __m512i table = _mm512_load_si512(tables + 32 * r);
#pragma GCC unroll 2
                for (int v = 0; v < vectors; v++) sums[r][v] = _mm512_add_epi16(sums[r][v], _mm512_permutexvar_epi16(words[v], table));
            }
#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++) words[v] = _mm512_srli_epi16(words[v], 5);
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < SF_TABLE_ROWS; r++) {
        if (to[r] == NULL) continue;
        const __m512 back = _mm512_set1_ps(scales[r]);
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) {
            const __m512 first = start[v] != NULL ? _mm512_set1_ps(start[v][r]) : _mm512_setzero_ps();
#pragma GCC unroll 2
            for (int half = 0; half < 2; half++) {
                const __m256i shorts = half ? _mm512_extracti64x4_epi64(sums[r][v], 1) : _mm512_castsi512_si256(sums[r][v]);
                float* at = to[r] + 32 * v + 16 * half;
                const __m512 there = !add ? first : start[v] != NULL ? _mm512_add_ps(_mm512_loadu_ps(at), first) : _mm512_loadu_ps(at);
                _mm512_storeu_ps(at, _mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(shorts)), back, there));
            }
        }
    }
}

static SF_TARGET void tile_shorts(
    const void* tables, const float* scales, size_t groups, const void* panel, size_t stride, size_t vectors, float* const* to,
    const float* const* start, int add) {
    if (vectors == 2) tile_shorts_of(tables, scales, groups, panel, stride, 2, to, start, add);
    else tile_shorts_of(tables, scales, groups, panel, stride, 1, to, start, add);
}

const sf_table_code sf_table_avx512_reals = {16, 4, 8, 4, 128, pack_reals, build_reals, tile_reals, turn_reals};
const sf_table_code sf_table_avx512_shorts = {32, 5, 3, 2, SF_TABLE_DEPTH, pack_shorts, build_shorts, tile_shorts, NULL};

SF_DEFINE_SPREADING(avx512_reals, 16)
SF_DEFINE_SPREADING(avx512_shorts, 32)
#endif
