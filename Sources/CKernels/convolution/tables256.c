#if defined(__x86_64__)
#include <immintrin.h>

#define SF_TARGET __attribute__((target("avx2,fma")))
#include "tables_bytes.inc"

/// Bits of eight rows, a byte a column: the lower half of a byte is a group's pattern, the upper half the next one's.
static SF_TARGET void pack_bytes(const uint64_t* const* rows, size_t depth, size_t byte, int plus, void* panel, size_t stride) {
    const __m256i copies = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    const __m256i choice = _mm256_set1_epi64x((long long)0x8040201008040201);
    for (size_t k = 0; k < depth; k += 8) {
        const size_t count = depth - k < 8 ? depth - k : 8;
        __m256i words = _mm256_setzero_si256(), bit = _mm256_set1_epi8(1);
        for (size_t i = 0; i < count; i++, bit = _mm256_add_epi8(bit, bit)) {
            uint32_t signs = plus ? 0xFFFFFFFF : 0;
            if (rows[k + i] != NULL) memcpy(&signs, (const uint8_t*)rows[k + i] + byte, sizeof signs);
            const __m256i chosen = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32((int)signs), copies), choice);
            words = _mm256_or_si256(words, _mm256_and_si256(_mm256_cmpeq_epi8(chosen, choice), bit));
        }
        _mm256_storeu_si256((__m256i*)((uint8_t*)panel + k / 8 * stride), words);
    }
}

/// Eight sums to floats, scaled, on top of what is there.
static inline __attribute__((always_inline)) SF_TARGET void finish(__m128i shorts, __m256 back, __m256 start, float* at, int add) {
    __m256 sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(shorts)), back, start);
    if (add) sum = _mm256_add_ps(_mm256_loadu_ps(at), sum);
    _mm256_storeu_ps(at, sum);
}

/// Eight sums, as many as there are registers for.
static SF_TARGET void tile_of_four(
    const uint8_t* tables, const float* scales, size_t groups, const uint8_t* panel, size_t stride, float* const* to, size_t column,
    const float* start, int add) {
    const __m256i half = _mm256_set1_epi8(15);
    __m256i sums[4][2];
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++) sums[r][0] = sums[r][1] = _mm256_setzero_si256();
    for (size_t group = 0; group < groups; group++, tables += 32 * SF_TABLE_ROWS) {
        __m256i patterns = _mm256_loadu_si256((const __m256i*)(panel + group / 2 * stride));
        if (group % 2) patterns = _mm256_srli_epi16(patterns, 4);
        patterns = _mm256_and_si256(patterns, half);
#pragma GCC unroll 4
        for (int r = 0; r < 4; r++) {
            const __m256i low = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_load_si128((const __m128i*)(tables + 32 * r))), patterns);
            const __m256i high =
                _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_load_si128((const __m128i*)(tables + 32 * r + 16))), patterns);
            sums[r][0] = _mm256_add_epi16(sums[r][0], _mm256_unpacklo_epi8(low, high));
            sums[r][1] = _mm256_add_epi16(sums[r][1], _mm256_unpackhi_epi8(low, high));
        }
    }
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++) {
        if (to[r] == NULL) continue;
        const __m256 back = _mm256_set1_ps(scales[r]), first = _mm256_set1_ps(start != NULL ? start[r] : 0);
        float* at = to[r] + column;
        finish(_mm256_castsi256_si128(sums[r][0]), back, first, at, add);
        finish(_mm256_castsi256_si128(sums[r][1]), back, first, at + 8, add);
        finish(_mm256_extracti128_si256(sums[r][0], 1), back, first, at + 16, add);
        finish(_mm256_extracti128_si256(sums[r][1], 1), back, first, at + 24, add);
    }
}

const sf_table_code sf_table_avx2_shorts = {32, 4, 2, 1, SF_BYTES_DEPTH, pack_bytes, build_bytes, tile_bytes, NULL};

SF_DEFINE_SPREADING(avx2_shorts, 32)
#endif
