internal import CKernels

// Batch normalisation over the rows of a [rows × channels] matrix (Ioffe, Szegedy 2015), and what shares its loops. Sums run over rows in
// a fixed order (32 rows in Float32, blocks in Double); threads split the channels, so results do not depend on their number.

extension Kernels {
    /// Mean and biased variance (divided by the number of rows) of each channel.
    public func batchNormStatistics(
        _ x: UnsafeBufferPointer<Float>, rows: Int, channels: Int, mean: UnsafeMutableBufferPointer<Float>,
        variance: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        Self.check("batchNormStatistics", rows * channels, x.count)
        Self.check("batchNormStatistics", channels, mean.count, variance.count)
        guard rows > 0 else {
            mean.update(repeating: 0)
            return variance.update(repeating: 0)
        }
        nonisolated(unsafe) let (x, mean, variance) = (x, mean, variance)
        splitChannels(rows, channels, parallel) { first, count in
            elementwise.statistics(
                x.baseAddress! + first, channels, rows, count, mean.baseAddress! + first, variance.baseAddress! + first)
        }
    }

    /// y = ((x − mean)·inverseDeviation)·gamma + beta by channel; `gamma` nil means 1.
    public func batchNorm(
        _ x: UnsafeBufferPointer<Float>, rows: Int, channels: Int, mean: UnsafeBufferPointer<Float>,
        inverseDeviation: UnsafeBufferPointer<Float>, gamma: UnsafeBufferPointer<Float>?, beta: UnsafeBufferPointer<Float>,
        into y: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        Self.check("batchNorm", rows * channels, x.count, y.count)
        Self.check("batchNorm", channels, mean.count, inverseDeviation.count, beta.count, gamma?.count ?? channels)
        nonisolated(unsafe) let (x, y, mean, inverse, gamma, beta) = (x, y, mean, inverseDeviation, gamma, beta)
        splitRows(rows, channels, parallel) { first, count in
            elementwise.normalize(
                x.baseAddress! + first * channels, channels, count, channels, mean.baseAddress!, inverse.baseAddress!, gamma?.baseAddress,
                beta.baseAddress!, y.baseAddress! + first * channels, channels)
        }
    }

    /// y = a·x + b by channel: multiply, round, add, round. The function that lowering turns into integer thresholds. `y` may be `x`.
    public func affine(
        _ x: UnsafeBufferPointer<Float>, rows: Int, channels: Int, a: UnsafeBufferPointer<Float>, b: UnsafeBufferPointer<Float>,
        into y: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        Self.check("affine", rows * channels, x.count, y.count)
        Self.check("affine", channels, a.count, b.count)
        nonisolated(unsafe) let (x, y, a, b) = (x, y, a, b)
        splitRows(rows, channels, parallel) { first, count in
            elementwise.affine(
                x.baseAddress! + first * channels, channels, count, channels, a.baseAddress!, b.baseAddress!,
                y.baseAddress! + first * channels, channels)
        }
    }

    /// Gradients of `batchNorm` when mean and deviation are those of the same rows. With x̂ = (x − mean)·inverseDeviation:
    /// dBeta = Σ dy, dGamma = Σ dy·x̂, dx = gamma·inverseDeviation·(dy − (dBeta + x̂·dGamma)/rows).
    ///
    /// `dx` may be the memory of `dy`. `dGamma` and `dBeta` are written, not added to.
    public func batchNormGradients(
        _ dy: UnsafeBufferPointer<Float>, _ x: UnsafeBufferPointer<Float>, rows: Int, channels: Int, mean: UnsafeBufferPointer<Float>,
        inverseDeviation: UnsafeBufferPointer<Float>, gamma: UnsafeBufferPointer<Float>?, dx: UnsafeMutableBufferPointer<Float>,
        dGamma: UnsafeMutableBufferPointer<Float>, dBeta: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        Self.check("batchNormGradients", rows * channels, dy.count, x.count, dx.count)
        Self.check(
            "batchNormGradients", channels, mean.count, inverseDeviation.count, dGamma.count, dBeta.count, gamma?.count ?? channels)
        guard rows > 0 else {
            dGamma.update(repeating: 0)
            return dBeta.update(repeating: 0)
        }
        nonisolated(unsafe) let (dy, x, dx, mean, inverse) = (dy, x, dx, mean, inverseDeviation)
        nonisolated(unsafe) let (gamma, dGamma, dBeta) = (gamma, dGamma, dBeta)
        splitChannels(rows, channels, parallel) { first, count in
            elementwise.normalize_backward(
                dy.baseAddress! + first, x.baseAddress! + first, channels, rows, count, mean.baseAddress! + first,
                inverse.baseAddress! + first, gamma.map { $0.baseAddress! + first }, dx.baseAddress! + first, dGamma.baseAddress! + first,
                dBeta.baseAddress! + first)
        }
    }

