#if defined(__aarch64__)
#include <arm_neon.h>

#define SF_TARGET
#include "tables_bytes.inc"

/// Bits of eight rows, a byte a column: the lower half of a byte is a group's pattern, the upper half the next one's.
static void pack_bytes(const uint64_t* const* rows, size_t depth, size_t byte, int plus, void* panel, size_t stride) {
    const uint8x16_t choice = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201));
    for (size_t k = 0; k < depth; k += 8) {
        const size_t count = depth - k < 8 ? depth - k : 8;
        uint8x16_t words[2] = {vdupq_n_u8(0), vdupq_n_u8(0)};
        for (size_t i = 0; i < count; i++) {
            uint8_t signs[4];
            memset(signs, plus ? 0xFF : 0, sizeof signs);
            if (rows[k + i] != NULL) memcpy(signs, (const uint8_t*)rows[k + i] + byte, sizeof signs);
            for (int h = 0; h < 2; h++) {
                const uint8x16_t copies = vcombine_u8(vdup_n_u8(signs[2 * h]), vdup_n_u8(signs[2 * h + 1]));
                words[h] = vorrq_u8(words[h], vandq_u8(vtstq_u8(copies, choice), vdupq_n_u8((uint8_t)(1 << i))));
            }
        }
        vst1q_u8((uint8_t*)panel + k / 8 * stride, words[0]);
        vst1q_u8((uint8_t*)panel + k / 8 * stride + 16, words[1]);
    }
}

static inline void finish(int16x8_t shorts, float back, float32x4_t start, float* at, int add) {
    float32x4_t low = vfmaq_n_f32(start, vcvtq_f32_s32(vmovl_s16(vget_low_s16(shorts))), back);
    float32x4_t high = vfmaq_n_f32(start, vcvtq_f32_s32(vmovl_high_s16(shorts)), back);
    if (add) low = vaddq_f32(vld1q_f32(at), low), high = vaddq_f32(vld1q_f32(at + 4), high);
    vst1q_f32(at, low), vst1q_f32(at + 4, high);
}

/// Sixteen sums: columns are two registers here.
static void tile_of_four(
    const uint8_t* tables, const float* scales, size_t groups, const uint8_t* panel, size_t stride, float* const* to, size_t column,
    const float* start, int add) {
    const uint8x16_t half = vdupq_n_u8(15);
    int16x8_t sums[4][4];
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++) sums[r][0] = sums[r][1] = sums[r][2] = sums[r][3] = vdupq_n_s16(0);
    for (size_t group = 0; group < groups; group++, tables += 32 * SF_TABLE_ROWS) {
        uint8x16_t patterns[2];
        for (int h = 0; h < 2; h++) {
            const uint8x16_t words = vld1q_u8(panel + group / 2 * stride + 16 * h);
            patterns[h] = group % 2 ? vshrq_n_u8(words, 4) : vandq_u8(words, half);
        }
#pragma GCC unroll 4
        for (int r = 0; r < 4; r++) {
            const uint8x16_t lows = vld1q_u8(tables + 32 * r), highs = vld1q_u8(tables + 32 * r + 16);
#pragma GCC unroll 2
            for (int h = 0; h < 2; h++) {
                const uint8x16_t low = vqtbl1q_u8(lows, patterns[h]), high = vqtbl1q_u8(highs, patterns[h]);
                sums[r][2 * h] = vaddq_s16(sums[r][2 * h], vreinterpretq_s16_u8(vzip1q_u8(low, high)));
                sums[r][2 * h + 1] = vaddq_s16(sums[r][2 * h + 1], vreinterpretq_s16_u8(vzip2q_u8(low, high)));
            }
        }
    }
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++) {
        if (to[r] == NULL) continue;
        const float32x4_t first = vdupq_n_f32(start != NULL ? start[r] : 0);
#pragma GCC unroll 4
        for (int q = 0; q < 4; q++) finish(sums[r][q], scales[r], first, to[r] + column + 8 * q, add);
    }
}

const sf_table_code sf_table_neon_shorts = {32, 4, 2, 1, SF_BYTES_DEPTH, pack_bytes, build_bytes, tile_bytes, NULL};

SF_DEFINE_SPREADING(neon_shorts, 32)
#endif
