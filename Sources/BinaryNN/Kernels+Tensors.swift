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

    /// The signs of `normalize`'s result. `unit` not nil: x is whole multiples of it, which are returned as integers.
    func normalizeSigns(
        _ x: Tensor, mean: [Float], inverseDeviation: [Float], gamma: [Float]?, beta: [Float], keptUnit unit: Float?, parallel: Parallel
    ) -> (signs: PackedTensor, kept: AlignedBuffer<Int16>?) {
        var signs = PackedTensor(minusOnes: x.shape)
        let kept = unit.map { _ in AlignedBuffer<Int16>(uninitializedCount: x.count) }
        x.withUnsafeElements { values in
            withVectors(mean, inverseDeviation, gamma, beta) { vectors in
                batchNormSigns(
                    values, rows: x.shape.rows, vectors, into: &signs,
                    kept: kept.map { UnsafeMutableBufferPointer(start: $0.pointer, count: $0.count) }, unit: unit ?? 1, parallel: parallel)
            }
        }
        return (signs, kept)
    }

    /// The signs of scale·x + bias per channel.
    func affineSigns(_ x: Tensor, scale: [Float], bias: [Float], parallel: Parallel) -> PackedTensor {
        var signs = PackedTensor(minusOnes: x.shape)
        x.withUnsafeElements { values in
            scale.withUnsafeBufferPointer { scale in
                bias.withUnsafeBufferPointer { bias in
                    affineSigns(values, rows: x.shape.rows, a: scale, b: bias, into: &signs, parallel: parallel)
                }
            }
        }
        return signs
    }

    /// Gradients of `normalize` with batch statistics, and of the sign behind it. `gradient` becomes that of x.
    func normalizeBackward(
        _ gradient: inout Tensor, _ x: BatchNormInput, mean: [Float], inverseDeviation: [Float], gamma: [Float]?, beta: [Float],
        surrogate: FusedSurrogate, parallel: Parallel
    ) -> (gamma: [Float], beta: [Float]) {
        let (rows, channels) = (gradient.shape.rows, gradient.shape.columns)
        var dGamma = [Float](repeating: 0, count: channels)
        var dBeta = dGamma
        gradient.withUnsafeMutableElements { dx in
            dGamma.withUnsafeMutableBufferPointer { dGamma in
                dBeta.withUnsafeMutableBufferPointer { dBeta in
                    withVectors(mean, inverseDeviation, gamma, beta) { vectors in
                        batchNormGradients(
                            UnsafeBufferPointer(dx), x, rows: rows, vectors, surrogate: surrogate, dx: dx, dGamma: dGamma, dBeta: dBeta,
                            parallel: parallel)
                    }
                }
            }
        }
        return (dGamma, dBeta)
    }

    /// gradient where the mask's bit is 1, else 0.
    func mask(_ gradient: inout Tensor, by mask: PackedTensor, parallel: Parallel) {
        gradient.withUnsafeMutableElements { g in
            maskGradient(UnsafeBufferPointer(g), mask: mask, into: g, parallel: parallel)
        }
    }

    /// x·sign, element by element.
    func product(of x: Tensor, andSigns signs: PackedTensor, parallel: Parallel) -> Tensor {
        var product = unpackSigns(signs, parallel: parallel)
        product.withUnsafeMutableElements { product in
            x.withUnsafeElements { x in
                nonisolated(unsafe) let (x, product) = (x, product)
                parallel.forEach(product.count, grain: 16_384) { places in
                    for i in places { product[i] *= x[i] }
                }
            }
        }
        return product
    }

    /// gradient·2(1 − |x|) inside [−1, 1], else 0.
    func multiplyByApproxSignDerivative(_ gradient: inout Tensor, at x: Tensor, parallel: Parallel) {
        gradient.withUnsafeMutableElements { g in
            x.withUnsafeElements { x in approxSignGradient(UnsafeBufferPointer(g), x, into: g, parallel: parallel) }
        }
    }

    /// ApproxSign's slopes at x, a byte each.
    func approxSignSlopes(_ x: Tensor, parallel: Parallel) -> AlignedBuffer<UInt8> {
        let slopes = AlignedBuffer<UInt8>(uninitializedCount: x.count)
        x.withUnsafeElements { approxSignSlopes($0, into: UnsafeMutableBufferPointer(start: slopes.pointer, count: x.count), parallel: parallel) }
        return slopes
    }

    /// gradient·slope·2/255.
    func multiply(_ gradient: inout Tensor, bySlopes slopes: AlignedBuffer<UInt8>, parallel: Parallel) {
        gradient.withUnsafeMutableElements { g in
            slopeGradient(UnsafeBufferPointer(g), UnsafeBufferPointer(start: slopes.pointer, count: slopes.count), into: g, parallel: parallel)
        }
    }
}

private func withVectors<Result>(
    _ mean: [Float], _ inverse: [Float], _ gamma: [Float]?, _ beta: [Float], _ body: (BatchNormVectors) -> Result
) -> Result {
    mean.withUnsafeBufferPointer { mean in
        inverse.withUnsafeBufferPointer { inverse in
            beta.withUnsafeBufferPointer { beta in
                withOptionalBuffer(gamma) { gamma in
                    body(BatchNormVectors(mean: mean, inverseDeviation: inverse, gamma: gamma, beta: beta))
                }
            }
        }
    }
}

func withOptionalBuffer<Result>(_ array: [Float]?, _ body: (UnsafeBufferPointer<Float>?) -> Result) -> Result {
    guard let array else { return body(nil) }
    return array.withUnsafeBufferPointer { body($0) }
}