    /// Σ over the rows of each channel: the gradient of a bias.
    public func columnSums(
        _ x: UnsafeBufferPointer<Float>, rows: Int, channels: Int, into sums: UnsafeMutableBufferPointer<Float>,
        parallel: Parallel = .serial
    ) {
        Self.check("columnSums", rows * channels, x.count)
        Self.check("columnSums", channels, sums.count)
        guard rows > 0 else { return sums.update(repeating: 0) }
        nonisolated(unsafe) let (x, sums) = (x, sums)
        splitChannels(rows, channels, parallel) { first, count in
            elementwise.column_sums(x.baseAddress! + first, channels, rows, count, sums.baseAddress! + first)
        }
    }

    /// dx = bit ? dy : 0, with the bits of `packWithin` (straight-through estimator). `dx` may be the memory of `dy`.
    public func maskGradient(
        _ dy: UnsafeBufferPointer<Float>, mask: PackedTensor, into dx: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        let (rows, columns, words) = (mask.shape.rows, mask.shape.columns, mask.wordsPerRow)
        Self.check("maskGradient", rows * columns, dy.count, dx.count)
        mask.withUnsafeWords { bits in
            nonisolated(unsafe) let (dy, dx, bits) = (dy, dx, bits)
            splitRows(rows, columns, parallel) { first, count in
                elementwise.mask_gradient(
                    dy.baseAddress! + first * columns, bits.baseAddress! + first * words, words, count, columns,
                    dx.baseAddress! + first * columns)
            }
        }
    }

    /// dx = dy·2(1 − |x|) where |x| <= 1, else 0: the ApproxSign surrogate (Liu et al. 2018, Bi-Real Net). `dx` may be the memory of `dy`.
    public func approxSignGradient(
        _ dy: UnsafeBufferPointer<Float>, _ x: UnsafeBufferPointer<Float>, into dx: UnsafeMutableBufferPointer<Float>,
        parallel: Parallel = .serial
    ) {
        Self.check("approxSignGradient", dy.count, x.count, dx.count)
        nonisolated(unsafe) let (dy, x, dx) = (dy, x, dx)
        split(dy.count, parallel) { start, count in
            elementwise.approx_sign_gradient(dy.baseAddress! + start, x.baseAddress! + start, count, dx.baseAddress! + start)
        }
    }

    private func splitRows(_ rows: Int, _ columns: Int, _ parallel: Parallel, _ body: (Int, Int) -> Void) {
        guard columns > 0 else { return }
        parallel.forEach(rows, grain: Self.rowGrain(columns)) { body($0.lowerBound, $0.count) }
    }

    /// Threads take whole cache lines of channels, as many as make about 16 Ki elements.
    private func splitChannels(_ rows: Int, _ channels: Int, _ parallel: Parallel, _ body: (Int, Int) -> Void) {
        let grain = Swift.max(1, Self.elementGrain / Swift.max(rows * 16, 1)) * 16
        parallel.forEach(channels, grain: grain) { body($0.lowerBound, $0.count) }
    }
}
