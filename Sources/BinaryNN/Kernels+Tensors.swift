internal import BitCore

// The kernels' passes over buffers, as functions of tensors: what the layers call.

extension Kernels {
    /// Mean and biased variance of each channel (innermost index).
    func channelStatistics(_ x: Tensor, parallel: Parallel) -> (mean: [Float], variance: [Float]) {
        var mean = [Float](repeating: 0, count: x.shape.columns)
        var variance = mean
        x.withUnsafeElements { values in
            mean.withUnsafeMutableBufferPointer { mean in
                variance.withUnsafeMutableBufferPointer { variance in
                    batchNormStatistics(
                        values, rows: x.shape.rows, channels: x.shape.columns, mean: mean, variance: variance, parallel: parallel)
                }
            }
        }
        return (mean, variance)
    }

    /// ((x − mean)·inverseDeviation)·gamma + beta per channel; no gamma means 1.
    func normalize(
        _ x: Tensor, mean: [Float], inverseDeviation: [Float], gamma: [Float]?, beta: [Float], parallel: Parallel
    ) -> Tensor {
        var y = Tensor(uninitialized: x.shape)
        x.withUnsafeElements { values in
            y.withUnsafeMutableElements { y in
                mean.withUnsafeBufferPointer { mean in
                    inverseDeviation.withUnsafeBufferPointer { inverse in
                        beta.withUnsafeBufferPointer { beta in
                            withOptionalBuffer(gamma) { gamma in
                                batchNorm(
                                    values, rows: x.shape.rows, channels: x.shape.columns, mean: mean, inverseDeviation: inverse, gamma: gamma,
                                    beta: beta, into: y, parallel: parallel)
                            }
                        }
                    }
                }
            }
        }
        return y
    }

    /// scale·x + bias per channel.
    func affine(_ x: Tensor, scale: [Float], bias: [Float], parallel: Parallel) -> Tensor {
        var y = Tensor(uninitialized: x.shape)
        x.withUnsafeElements { values in
            y.withUnsafeMutableElements { y in
                scale.withUnsafeBufferPointer { scale in
                    bias.withUnsafeBufferPointer { bias in
                        affine(values, rows: x.shape.rows, channels: x.shape.columns, a: scale, b: bias, into: y, parallel: parallel)
                    }
                }
            }
        }
        return y
    }

    /// Gradients of `normalize` with batch statistics.
    func normalizeBackward(
        _ dy: Tensor, x: Tensor, mean: [Float], inverseDeviation: [Float], gamma: [Float]?, parallel: Parallel
    ) -> (x: Tensor, gamma: [Float], beta: [Float]) {
        var dx = Tensor(uninitialized: x.shape)
        var dGamma = [Float](repeating: 0, count: x.shape.columns)
        var dBeta = dGamma
        dy.withUnsafeElements { dy in
            x.withUnsafeElements { values in
                dx.withUnsafeMutableElements { dx in
                    mean.withUnsafeBufferPointer { mean in
                        inverseDeviation.withUnsafeBufferPointer { inverse in
                            withOptionalBuffer(gamma) { gamma in
                                dGamma.withUnsafeMutableBufferPointer { dGamma in
                                    dBeta.withUnsafeMutableBufferPointer { dBeta in
                                        batchNormGradients(
                                            dy, values, rows: x.shape.rows, channels: x.shape.columns, mean: mean, inverseDeviation: inverse,
                                            gamma: gamma, dx: dx, dGamma: dGamma, dBeta: dBeta, parallel: parallel)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return (dx, dGamma, dBeta)
    }

    /// gradient where the mask's bit is 1, else 0.
    func mask(_ gradient: inout Tensor, by mask: PackedTensor, parallel: Parallel) {
        gradient.withUnsafeMutableElements { g in
            maskGradient(UnsafeBufferPointer(g), mask: mask, into: g, parallel: parallel)
        }
    }

    /// gradient·2(1 − |x|) inside [−1, 1], else 0.
    func multiplyByApproxSignDerivative(_ gradient: inout Tensor, at x: Tensor, parallel: Parallel) {
        gradient.withUnsafeMutableElements { g in
            x.withUnsafeElements { x in approxSignGradient(UnsafeBufferPointer(g), x, into: g, parallel: parallel) }
        }
    }
}

private func withOptionalBuffer<Result>(_ array: [Float]?, _ body: (UnsafeBufferPointer<Float>?) -> Result) -> Result {
    guard let array else { return body(nil) }
    return array.withUnsafeBufferPointer { body($0) }
}
