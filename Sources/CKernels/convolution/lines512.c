#if defined(__x86_64__)
#include <immintrin.h>

#include "lines.h"
#include "tables.h"

#define SF_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define SF_INLINE static inline __attribute__((always_inline)) SF_TARGET

static SF_TARGET void pack(const uint64_t* const* rows, size_t word, size_t depth, int plus, uint64_t* panel, size_t half) {
    for (size_t first = 0; first < SF_LINE_GROUPS; first += 8, panel += half) {
        __m512i a[8], b[8];
#pragma GCC unroll 8
        for (size_t g = 0; g < 8; g++) {
            a[g] = _mm512_setzero_si512();
            const size_t begin = (first + g) * SF_LINE_GROUP;
            if (first + g >= SF_LINE_GROUPS) continue;
#pragma GCC unroll 5
            for (size_t i = 0; i < SF_LINE_GROUP; i++) {
                if (begin + i >= depth) break;
                const uint64_t* row = rows[begin + i];
                const uint64_t signs = row != NULL ? row[word] : plus ? ~(uint64_t)0 : 0;
                a[g] = _mm512_mask_add_epi8(a[g], signs, a[g], _mm512_set1_epi8((char)(8 << i)));
            }
        }
        // Eight bytes of a column, one of each register, become a word: pairs, fours, eights.
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            b[2 * i] = _mm512_unpacklo_epi8(a[2 * i], a[2 * i + 1]);
            b[2 * i + 1] = _mm512_unpackhi_epi8(a[2 * i], a[2 * i + 1]);
        }
#pragma GCC unroll 2
        for (int i = 0; i < 2; i++)
#pragma GCC unroll 2
            for (int h = 0; h < 2; h++) {
                a[4 * i + 2 * h] = _mm512_unpacklo_epi16(b[4 * i + h], b[4 * i + 2 + h]);
                a[4 * i + 2 * h + 1] = _mm512_unpackhi_epi16(b[4 * i + h], b[4 * i + 2 + h]);
            }
#pragma GCC unroll 4
        for (int q = 0; q < 4; q++) {
            _mm512_storeu_si512(panel + 16 * q, _mm512_unpacklo_epi32(a[q], a[4 + q]));
            _mm512_storeu_si512(panel + 16 * q + 8, _mm512_unpackhi_epi32(a[q], a[4 + q]));
        }
    }
}

