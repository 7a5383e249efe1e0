// Row by row, as the header says it.

#include "weight_flips.h"

#define SF_NAME(name) name##_reference

static int bit(const uint64_t* plane, size_t row) { return (int)(plane[row / 64] >> (row % 64) & 1); }

static void put(uint64_t* plane, size_t row, int value) {
    plane[row / 64] = (plane[row / 64] & ~((uint64_t)1 << (row % 64))) | (uint64_t)value << (row % 64);
}

/// A number whose bit k is in plane k.
static int64_t number(const uint64_t* planes, size_t count, size_t words, size_t row) {
    int64_t sum = 0;
    for (size_t k = 0; k < count; k++) sum += (int64_t)bit(planes + k * words, row) << k;
    return sum;
}

static size_t step_reference(const uint64_t* rows, const uint64_t* source, uint64_t weight, const uint64_t* signs, const uint64_t* near,
                             size_t words, uint64_t* changed) {
    size_t count = 0;
    for (size_t row = 0; row < 64 * words; row++) {
        const int rises = bit(source, row) != (int)(weight & 1);
        const int turns = bit(rows, row) && bit(near, row) && rises != bit(signs, row);
        put(changed, row, turns);
        count += (size_t)turns;
    }
    return count;
}

static int64_t loss_reference(
    const uint64_t* changed, const uint64_t* signs, const uint64_t* wanted, const uint64_t* sizes, size_t planes, size_t words) {
    int64_t sum = 0;
    for (size_t row = 0; row < 64 * words; row++) {
        if (!bit(changed, row)) continue;
        const int64_t size = number(sizes, planes, words, row);
        sum += bit(signs, row) == bit(wanted, row) ? size : -size;
    }
    return sum;
}

static int64_t step_loss_reference(const uint64_t* rows, const uint64_t* source, uint64_t weight, const uint64_t* signs,
                                   const uint64_t* near, const uint64_t* wanted, const uint64_t* sizes, size_t planes, size_t words) {
    int64_t sum = 0;
    for (size_t w = 0; w < words; w++) {
        uint64_t changed;
        step_reference(rows + w, source + w, weight, signs + w, near + w, 1, &changed);
        for (size_t row = 64 * w; row < 64 * w + 64; row++) {
            if (!bit(&changed, row % 64)) continue;
            const int64_t size = number(sizes, planes, words, row);
            sum += bit(signs, row) == bit(wanted, row) ? size : -size;
        }
    }
    return sum;
}

static int64_t step_margin_reference(const uint64_t* rows, const uint64_t* source, uint64_t weight, const uint64_t* signs,
                                     const uint64_t* near, const uint64_t* multiplicities, size_t planes, size_t words) {
    int64_t sum = 0;
    for (size_t row = 0; row < 64 * words; row++) {
        if (!bit(rows, row)) continue;
        const int rises = bit(source, row) != (int)(weight & 1);
        const int64_t count = number(multiplicities, planes, words, row);
        if (rises == bit(signs, row)) sum += count;
        else if (!bit(near, row)) sum -= count;
    }
    return sum;
}

