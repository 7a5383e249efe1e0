#ifndef SPINFLIP_SF_ELEMENTWISE_H
#define SPINFLIP_SF_ELEMENTWISE_H

#include <stddef.h>
#include <stdint.h>

#include "sf_isa.h"

/// The passes of a training step that touch every element once: batch norm, masks, sums.
///
/// One body, compiled once for each instruction set (`elementwise/body.inc`). No products and sums are contracted to FMA, and every
/// sum has an order that depends on the shape alone, so the results are the same bits on every instruction set and, when the caller
/// splits as written at each function, for every number of threads.
///
/// Matrices are row-major with the channel innermost; `stride` is the distance of two rows in elements (in words for bits).

/// The gradient of sign that stands behind a normalisation: Surrogate.swift has the formulas.
typedef enum {
    /// No sign follows: the factor is 1.
    SF_SURROGATE_NONE,
    /// 1 where |y| <= parameter.
    SF_SURROGATE_STRAIGHT_THROUGH,
    /// 2(1-|y|) where |y| <= 1, rounded as `approx_sign_slopes` of 16 bits are.
    SF_SURROGATE_APPROX_SIGN,
} sf_surrogate;

/// A batch normalisation y = ((x - mean)·inv_std)·gamma + beta by channel (gamma NULL means 1), and how its input was kept.
typedef struct {
    size_t channels;
    const float* mean;
    const float* inv_std;
    const float* gamma;
    const float* beta;
    /// NULL: x is float. Else x is int16 and stands for x·factor by channel, rounded to float.
    const float* factor;
    sf_surrogate surrogate;
    float parameter;
} sf_norm;

/// Windows on one image [height × width × channels]: for each of `positions` places of the window, `taps` offsets of the pixels' first
/// elements, or -1 for a tap outside the image, which reads `outside`.
typedef struct {
    const int32_t* offsets;
    size_t positions;
    size_t taps;
    size_t channels;
    float outside;
} sf_windows;

/// Where ApproxSign's slopes are, or go: in 255 steps of a byte, or in 32,768 of 16 bits; both NULL for nowhere.
typedef struct {
    uint8_t* bytes;
    uint16_t* words;
} sf_slopes;

/// y = u >= 0 ? u : slope·u with u = x + shift, then + offset, by channel. NULL stands for 0 (shift, offset).
typedef struct {
    size_t channels;
    const float* slope;
    const float* shift;
    const float* offset;
} sf_rprelu;

/// A chain of affine functions: x ← scale[s]·x + bias[s] by channel for s = 0, 1, … steps − 1, each multiplied and then added.
typedef struct {
    size_t channels;
    size_t steps;
    const float* scale[3];
    const float* bias[3];
} sf_chain;

/// What becomes of the sums of a product: y = chain(sum) + (shortcut_scale·shortcut + shortcut_bias); y goes to `out`, and its bits of y >= 0 to
/// `bits`. NULL stands for no shortcut, one that is added as it is (scale and bias), or a result that nobody wants.
typedef struct {
    const sf_chain* chain;
    const float* shortcut;
    const float* shortcut_scale;
    const float* shortcut_bias;
    float* out;
    uint64_t* bits;
    size_t bits_stride;
} sf_finish;