/// Element c of v[r] becomes element r of v[c].
SF_INLINE void transpose(__m512* v) {
    __m512 t[16];
#pragma GCC unroll 8
    for (int i = 0; i < 16; i += 2) t[i] = _mm512_unpacklo_ps(v[i], v[i + 1]), t[i + 1] = _mm512_unpackhi_ps(v[i], v[i + 1]);
    // v[4i + q] holds columns 4L + q of rows 4i … 4i + 3 in its quarters L.
#pragma GCC unroll 4
    for (int i = 0; i < 16; i += 4)
#pragma GCC unroll 2
        for (int h = 0; h < 2; h++) {
            const __m512d low = _mm512_castps_pd(t[i + h]), high = _mm512_castps_pd(t[i + 2 + h]);
            v[i + 2 * h] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
            v[i + 2 * h + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
        }
#pragma GCC unroll 4
    for (int q = 0; q < 4; q++) {
        t[q] = _mm512_shuffle_f32x4(v[q], v[4 + q], 0x88), t[4 + q] = _mm512_shuffle_f32x4(v[q], v[4 + q], 0xDD);
        t[8 + q] = _mm512_shuffle_f32x4(v[8 + q], v[12 + q], 0x88), t[12 + q] = _mm512_shuffle_f32x4(v[8 + q], v[12 + q], 0xDD);
    }
#pragma GCC unroll 4
    for (int q = 0; q < 4; q++) {
        v[q] = _mm512_shuffle_f32x4(t[q], t[8 + q], 0x88), v[8 + q] = _mm512_shuffle_f32x4(t[q], t[8 + q], 0xDD);
        v[4 + q] = _mm512_shuffle_f32x4(t[4 + q], t[12 + q], 0x88), v[12 + q] = _mm512_shuffle_f32x4(t[4 + q], t[12 + q], 0xDD);
    }
}

SF_INLINE __mmask16 first_of(size_t count) { return count >= 16 ? 0xFFFF : (__mmask16)((1u << count) - 1); }

SF_INLINE void lay(const float* dz, size_t dz_row, size_t rows, size_t depth, const float* factors, float* a, const size_t lanes) {
    for (size_t r = 0; r < lanes; r += 16)
        for (size_t k = 0; k < depth; k += 16) {
            __m512 v[16];
            const __mmask16 some = first_of(depth - k);
            const __m512 factor = factors != NULL ? _mm512_maskz_loadu_ps(some, factors + k) : _mm512_set1_ps(1);
#pragma GCC unroll 16
            for (size_t i = 0; i < 16; i++)
                v[i] = r + i < rows ? _mm512_mul_ps(_mm512_maskz_loadu_ps(some, dz + (r + i) * dz_row + k), factor) : _mm512_setzero_ps();
            transpose(v);
            const size_t count = depth - k < 16 ? depth - k : 16;
            if (count == 16) {
#pragma GCC unroll 16
                for (size_t i = 0; i < 16; i++) _mm512_storeu_ps(a + (k + i) * lanes + r, v[i]);
            } else {
#pragma GCC unroll 16
                for (size_t i = 0; i < 16; i++)
                    if (i < count) _mm512_storeu_ps(a + (k + i) * lanes + r, v[i]);
            }
        }
}

SF_INLINE void turn(const float* lines, float* const* rows, const int add, const size_t lanes) {
    // Column 16L + 2j + i of the block is line 8j + 2L + i.
    for (size_t l = 0; l < lanes; l += 16)
        for (size_t quarter = 0; quarter < 4; quarter++) {
            __m512 v[16];
#pragma GCC unroll 16
            for (size_t c = 0; c < 16; c++) v[c] = _mm512_loadu_ps(lines + (8 * (c / 2) + 2 * quarter + c % 2) * lanes + l);
            transpose(v);
#pragma GCC unroll 16
            for (size_t r = 0; r < 16; r++) {
                if (rows[l + r] == NULL) continue;
                float* to = rows[l + r] + 16 * quarter;
                _mm512_storeu_ps(to, add ? _mm512_add_ps(_mm512_loadu_ps(to), v[r]) : v[r]);
            }
        }
}

/// ±x0 ± x1 without the signs of all turned, and ±x2 ± x3 + x4: every sum of the five with +x4 is one of the first and one of the second.
SF_INLINE void parts_of(const __m512* x, __m512* low, __m512* high) {
    low[3] = _mm512_add_ps(x[0], x[1]), low[1] = _mm512_sub_ps(x[0], x[1]);
    low[2] = _mm512_sub_ps(x[1], x[0]), low[0] = _mm512_sub_ps(_mm512_setzero_ps(), low[3]);
    const __m512 sum = _mm512_add_ps(x[2], x[3]), difference = _mm512_sub_ps(x[2], x[3]);
    high[3] = _mm512_add_ps(x[4], sum), high[0] = _mm512_sub_ps(x[4], sum);
    high[1] = _mm512_add_ps(x[4], difference), high[2] = _mm512_sub_ps(x[4], difference);
}

// ---- float32: 16 rows of reals

static SF_TARGET void lay_reals(const float* dz, size_t dz_row, size_t rows, size_t depth, const float* factors, float* a) {
    lay(dz, dz_row, rows, depth, factors, a, 16);
}

static SF_TARGET void turn_reals(const float* lines, float* const* rows) { turn(lines, rows, 0, 16); }

static SF_TARGET void turn_kept_reals(const void* kept, const float* back, float* const* rows) {
    (void)back;
    turn(kept, rows, 1, 16);
}

static void scale_reals(const float* a, size_t a_row, size_t rows, size_t depth, float* scales, float* back) {
    (void)a, (void)a_row, (void)rows, (void)depth, (void)scales, (void)back;
}

static SF_TARGET void build_reals(const float* a, size_t a_row, size_t rows, size_t depth, const float* scales, void* tables) {
    (void)scales;
    const __mmask16 some = first_of(rows);
    float* to = tables;
    for (size_t k = 0; k < SF_LINE_STAGE; k += SF_LINE_GROUP, to += SF_LINE_TABLE / sizeof *to) {
        __m512 x[5], low[4], high[4];
#pragma GCC unroll 5
        for (size_t i = 0; i < 5; i++) x[i] = k + i < depth ? _mm512_maskz_loadu_ps(some, a + (k + i) * a_row) : _mm512_setzero_ps();
        parts_of(x, low, high);
#pragma GCC unroll 16
        for (int p = 0; p < 16; p++) {
            const __m512 sum = _mm512_add_ps(high[p / 4], low[p % 4]);
            _mm512_store_ps(to + 16 * (16 + p), sum);
            _mm512_store_ps(to + 16 * (15 - p), _mm512_sub_ps(_mm512_setzero_ps(), sum));
        }
    }
}

/// Patterns of a column: those of the first word are cut from a register, the others read one by one, so that neither the ports of reads nor
/// those of shifts are what all wait for.
#define SF_LINE(tables, word, more, group) \
    ((const char*)(tables) + (group) * SF_LINE_TABLE + 8 * ((group) < 8 ? (word) >> 8 * ((group) & 7) & 0xFF : (size_t)(more)[(group) & 7]))

static SF_TARGET void run_reals(
    const void* tables, const uint64_t* panel, size_t half, size_t columns, void* kept, int is_first, const sf_line_sums* sums) {
    const __m512 start = sums != NULL ? _mm512_loadu_ps(sums->start) : _mm512_setzero_ps();
    const int add = sums != NULL && sums->add;
    for (size_t c = 0; c < columns; c++) {
        const uint64_t word = panel[c];
        const uint8_t* more = (const uint8_t*)(panel + half + c);
        float* at = (float*)kept + 16 * c;
        __m512 even = is_first ? start : _mm512_add_ps(_mm512_load_ps(at), start), odd = _mm512_load_ps(SF_LINE(tables, word, more, 0));
#pragma GCC unroll 12
        for (size_t g = 1; g < SF_LINE_GROUPS; g += 2) {
            even = _mm512_add_ps(even, _mm512_load_ps(SF_LINE(tables, word, more, g)));
            odd = _mm512_add_ps(odd, _mm512_load_ps(SF_LINE(tables, word, more, g + 1)));
        }
        even = _mm512_add_ps(even, odd);
        if (sums != NULL) at = sums->to + 16 * c;
        _mm512_store_ps(at, add ? _mm512_add_ps(_mm512_load_ps(at), even) : even);
    }
}

// ---- 16-bit integers: 32 rows of reals

/// Σ|a| is scaled to this, as in tables512.c.
#define SF_SHORT_SUM 32700.0f

static SF_TARGET void lay_shorts(const float* dz, size_t dz_row, size_t rows, size_t depth, const float* factors, float* a) {
    lay(dz, dz_row, rows, depth, factors, a, 32);
}

static SF_TARGET void turn_shorts(const float* lines, float* const* rows) { turn(lines, rows, 0, 32); }

/// Word w of lane L of v[c] becomes word c of lane L of v[w].
SF_INLINE void transpose_words(__m512i* v) {
    __m512i t[8];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) t[2 * i] = _mm512_unpacklo_epi16(v[2 * i], v[2 * i + 1]), t[2 * i + 1] = _mm512_unpackhi_epi16(v[2 * i], v[2 * i + 1]);
#pragma GCC unroll 2
    for (int i = 0; i < 8; i += 4)
#pragma GCC unroll 2
        for (int h = 0; h < 2; h++) {
            v[i + 2 * h] = _mm512_unpacklo_epi32(t[i + h], t[i + 2 + h]);
            v[i + 2 * h + 1] = _mm512_unpackhi_epi32(t[i + h], t[i + 2 + h]);
        }
#pragma GCC unroll 4
    for (int q = 0; q < 4; q++) t[2 * q] = _mm512_unpacklo_epi64(v[q], v[4 + q]), t[2 * q + 1] = _mm512_unpackhi_epi64(v[q], v[4 + q]);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) v[i] = t[i];
}

