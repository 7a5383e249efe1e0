#ifndef SPINFLIP_SF_UPDATES_H
#define SPINFLIP_SF_UPDATES_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"

/// The steps of update rules over reals (`updates/reals.inc`) and over signs kept as bits (`updates/flips.inc`), and what diagnostics
/// measure (`updates/measures.inc`).
///
/// One body, compiled once for each instruction set. No products and sums are contracted to FMA, and every sum has an order that depends on
/// the length alone, so the results are the same bits on every instruction set and, when the caller splits as written at each function,
/// for every number of threads.
///
/// Steps set `*faults` to 1 when a number they write is not finite, and else leave it. In every step over reals the gradient is
/// g' = g + l2·w, `keep` multiplies the weight before the step (1 - rate·λ for decoupled weight decay, else 1), and the weight is clamped
/// to [-clip, clip] afterwards when clip > 0. Any split.

/// w = keep·w - rate·g'.
/// With momentum: v = momentum·v + g'; w = keep·w - rate·(direct·g' + along·v). Heavy ball is direct 0, along 1; Nesterov's is direct 1,
/// along `momentum`.
typedef struct {
    float rate;
    float momentum;
    float direct;
    float along;
    float clip;
    float l2;
    float keep;
} sf_descent_step;

/// m = beta1·m + (1-beta1)·g'; v = beta2·v + (1-beta2)·g'²; w = keep·w - (rate·m) / (root·√v + epsilon). Bias corrections are the caller's:
/// they fold into rate and epsilon. root is 1, or 0 (with epsilon 1) for a step along m alone.
typedef struct {
    float rate;
    float beta1;
    float beta2;
    float epsilon;
    float root;
    float clip;
    float l2;
    float keep;
} sf_adam_step;

/// m = beta·m + (1-beta)·g'; w = keep·w - rate·sgn(m), where sgn(0) = 0: a weight without gradient rests.
typedef struct {
    float rate;
    float beta;
    float clip;
    float l2;
    float keep;
} sf_sign_step;

/// Three levels: `high` above `threshold`, `low` below -threshold, 0 between.
typedef struct {
    float threshold;
    float low;
    float high;
} sf_levels;

/// m = (1-gamma)·m + gamma·g; the sign w flips where w·m > threshold (strictly).
typedef struct {
    float gamma;
    float threshold;
} sf_bop_step;

/// m = m + gamma·(g-m); v = v + sigma·(g²-v); r = (first·m) / (√(second·v) + epsilon); the sign w flips where w·r > threshold (strictly).
/// first and second are 1 (biased) or the inverse bias corrections.
typedef struct {
    float gamma;
    float sigma;
    float first;
    float second;
    float epsilon;
    float threshold;
} sf_bop2_step;

/// m = beta·m - rate·g; where w·m <= -1 the sign w flips and m becomes 0.
typedef struct {
    float beta;
    float rate;
} sf_bold_step;

typedef struct {
    sf_isa isa;

    // Reals.
    void (*descend)(float* w, const float* g, size_t count, const sf_descent_step* step, uint32_t* faults);
    void (*momentum)(float* w, const float* g, float* v, size_t count, const sf_descent_step* step, uint32_t* faults);
    void (*adam)(float* w, const float* g, float* m, float* v, size_t count, const sf_adam_step* step, uint32_t* faults);
    /// beta is taken as 0: no state.
    void (*sign_descend)(float* w, const float* g, size_t count, const sf_sign_step* step, uint32_t* faults);
    void (*signum)(float* w, const float* g, float* m, size_t count, const sf_sign_step* step, uint32_t* faults);
    /// w = s + sgn(w-s)·max(|w-s| - pull, 0) with s = sign(w), sign(0) = +1; then clamped to [-clip, clip] when clip > 0. An infinite pull
    /// gives s.
    void (*pull_to_signs)(float* w, size_t count, float pull, float clip);
    /// w = (w + pull·T(w)) / (1 + pull), T(w) the level of w.
    void (*pull_to_levels)(float* w, size_t count, float pull, const sf_levels* levels);
    /// w = T(w).
    void (*to_levels)(float* w, size_t count, const sf_levels* levels);

    // Signs. `g` and the states are dense [rows × columns]; returns the number of flips. Split by rows.
    size_t (*bop)(uint64_t* bits, size_t bits_stride, const float* g, float* m, size_t rows, size_t columns, const sf_bop_step* step,
                  uint32_t* faults);
    size_t (*bop2)(uint64_t* bits, size_t bits_stride, const float* g, float* m, float* v, size_t rows, size_t columns,
                   const sf_bop2_step* step, uint32_t* faults);
    /// As bop2 with r = m and no v.
    size_t (*moment_flips)(uint64_t* bits, size_t bits_stride, const float* g, float* m, size_t rows, size_t columns,
                           const sf_bop_step* step, uint32_t* faults);
    size_t (*bold)(uint64_t* bits, size_t bits_stride, const float* g, float* m, size_t rows, size_t columns, const sf_bold_step* step,
                   uint32_t* faults);
    /// Bit by bit, 1 where at least half of the voters have 1. At most 65,535 voters. Any split by words.
    void (*majority)(const uint64_t* const* voters, size_t count, size_t words, uint64_t* out);

    // Measures.
    /// Σ x² and Σ |x| in double: sixteen sums side by side, added up at the end. Split as the result shall be.
    double (*squares)(const float* x, size_t count);
    double (*magnitudes)(const float* x, size_t count);
    /// Sums (in the order of `squares`) and numbers of the x above threshold [0] and below -threshold [1].
    void (*sides)(const float* x, size_t count, float threshold, double* sums, size_t* counts);
    /// Number of |x| <= bound. Any split.
    size_t (*within)(const float* x, size_t count, float bound);
    /// Number of |r| <= the step's threshold, r as in bop2 from m and v as they stand. Any split.
    size_t (*ratios_within)(const float* m, const float* v, size_t count, const sf_bop2_step* step);
    /// Number of x >= 0 (-0 counts): the signs that are +1. Any split.
    size_t (*plus_signs)(const float* x, size_t count);
    /// Number of ones. Any split.
    size_t (*ones)(const uint64_t* bits, size_t words);
    /// 1 when every x is finite. Any split.
    int (*all_finite)(const float* x, size_t count);
} sf_updates;

const sf_updates* sf_updates_select(sf_isa isa);

#endif
