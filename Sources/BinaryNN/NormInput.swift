internal import BitCore

/// Sums of signs as a convolution of signs leaves them: `counts` times a factor by channel, rounded.
struct ScaledSums {
    let shape: Shape
    let counts: AlignedBuffer<Int16>
    let factors: [Float]

    func withUnsafe<Result>(_ body: (UnsafeBufferPointer<Int16>, UnsafeBufferPointer<Float>) -> Result) -> Result {
        defer { withExtendedLifetime(counts) {} }
        return factors.withUnsafeBufferPointer { body(UnsafeBufferPointer(start: counts.pointer, count: counts.count), $0) }
    }
}

/// What a batch norm reads.
enum NormInput {
    case reals(Tensor)
    case sums(ScaledSums)

    var shape: Shape {
        switch self {
        case .reals(let tensor): tensor.shape
        case .sums(let sums): sums.shape
        }
    }

    fileprivate func withUnsafe<Result>(_ body: (BatchNormInput) -> Result) -> Result {
        switch self {
        case .reals(let tensor): tensor.withUnsafeElements { body(.floats($0)) }
        case .sums(let sums): sums.withUnsafe { body(.shorts($0, factors: $1)) }
        }
    }
}

/// The vectors of a batch norm, one element a channel; no gamma means 1.
struct NormVectors {
    let mean: [Float]
    let inverseDeviation: [Float]
    let gamma: [Float]?
    let beta: [Float]

    fileprivate func withUnsafe<Result>(_ body: (BatchNormVectors) -> Result) -> Result {
        mean.withUnsafeBufferPointer { mean in
            inverseDeviation.withUnsafeBufferPointer { inverse in
                beta.withUnsafeBufferPointer { beta in
                    withOptionalBuffer(gamma) { gamma in
                        body(BatchNormVectors(mean: mean, inverseDeviation: inverse, gamma: gamma, beta: beta))
                    }
                }
            }
        }
    }
}

extension Kernels {
    /// Mean and biased variance of each channel (innermost index).
    func channelStatistics(_ x: NormInput, parallel: Parallel) -> (mean: [Float], variance: [Float]) {
        var mean = [Float](repeating: 0, count: x.shape.columns)
        var variance = mean
        x.withUnsafe { values in
            mean.withUnsafeMutableBufferPointer { mean in
                variance.withUnsafeMutableBufferPointer { variance in
                    batchNormStatistics(
                        values, rows: x.shape.rows, channels: x.shape.columns, mean: mean, variance: variance, parallel: parallel)
                }
            }
        }
        return (mean, variance)
    }

    /// ((x − mean)·inverseDeviation)·gamma + beta per channel.
    func normalize(_ x: Tensor, _ vectors: NormVectors, parallel: Parallel) -> Tensor {
        var y = Tensor(uninitialized: x.shape)
        x.withUnsafeElements { values in
            y.withUnsafeMutableElements { y in
                vectors.withUnsafe {
                    batchNorm(
                        values, rows: x.shape.rows, channels: x.shape.columns, mean: $0.mean, inverseDeviation: $0.inverseDeviation, gamma: $0.gamma,
                        beta: $0.beta, into: y, parallel: parallel)
                }
            }
        }
        return y
    }

    /// The same of sums.
    func normalize(_ x: ScaledSums, _ vectors: NormVectors, parallel: Parallel) -> Tensor {
        var y = Tensor(uninitialized: x.shape)
        var none: PackedTensor?
        y.withUnsafeMutableElements { y in
            vectors.withUnsafe { vectors in
                x.withUnsafe { counts, factors in
                    batchNormJoin(
                        counts, factors: factors, rows: x.shape.rows, vectors, shortcut: nil, into: y, signs: &none, parallel: parallel)
                }
            }
        }
        return y
    }

    /// The signs of `normalize`'s result. `unit` not nil: x is floats, whole multiples of it, which are returned as integers.
    func normalizeSigns(
        _ x: NormInput, _ vectors: NormVectors, keptUnit unit: Float?, parallel: Parallel
    ) -> (signs: PackedTensor, kept: AlignedBuffer<Int16>?) {
        var signs = PackedTensor(minusOnes: x.shape)
        let kept = unit.map { _ in AlignedBuffer<Int16>(uninitializedCount: x.shape.count) }
        x.withUnsafe { values in
            vectors.withUnsafe { vectors in
                batchNormSigns(
                    values, rows: x.shape.rows, vectors, into: &signs,
                    kept: kept.map { UnsafeMutableBufferPointer(start: $0.pointer, count: $0.count) }, unit: unit ?? 1, parallel: parallel)
            }
        }
        return (signs, kept)
    }

    /// total + `normalize`, in place where nobody else reads `total`, with its signs where wanted, and ApproxSign's slopes where they have a place.
    func join(
        _ x: ScaledSums, _ vectors: NormVectors, to total: inout Tensor, wantsSigns: Bool, slopes: ApproxSignSlopes?, parallel: Parallel
    ) -> PackedTensor? {
        precondition(total.shape == x.shape, "adding tensors of shapes \(total.shape) and \(x.shape)")
        var signs = wantsSigns ? PackedTensor(minusOnes: x.shape) : nil
        func run(_ shortcut: UnsafeBufferPointer<Float>, _ y: UnsafeMutableBufferPointer<Float>) {
            vectors.withUnsafe { vectors in
                x.withUnsafe { counts, factors in
                    batchNormJoin(
                        counts, factors: factors, rows: x.shape.rows, vectors, shortcut: shortcut, into: y, signs: &signs,
                        slopes: slopes, parallel: parallel)
                }
            }
        }
        total.replace(run)
        return signs
    }

    /// Gradients of `normalize` with batch statistics, and of the sign behind it. `gradient` becomes that of x.
    func normalizeBackward(
        _ gradient: inout Tensor, _ x: NormInput, _ vectors: NormVectors, surrogate: FusedSurrogate, parallel: Parallel
    ) -> (gamma: [Float], beta: [Float]) {
        let (rows, channels) = (gradient.shape.rows, gradient.shape.columns)
        var dGamma = [Float](repeating: 0, count: channels)
        var dBeta = dGamma
        gradient.replace { dy, dx in
            dGamma.withUnsafeMutableBufferPointer { dGamma in
                dBeta.withUnsafeMutableBufferPointer { dBeta in
                    x.withUnsafe { x in
                        vectors.withUnsafe { vectors in
                            batchNormGradients(
                                dy, x, rows: rows, vectors, surrogate: surrogate, dx: dx, dGamma: dGamma, dBeta: dBeta, parallel: parallel)
                        }
                    }
                }
            }
        }
        return (dGamma, dBeta)
    }
}

extension Tensor {
    /// Elements made from the old ones, in their place where nobody else reads them.
    /// - Parameter body: reads the old elements and writes the new ones, which may lie in the same memory.
    fileprivate mutating func replace(_ body: (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void) {
        if isUnique() { return withUnsafeMutableElements { body(UnsafeBufferPointer($0), $0) } }
        var result = Tensor(uninitialized: shape)
        withUnsafeElements { old in result.withUnsafeMutableElements { body(old, $0) } }
        self = result
    }
}