static SF_TARGET void turn_kept_shorts(const void* kept, const float* back, float* const* rows) {
    const __m512i first_two = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), last_two = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    for (size_t quarter = 0; quarter < 4; quarter++) {
        // Column 16L + 2j + i of the block is line 8j + 2L + i: eight columns, and the next eight.
        __m512i v[2][8];
#pragma GCC unroll 2
        for (size_t h = 0; h < 2; h++) {
#pragma GCC unroll 8
            for (size_t c = 0; c < 8; c++)
                v[h][c] = _mm512_load_si512((const int16_t*)kept + (8 * (4 * h + c / 2) + 2 * quarter + c % 2) * 32);
            transpose_words(v[h]);
        }
        // Lane L of v[.][k]: row 4L + k for k < 4, 16 + 4L + k - 4 for the others. Rows in order: two of an item may add to one pixel.
#pragma GCC unroll 2
        for (size_t upper = 0; upper < 2; upper++) {
            __m512i lanes[4][2];
#pragma GCC unroll 4
            for (size_t k = 0; k < 4; k++) {
                lanes[k][0] = _mm512_permutex2var_epi64(v[0][4 * upper + k], first_two, v[1][4 * upper + k]);
                lanes[k][1] = _mm512_permutex2var_epi64(v[0][4 * upper + k], last_two, v[1][4 * upper + k]);
            }
#pragma GCC unroll 16
            for (size_t r = 0; r < 16; r++) {
                const size_t row = 16 * upper + r, lane = r / 4;
                if (rows[row] == NULL) continue;
                const __m512i two = lanes[r % 4][lane / 2];
                const __m256i words = lane % 2 ? _mm512_extracti64x4_epi64(two, 1) : _mm512_castsi512_si256(two);
                float* to = rows[row] + 16 * quarter;
                const __m512 sums = _mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(words));
                _mm512_storeu_ps(to, _mm512_fmadd_ps(sums, _mm512_set1_ps(back[row]), _mm512_loadu_ps(to)));
            }
        }
    }
}

