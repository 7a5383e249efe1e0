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

typedef struct {
    sf_isa isa;

    /// Mean and biased variance of each of `channels` columns: two passes, float32 sums of 32 rows added up in double. Split by channels.
    void (*statistics)(const float* x, size_t stride, size_t rows, size_t channels, float* mean, float* variance);
    /// y = ((x - mean)·inv_std)·gamma + beta; gamma NULL means 1. Any split.
    void (*normalize)(const float* x, size_t x_stride, size_t rows, size_t channels, const float* mean, const float* inv_std,
                      const float* gamma, const float* beta, float* y, size_t y_stride);
    /// y = a·x + b by channel (multiply, then add). Any split.
    void (*affine)(const float* x, size_t x_stride, size_t rows, size_t channels, const float* a, const float* b, float* y, size_t y_stride);
    /// Gradients of `normalize` when mean and inv_std come from the same rows. With x̂ = (x-mean)·inv_std: dbeta = Σ dy,
    /// dgamma = Σ dy·x̂, dx = (gamma·inv_std)·(dy - (dbeta + x̂·dgamma)/rows). dx may be dy. Split by channels.
    void (*normalize_backward)(const float* dy, const float* x, size_t stride, size_t rows, size_t channels, const float* mean,
                               const float* inv_std, const float* gamma, float* dx, float* dgamma, float* dbeta);
    /// sum = Σ over rows by channel, in the order of `statistics`: gradients of biases. Split by channels.
    void (*column_sums)(const float* x, size_t stride, size_t rows, size_t channels, float* sum);

    /// dx = bit ? dy : 0. dx may be dy. Split by rows.
    void (*mask_gradient)(const float* dy, const uint64_t* bits, size_t bits_stride, size_t rows, size_t columns, float* dx);
    /// dx = dy·(2·(1-|x|)) where |x| <= 1, else 0 (NaN gives 0): the ApproxSign surrogate of Bi-Real-Net. dx may be dy. Any split.
    void (*approx_sign_gradient)(const float* dy, const float* x, size_t count, float* dx);

    /// y += a·x. Any split.
    void (*axpy)(float a, const float* x, float* y, size_t count);
    /// y *= a. Any split.
    void (*scale)(float a, float* y, size_t count);
    /// y clamped to [-limit, limit]; NaN stays. Any split.
    void (*clip)(float limit, float* y, size_t count);
    /// Number of bits in which two arrays differ. Any split.
    size_t (*differing_bits)(const uint64_t* a, const uint64_t* b, size_t words);
} sf_elementwise;

const sf_elementwise* sf_elementwise_select(sf_isa isa);

#endif
