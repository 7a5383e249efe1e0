#ifndef SPINFLIP_SF_WEIGHT_FLIPS_H
#define SPINFLIP_SF_WEIGHT_FLIPS_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"

/// What a flip of one weight does to a network of binary neurons, on all samples at once.
///
/// A row is a sample; rows stand in lanes. A plane is a bit a row. A neuron has its sums z, one a row, and two planes: `signs` (z >= 0) and
/// `near` (-2 <= z <= 1). Two things change sums by 2, and are told in the same way by three planes' worth of facts:
///
/// - a weight w from a unit of signs a flips: z changes by -2wa, in all rows;
/// - a parent of signs a turns round where `rows` says so, its weight being w: z changes by -2wa there.
///
/// So z rises where source ^ weight is 1 and falls where it is 0, `weight` being all ones for +1 and 0 for -1, and the neuron turns
/// round where rows & near & (source ^ weight ^ signs): no sum is read.
///
/// Planes have `words` words of 64 rows; sums have 64 * words lanes. Beyond the last row `rows` is 0, and sums are what keeps both
/// planes 0 there (-4). Amounts stay within what the type of the sums holds.

/// Writes the rows in which the neuron turns round, and returns their number.
typedef size_t (*sf_flip_step_fn)(const uint64_t* rows, const uint64_t* source, uint64_t weight, const uint64_t* signs,
                                  const uint64_t* near, size_t words, uint64_t* changed);

/// The change of wrong outputs where an output turns round in the rows `changed`. Bit k of a row's imbalance |wanted +1 - wanted -1| is in
/// plane k of `sizes`, `wanted` says which is wanted more.
typedef int64_t (*sf_flip_loss_fn)(
    const uint64_t* changed, const uint64_t* signs, const uint64_t* wanted, const uint64_t* sizes, size_t planes, size_t words);

/// Both, without writing the rows.
typedef int64_t (*sf_flip_step_loss_fn)(const uint64_t* rows, const uint64_t* source, uint64_t weight, const uint64_t* signs,
                                        const uint64_t* near, const uint64_t* wanted, const uint64_t* sizes, size_t planes, size_t words);

/// The change of the sum of margins, counted by the rows' multiplicities (bit k in plane k), where sums move in steps of 2: +1 where z moves
/// away from the threshold, -1 where it comes nearer without crossing it.
typedef int64_t (*sf_flip_step_margin_fn)(const uint64_t* rows, const uint64_t* source, uint64_t weight, const uint64_t* signs,
                                          const uint64_t* near, const uint64_t* multiplicities, size_t planes, size_t words);

/// z += amount where source ^ weight is 1 and z -= amount where it is 0, in `rows`; both planes follow. Sums are int16_t or int32_t.
typedef void (*sf_flip_advance_fn)(void* z, const uint64_t* rows, const uint64_t* source, uint64_t weight, int amount, uint64_t* signs,
                                   uint64_t* near, size_t words);

/// z += factor * column in all lanes; both planes follow. The column has 64 * words values, 0 beyond the last row.
typedef void (*sf_flip_column_fn)(void* z, const int8_t* column, int factor, uint64_t* signs, uint64_t* near, size_t words);

/// Margins M = (z >= 0 ? z : -z - 1) >> shift of `rows` >= 1 rows: writes the sum of multiplicity * M, returns the least M.
typedef int32_t (*sf_flip_margins_fn)(const void* z, size_t rows, int shift, const int32_t* multiplicities, int64_t* sum);

/// Scores of classes. y[row * stride + k] = margin - (z_label - z_k), int16_t or int32_t; stride is a multiple of 16, places beyond the
/// classes are far below 0. The scores z_k change by f * step[k] with f = -1 where source is 1, else +1; with a column instead of a source by
/// f = -column[row]. So y changes by f * (step[k] - step[label]); step is 0 beyond the classes.
typedef struct {
    void* y;
    size_t stride;
    const uint16_t* labels;
    const int32_t* multiplicities;
} sf_class_scores;

/// The change of the sum over `rows` and classes of multiplicity * max(0, y). Every |step| <= 2.
typedef int64_t (*sf_flip_hinge_fn)(const sf_class_scores* scores, const uint64_t* rows, const uint64_t* source, const int8_t* column,
                                    const int16_t* step, size_t words);

/// Makes the change.
typedef void (*sf_flip_scores_fn)(const sf_class_scores* scores, const uint64_t* rows, const uint64_t* source, const int8_t* column,
                                  const int16_t* step, size_t words);

/// For each row of `rows`, ascending: its number, and the change of multiplicity * (sum of max(0, y)) that `sf_flip_hinge_fn` counts for it, which fits
/// 16 bits. Returns how many.
typedef size_t (*sf_flip_hinge_rows_fn)(const sf_class_scores* scores, const uint64_t* rows, const uint64_t* source, const int16_t* step,
                                        size_t words, uint32_t* numbers, int16_t* changes);

/// sums[j] += the sum of values[i], none of them -32768, over those i whose row numbers[i] has bit j, for 64 * words columns; rows of bits are `words` words.
typedef void (*sf_flip_column_sums_fn)(
    const uint64_t* bits, size_t words, const uint32_t* numbers, const int16_t* values, size_t count, int32_t* sums);

typedef struct {
    sf_isa isa;
    sf_flip_step_fn step;
    sf_flip_loss_fn loss;
    sf_flip_step_loss_fn step_loss;
    sf_flip_step_margin_fn step_margin;
    sf_flip_advance_fn advance16, advance32;
    sf_flip_column_fn column16, column32;
    sf_flip_margins_fn margins16, margins32;
    sf_flip_hinge_fn hinge16, hinge32;
    sf_flip_scores_fn scores16, scores32;
    sf_flip_hinge_rows_fn hinge_rows16, hinge_rows32;
    sf_flip_column_sums_fn column_sums;
} sf_weight_flips;

const sf_weight_flips* sf_weight_flips_select(sf_isa isa);

#endif