static SF_TARGET void scale_shorts(const float* a, size_t a_row, size_t rows, size_t depth, float* scales, float* back) {
    for (size_t l = 0; l < 32; l += 16) {
        const __mmask16 some = rows > l ? first_of(rows - l) : 0;
        // Four sums, so that an addition need not wait for the one before.
        __m512 parts[4] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps()};
        for (size_t k = 0; k < depth; k += 4)
#pragma GCC unroll 4
            for (size_t i = 0; i < 4; i++)
                if (k + i < depth) parts[i] = _mm512_add_ps(parts[i], _mm512_abs_ps(_mm512_maskz_loadu_ps(some, a + (k + i) * a_row + l)));
        const __m512 sum = _mm512_add_ps(_mm512_add_ps(parts[0], parts[1]), _mm512_add_ps(parts[2], parts[3]));
        // Sums that are 0, or nearly, count as 0; a NaN or infinity goes back as one.
        const __m512 least = _mm512_set1_ps(1e-30f), whole = _mm512_set1_ps(SF_SHORT_SUM);
        _mm512_storeu_ps(scales + l, _mm512_maskz_div_ps(_mm512_cmp_ps_mask(sum, least, _CMP_GE_OQ), whole, sum));
        _mm512_storeu_ps(back + l, _mm512_maskz_div_ps(_mm512_cmp_ps_mask(sum, least, _CMP_NLT_UQ), sum, whole));
    }
}

static SF_TARGET void build_shorts(const float* a, size_t a_row, size_t rows, size_t depth, const float* scales, void* tables) {
    const __mmask16 some[2] = {first_of(rows), rows > 16 ? first_of(rows - 16) : 0};
    const __m512 factor[2] = {_mm512_loadu_ps(scales), _mm512_loadu_ps(scales + 16)};
    int16_t* to = tables;
    for (size_t k = 0; k < SF_LINE_STAGE; k += SF_LINE_GROUP, to += SF_LINE_TABLE / sizeof *to) {
        __m512 low[2][4], high[2][4];
#pragma GCC unroll 2
        for (int h = 0; h < 2; h++) {
            __m512 x[5];
#pragma GCC unroll 5
            for (size_t i = 0; i < 5; i++)
                x[i] = k + i < depth ? _mm512_mul_ps(_mm512_maskz_loadu_ps(some[h], a + (k + i) * a_row + 16 * h), factor[h]) : _mm512_setzero_ps();
            parts_of(x, low[h], high[h]);
        }
#pragma GCC unroll 16
        for (int p = 0; p < 16; p++) {
            // Packing takes four of each half in turn.
            const __m512i sums = _mm512_packs_epi32(
                _mm512_cvtps_epi32(_mm512_add_ps(high[0][p / 4], low[0][p % 4])), _mm512_cvtps_epi32(_mm512_add_ps(high[1][p / 4], low[1][p % 4])));
            _mm512_store_si512(to + 32 * (16 + p), sums);
            _mm512_store_si512(to + 32 * (15 - p), _mm512_sub_epi16(_mm512_setzero_si512(), sums));
        }
    }
}