typedef struct {
    sf_isa isa;

    /// Of each of `channels` columns over a chunk of rows: sum = Σ x and squares = Σ (x - c)² with c = (float)(sum/rows), float32 sums of
    /// 32 rows added up in double. Reads the rows twice: chunks should fit in a cache. Split by chunks of rows that depend on the shape.
    void (*moments)(const float* x, size_t stride, size_t rows, size_t channels, double* sum, double* squares);
    /// The same of x·factor by channel, rounded to float; x is dense.
    void (*moments_of_shorts)(const int16_t* x, size_t rows, size_t channels, const float* factor, double* sum, double* squares);
    /// y = ((x - mean)·inv_std)·gamma + beta; gamma NULL means 1. Any split.
    void (*normalize)(const float* x, size_t x_stride, size_t rows, size_t channels, const float* mean, const float* inv_std,
                      const float* gamma, const float* beta, float* y, size_t y_stride);
    /// Integer sums, or floats (dense [rows × channels]; they may be what `out` receives), to where `finish` sends them. Split by rows.
    void (*finish_sums)(const int32_t* sums, size_t rows, const sf_finish* finish);
    void (*finish_reals)(const float* x, size_t rows, const sf_finish* finish);
    /// y = a·x + b by channel (multiply, then add). Any split.
    void (*affine)(const float* x, size_t x_stride, size_t rows, size_t channels, const float* a, const float* b, float* y, size_t y_stride);
    /// Bits of y >= 0 with y as in `normalize` (the same bits as packing y); where `kept` is not NULL, x, which then is float, times scale as
    /// integers there: exact when the caller knows that x is an integer of 16 bits over scale. `kept` is dense [rows × channels]. Split by rows.
    void (*normalize_signs)(const void* x, size_t rows, const sf_norm* norm, uint64_t* bits, size_t bits_stride, int16_t* kept, float scale);
    /// y = normalize(x·factor) + shortcut (none if NULL), dense; its bits of y >= 0 where not NULL, and its `approx_sign_slopes` where
    /// they have a place. y may be shortcut. Split by rows.
    void (*normalize_join)(const int16_t* x, size_t rows, const sf_norm* norm, const float* shortcut, float* y, uint64_t* bits,
                           size_t bits_stride, sf_slopes slopes);
    /// Bits of a·x + b >= 0, rounded as in `affine`. Split by rows.
    void (*affine_signs)(const float* x, size_t rows, size_t channels, const float* a, const float* b, uint64_t* bits, size_t bits_stride);
    /// With g = dy·(derivative of the surrogate at y) and x̂ = (x-mean)·inv_std, over a chunk of rows: beta = Σ g, gamma = Σ g·x̂ by channel,
    /// float32 sums of 32 rows added up in double. Split by chunks of rows that depend on the shape.
    void (*normalize_sums)(const float* dy, const void* x, size_t rows, const sf_norm* norm, double* beta, double* gamma);
    /// dx = (gamma·inv_std)·(g - (offset + x̂·slope)), where offset and slope are Σ g and Σ g·x̂ over all rows, divided by their number.
    /// dx may be dy. Split by rows.
    void (*normalize_gradient)(const float* dy, const void* x, size_t rows, const sf_norm* norm, const float* offset, const float* slope,
                               float* dx);
    /// sum = Σ over a chunk of rows by channel, as in `moments`: gradients of biases. Split by chunks of rows that depend on the shape.
    void (*column_sums)(const float* x, size_t stride, size_t rows, size_t channels, double* sum);

    /// dx = bit ? dy : 0. dx may be dy. Split by rows.
    void (*mask_gradient)(const float* dy, const uint64_t* bits, size_t bits_stride, size_t rows, size_t columns, float* dx);
    /// The slopes of the ApproxSign surrogate of Bi-Real-Net: (1 - |x|)·steps inside [-1, 1], rounded to the nearest, else 0; 0 for NaN. Any split, as
    /// the next two.
    void (*approx_sign_slopes)(const float* x, size_t count, sf_slopes slopes);
    /// dx = dy·slope·2/steps. May be in place.
    void (*slope_gradient)(const float* dy, sf_slopes slopes, size_t count, float* dx);
    /// dx += dy·slope·2/steps.
    void (*add_slope_gradient)(const float* dy, sf_slopes slopes, size_t count, float* dx);

    /// The largest tap of each position and channel, the first of equals, and in `taken` (if not NULL) which one. One image a call.
    void (*max_pool)(const float* image, const sf_windows* windows, float* out, uint8_t* taken);
    /// dx += dy at the taps taken; dx is the image's gradient, zeroed by the caller. One image a call.
    void (*max_pool_gradient)(const float* dy, const uint8_t* taken, const sf_windows* windows, float* dx);
    /// scale·Σ taps of each position and channel, summed in the order of the taps. One image a call.
    void (*sum_pool)(const float* image, const sf_windows* windows, float scale, float* out);
    /// dx += scale·dy at every tap; dx zeroed by the caller. One image a call.
    void (*sum_pool_gradient)(const float* dy, const sf_windows* windows, float scale, float* dx);

    /// Any split by rows.
    void (*rprelu)(const float* x, size_t rows, const sf_rprelu* function, float* y);
    /// dx = dy·(u >= 0 ? 1 : slope), and by channel over a chunk of rows: dslope = Σ dy·min(u, 0), dshift = Σ dx, doffset = Σ dy.
    /// dx may be dy. Split by chunks of rows that depend on the shape.
    void (*rprelu_gradient)(const float* dy, const float* x, size_t rows, const sf_rprelu* function, float* dx, double* dslope,
                            double* dshift, double* doffset);

    /// Normalises each of `items` runs of pixels·channels elements to mean 0 and variance 1 and then applies gamma (NULL means 1) and beta by
    /// channel. Writes each run's mean and 1/√(variance + epsilon). Split by items.
    void (*layer_norm)(const float* x, size_t items, size_t pixels, size_t channels, double epsilon, const float* gamma, const float* beta,
                       float* mean, float* inv_std, float* y);
    /// Gradients of `layer_norm`: with x̂ = (x-mean)·inv_std and h = dy·gamma, dx = inv_std·(h - (Σ h + x̂·Σ h·x̂)/(pixels·channels)), and by
    /// channel over these items dgamma = Σ dy·x̂, dbeta = Σ dy. dx may be dy. Split by chunks of items that depend on the shape.
    void (*layer_norm_gradient)(const float* dy, const float* x, size_t items, size_t pixels, size_t channels, const float* gamma,
                                const float* mean, const float* inv_std, float* dx, double* dgamma, double* dbeta);

    /// y += a·x. Any split.
    void (*axpy)(float a, const float* x, float* y, size_t count);
    /// z = x + y. Any split.
    void (*add)(const float* x, const float* y, float* z, size_t count);
    /// z = x, which 16 bits hold. Any split.
    void (*narrow_sums)(const int32_t* x, size_t count, int16_t* z);
    /// y *= a. Any split.
    void (*scale)(float a, float* y, size_t count);
    /// y clamped to [-limit, limit]; NaN stays. Any split.
    void (*clip)(float limit, float* y, size_t count);
    /// Number of bits in which two arrays differ. Any split.
    size_t (*differing_bits)(const uint64_t* a, const uint64_t* b, size_t words);
} sf_elementwise;

const sf_elementwise* sf_elementwise_select(sf_isa isa);

#endif