#define SF_WIDTH(type, bits)                                                                                                           \
    static void see##bits(const type* z, size_t row, uint64_t* signs, uint64_t* near) {                                                \
        put(signs, row, z[row] >= 0);                                                                                                  \
        put(near, row, z[row] >= -2 && z[row] <= 1);                                                                                   \
    }                                                                                                                                  \
    static void advance##bits##_reference(void* sums, const uint64_t* rows, const uint64_t* source, uint64_t weight, int amount,       \
                                          uint64_t* signs, uint64_t* near, size_t words) {                                             \
        type* z = sums;                                                                                                                \
        for (size_t row = 0; row < 64 * words; row++) {                                                                                \
            if (!bit(rows, row)) continue;                                                                                             \
            z[row] = (type)(z[row] + (bit(source, row) != (int)(weight & 1) ? amount : -amount));                                      \
            see##bits(z, row, signs, near);                                                                                            \
        }                                                                                                                              \
    }                                                                                                                                  \
    static void column##bits##_reference(                                                                                              \
        void* sums, const int8_t* column, int factor, uint64_t* signs, uint64_t* near, size_t words) {                                 \
        type* z = sums;                                                                                                                \
        for (size_t row = 0; row < 64 * words; row++) {                                                                                \
            z[row] = (type)(z[row] + factor * column[row]);                                                                            \
            see##bits(z, row, signs, near);                                                                                            \
        }                                                                                                                              \
    }                                                                                                                                  \
    static int32_t margins##bits##_reference(                                                                                          \
        const void* sums, size_t rows, int shift, const int32_t* multiplicities, int64_t* sum) {                                       \
        const type* z = sums;                                                                                                          \
        int32_t least = INT32_MAX;                                                                                                     \
        *sum = 0;                                                                                                                      \
        for (size_t row = 0; row < rows; row++) {                                                                                      \
            const int32_t margin = (z[row] >= 0 ? z[row] : -z[row] - 1) >> shift;                                                      \
            *sum += (int64_t)margin * multiplicities[row];                                                                             \
            if (margin < least) least = margin;                                                                                        \
        }                                                                                                                              \
        return least;                                                                                                                  \
    }                                                                                                                                  \
    static int64_t hinge##bits##_reference(const sf_class_scores* s, const uint64_t* rows, const uint64_t* source,                     \
                                           const int8_t* column, const int16_t* step, size_t words) {                                  \
        int64_t sum = 0;                                                                                                               \
        for (size_t row = 0; row < 64 * words; row++) {                                                                                \
            if (!bit(rows, row)) continue;                                                                                             \
            const int factor = column ? -column[row] : bit(source, row) ? -1 : 1;                                                      \
            for (size_t k = 0; k < s->stride; k++) {                                                                                   \
                const int64_t before = ((const type*)s->y)[row * s->stride + k];                                                       \
                const int64_t after = before + factor * (step[k] - step[s->labels[row]]);                                              \
                sum += s->multiplicities[row] * ((after > 0 ? after : 0) - (before > 0 ? before : 0));                                 \
            }                                                                                                                          \
        }                                                                                                                              \
        return sum;                                                                                                                    \
    }                                                                                                                                  \
    static size_t hinge_rows##bits##_reference(const sf_class_scores* s, const uint64_t* rows, const uint64_t* source,                 \
                                               const int16_t* step, size_t words, uint32_t* numbers, int16_t* changes) {               \
        size_t count = 0;                                                                                                              \
        for (size_t row = 0; row < 64 * words; row++) {                                                                                \
            if (!bit(rows, row)) continue;                                                                                             \
            uint64_t one = (uint64_t)1 << (row % 64), from = source[row / 64];                                                         \
            const sf_class_scores here = {(type*)s->y + (row / 64) * 64 * s->stride, s->stride, s->labels + row / 64 * 64,             \
                                          s->multiplicities + row / 64 * 64};                                                          \
            numbers[count] = (uint32_t)row;                                                                                            \
            changes[count++] = (int16_t)hinge##bits##_reference(&here, &one, &from, NULL, step, 1);                                    \
        }                                                                                                                              \
        return count;                                                                                                                  \
    }                                                                                                                                  \
    static void scores##bits##_reference(const sf_class_scores* s, const uint64_t* rows, const uint64_t* source,                       \
                                         const int8_t* column, const int16_t* step, size_t words) {                                    \
        for (size_t row = 0; row < 64 * words; row++) {                                                                                \
            if (!bit(rows, row)) continue;                                                                                             \
            const int factor = column ? -column[row] : bit(source, row) ? -1 : 1;                                                      \
            type* y = (type*)s->y + row * s->stride;                                                                                   \
            for (size_t k = 0; k < s->stride; k++) y[k] = (type)(y[k] + factor * (step[k] - step[s->labels[row]]));                    \
        }                                                                                                                              \
    }
SF_WIDTH(int16_t, 16)
SF_WIDTH(int32_t, 32)

static void column_sums_reference(
    const uint64_t* bits, size_t words, const uint32_t* numbers, const int16_t* values, size_t count, int32_t* sums) {
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < 64 * words; j++)
            if (bit(bits + numbers[i] * words, j)) sums[j] += values[i];
}

const sf_weight_flips sf_weight_flips_reference = SF_WEIGHT_FLIPS_TABLE(SF_ISA_REFERENCE);