SF_INLINE void run_shorts_of(
    const void* tables, const uint64_t* panel, size_t half, size_t columns, int16_t* kept, const int is_first, const sf_line_sums* sums,
    const int is_last, const int add) {
    __m512 start[2], back[2];
#pragma GCC unroll 2
    for (int h = 0; h < 2; h++) {
        start[h] = is_last ? _mm512_loadu_ps(sums->start + 16 * h) : _mm512_setzero_ps();
        back[h] = is_last ? _mm512_loadu_ps(sums->back + 16 * h) : _mm512_setzero_ps();
    }
    for (size_t c = 0; c < columns; c++, kept += 32) {
        const uint64_t word = panel[c];
        const uint8_t* more = (const uint8_t*)(panel + half + c);
        __m512i sum = _mm512_load_si512(SF_LINE(tables, word, more, 0));
        if (!is_first) sum = _mm512_add_epi16(sum, _mm512_load_si512(kept));
#pragma GCC unroll 12
        for (size_t g = 1; g < SF_LINE_GROUPS; g++) sum = _mm512_add_epi16(sum, _mm512_load_si512(SF_LINE(tables, word, more, g)));
        if (!is_last) {
            _mm512_store_si512(kept, sum);
            continue;
        }
#pragma GCC unroll 2
        for (int h = 0; h < 2; h++) {
            // The upper halves of 32 bits are the sums, so that a shift brings their signs along.
            const __m512i wide = _mm512_srai_epi32(h ? _mm512_unpackhi_epi16(sum, sum) : _mm512_unpacklo_epi16(sum, sum), 16);
            float* to = sums->to + 32 * c + 16 * h;
            const __m512 there = add ? _mm512_add_ps(_mm512_loadu_ps(to), start[h]) : start[h];
            _mm512_storeu_ps(to, _mm512_fmadd_ps(_mm512_cvtepi32_ps(wide), back[h], there));
        }
    }
}

static SF_TARGET void run_shorts(
    const void* tables, const uint64_t* panel, size_t half, size_t columns, void* kept, int is_first, const sf_line_sums* sums) {
    if (sums == NULL && is_first) run_shorts_of(tables, panel, half, columns, kept, 1, NULL, 0, 0);
    else if (sums == NULL) run_shorts_of(tables, panel, half, columns, kept, 0, NULL, 0, 0);
    else if (is_first && sums->add) run_shorts_of(tables, panel, half, columns, kept, 1, sums, 1, 1);
    else if (is_first) run_shorts_of(tables, panel, half, columns, kept, 1, sums, 1, 0);
    else if (sums->add) run_shorts_of(tables, panel, half, columns, kept, 0, sums, 1, 1);
    else run_shorts_of(tables, panel, half, columns, kept, 0, sums, 1, 0);
}

const sf_line_code sf_line_avx512_reals = {16, pack, lay_reals, scale_reals, build_reals, run_reals, turn_kept_reals, turn_reals};
const sf_line_code sf_line_avx512_shorts = {32, pack, lay_shorts, scale_shorts, build_shorts, run_shorts, turn_kept_shorts, turn_shorts};

/// The panel is the same for both.
static void panel(const uint64_t* bits, size_t words, size_t outputs, size_t taps, size_t channels, size_t tap, void* signs) {
    sf_line_panel(bits, words, outputs, taps, channels, tap, signs, &sf_line_avx512_shorts);
}

static void spread_reals(const sf_patch_spread* spread) { sf_line_spread_run(spread, &sf_line_avx512_reals); }
static void spread_shorts(const sf_patch_spread* spread) { sf_line_spread_run(spread, &sf_line_avx512_shorts); }

const sf_patch_spreading sf_spreading_avx512_real_lines = {SF_LINE_BLOCK, &sf_spreading_avx512_reals, sf_line_panel_bytes, panel, spread_reals};
const sf_patch_spreading sf_spreading_avx512_short_lines = {SF_LINE_BLOCK, &sf_spreading_avx512_shorts, sf_line_panel_bytes, panel, spread_shorts};
#endif
