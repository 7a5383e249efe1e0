internal import CKernels

// Batch normalisation over the rows of a [rows × channels] matrix (Ioffe, Szegedy 2015), and what shares its loops. Sums are taken over
// chunks of rows that depend on the shape alone (32 rows in Float32, blocks in Double) and added up in order, so results do not depend on
// the number of threads; a chunk fits in a core's cache, so memory is read once.

/// The input of a batch norm.
public enum BatchNormInput {
    case floats(UnsafeBufferPointer<Float>)
    /// Integers that stand for their product with a factor by channel, rounded to Float32.
    case shorts(UnsafeBufferPointer<Int16>, factors: UnsafeBufferPointer<Float>)

    var count: Int {
        switch self {
        case .floats(let x): x.count
        case .shorts(let x, _): x.count
        }
    }

    var base: UnsafeRawPointer {
        switch self {
        case .floats(let x): UnsafeRawPointer(x.baseAddress!)
        case .shorts(let x, _): UnsafeRawPointer(x.baseAddress!)
        }
    }

    var factors: UnsafeBufferPointer<Float>? {
        switch self {
        case .floats: nil
        case .shorts(_, let factors): factors
        }
    }

    var width: Int {
        switch self {
        case .floats: 4
        case .shorts: 2
        }
    }
}

/// The surrogates that a batch norm's backward pass can apply on its way, when a sign follows it: they need y alone, and y follows from x.
public enum FusedSurrogate: Sendable, Hashable {
    /// No sign follows.
    case none
    case straightThrough(limit: Float)
    case approxSign
}

/// The vectors of a batch norm, one element a channel.
public struct BatchNormVectors {
    public var mean: UnsafeBufferPointer<Float>
    public var inverseDeviation: UnsafeBufferPointer<Float>
    /// nil means 1.
    public var gamma: UnsafeBufferPointer<Float>?
    public var beta: UnsafeBufferPointer<Float>

    public init(
        mean: UnsafeBufferPointer<Float>, inverseDeviation: UnsafeBufferPointer<Float>, gamma: UnsafeBufferPointer<Float>?,
        beta: UnsafeBufferPointer<Float>
    ) {
        (self.mean, self.inverseDeviation, self.gamma, self.beta) = (mean, inverseDeviation, gamma, beta)
    }

    func norm(_ input: BatchNormInput, _ surrogate: FusedSurrogate) -> sf_norm {
        Kernels.check("batch norm", mean.count, input.factors?.count ?? mean.count)
        var norm = sf_norm()
        norm.channels = mean.count
        norm.mean = mean.baseAddress
        norm.inv_std = inverseDeviation.baseAddress
        norm.gamma = gamma?.baseAddress
        norm.beta = beta.baseAddress
        norm.factor = input.factors?.baseAddress
        switch surrogate {
        case .none: norm.surrogate = SF_SURROGATE_NONE
        case .straightThrough(let limit):
            norm.surrogate = SF_SURROGATE_STRAIGHT_THROUGH
            norm.parameter = limit
        case .approxSign: norm.surrogate = SF_SURROGATE_APPROX_SIGN
        }
        return norm
    }

    func check(_ name: String) {
        Kernels.check(name, mean.count, inverseDeviation.count, beta.count, gamma?.count ?? mean.count)
    }
}

extension Kernels {
    /// Mean and biased variance (divided by the number of rows) of each channel. Each chunk of rows sums the squares about its own mean,
    /// and the chunks are joined with the squares of the distances of their means (Chan, Golub, LeVeque 1979).
    public func batchNormStatistics(
        _ x: BatchNormInput, rows: Int, channels: Int, mean: UnsafeMutableBufferPointer<Float>,
        variance: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        Self.check("batchNormStatistics", rows * channels, x.count)
        Self.check("batchNormStatistics", channels, mean.count, variance.count, x.factors?.count ?? channels)
        guard rows > 0 else {
            mean.update(repeating: 0)
            return variance.update(repeating: 0)
        }
        let chunk = Self.chunkRows(channels)
        let partials = chunkPartials(rows, channels, arrays: 2, parallel) { first, count, target in
            switch x {
            case .floats(let x): elementwise.moments(x.baseAddress! + first * channels, channels, count, channels, target, target + channels)
            case .shorts(let x, let factors):
                elementwise.moments_of_shorts(x.baseAddress! + first * channels, count, channels, factors.baseAddress!, target, target + channels)
            }
        }
        let chunks = (rows + chunk - 1) / chunk
        for c in 0..<channels {
            var total = 0.0
            for k in 0..<chunks { total += partials.pointer[2 * k * channels + c] }
            let center = total / Double(rows)
            var squares = 0.0
            for k in 0..<chunks {
                let count = Double(Swift.min(chunk, rows - k * chunk))
                let own = partials.pointer[2 * k * channels + c] / count
                let (far, near) = (own - center, own - Double(Float(own)))
                squares += partials.pointer[(2 * k + 1) * channels + c] + count * (far * far - near * near)
            }
            mean[c] = Float(center)
            variance[c] = Float(Swift.max(squares, 0) / Double(rows))
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

    /// The signs of `batchNorm`'s result as bits, without storing it. Where `kept` is given, floats x go there as integers: multiples of
    /// `unit`, which the caller knows to have 16 bits.
    public func batchNormSigns(
        _ x: BatchNormInput, rows: Int, _ vectors: BatchNormVectors, into signs: inout PackedTensor,
        kept: UnsafeMutableBufferPointer<Int16>? = nil, unit: Float = 1, parallel: Parallel = .serial
    ) {
        vectors.check("batchNormSigns")
        let channels = vectors.mean.count
        Self.check("batchNormSigns", rows * channels, x.count, signs.shape.count, kept?.count ?? x.count)
        Self.check("batchNormSigns", channels, signs.shape.columns)
        if case .shorts = x { precondition(kept == nil, "batchNormSigns: integers of 16 bits are there already") }
        let (base, width, norm) = (x.base, x.width * channels, vectors.norm(x, .none))
        let stride = signs.wordsPerRow
        signs.withUnsafeMutableWords { bits in
            nonisolated(unsafe) let (base, kept, bits, norm) = (base, kept, bits, norm)
            splitRows(rows, channels, parallel) { first, count in
                var norm = norm
                elementwise.normalize_signs(
                    base + first * width, count, &norm, bits.baseAddress! + first * stride, stride,
                    kept.map { $0.baseAddress! + first * channels }, 1 / unit)
            }
        }
    }

    /// y = batchNorm(counts·factors) + shortcut, and with it, where asked for, the bits of y ≥ 0 and ApproxSign's slopes at y: the end of a residual
    /// block and the sign that begins the next, in one pass. `y` may be `shortcut`.
    public func batchNormJoin(
        _ counts: UnsafeBufferPointer<Int16>, factors: UnsafeBufferPointer<Float>, rows: Int, _ vectors: BatchNormVectors,
        shortcut: UnsafeBufferPointer<Float>?, into y: UnsafeMutableBufferPointer<Float>, signs: inout PackedTensor?,
        slopes: ApproxSignSlopes? = nil, parallel: Parallel = .serial
    ) {
        vectors.check("batchNormJoin")
        let channels = vectors.mean.count
        Self.check("batchNormJoin", rows * channels, counts.count, shortcut?.count ?? y.count, y.count, signs?.shape.count ?? y.count, slopes?.count ?? y.count)
        Self.check("batchNormJoin", channels, signs?.shape.columns ?? channels)
        let (norm, stride) = (vectors.norm(.shorts(counts, factors: factors), .none), signs?.wordsPerRow ?? 0)
        func run(_ bits: UnsafeMutablePointer<UInt64>?) {
            nonisolated(unsafe) let (counts, shortcut, y, bits, norm) = (counts, shortcut, y, bits, norm)
            splitRows(rows, channels, parallel) { first, count in
                var norm = norm
                let place = first * channels
                elementwise.normalize_join(
                    counts.baseAddress! + place, count, &norm, shortcut.map { $0.baseAddress! + place }, y.baseAddress! + place,
                    bits.map { $0 + first * stride }, stride, slopes?.from(place) ?? sf_slopes(bytes: nil, words: nil))
            }
        }
        if signs == nil { run(nil) } else { signs!.withUnsafeMutableWords { run($0.baseAddress) } }
    }

    /// The signs of `affine`'s result as bits, without storing it.
    public func affineSigns(
        _ x: UnsafeBufferPointer<Float>, rows: Int, a: UnsafeBufferPointer<Float>, b: UnsafeBufferPointer<Float>,
        into signs: inout PackedTensor, parallel: Parallel = .serial
    ) {
        let channels = a.count
        Self.check("affineSigns", rows * channels, x.count, signs.shape.count)
        Self.check("affineSigns", channels, b.count, signs.shape.columns)
        let stride = signs.wordsPerRow
        signs.withUnsafeMutableWords { bits in
            nonisolated(unsafe) let (x, a, b, bits) = (x, a, b, bits)
            splitRows(rows, channels, parallel) { first, count in
                elementwise.affine_signs(
                    x.baseAddress! + first * channels, count, channels, a.baseAddress!, b.baseAddress!, bits.baseAddress! + first * stride,
                    stride)
            }
        }
    }

    /// Gradients of `batchNorm` when mean and deviation are those of the same rows. With x̂ = (x − mean)·inverseDeviation and g = dy times
    /// the surrogate's factor at y: dBeta = Σ g, dGamma = Σ g·x̂, dx = gamma·inverseDeviation·(g − (dBeta + x̂·dGamma)/rows).
    ///
    /// `dx` may be the memory of `dy`. `dGamma` and `dBeta` are written, not added to. Reads dy and x twice: for the sums, and for dx.
    public func batchNormGradients(
        _ dy: UnsafeBufferPointer<Float>, _ x: BatchNormInput, rows: Int, _ vectors: BatchNormVectors, surrogate: FusedSurrogate = .none,
        dx: UnsafeMutableBufferPointer<Float>, dGamma: UnsafeMutableBufferPointer<Float>, dBeta: UnsafeMutableBufferPointer<Float>,
        parallel: Parallel = .serial
    ) {
        vectors.check("batchNormGradients")
        let channels = vectors.mean.count
        Self.check("batchNormGradients", rows * channels, dy.count, x.count, dx.count)
        Self.check("batchNormGradients", channels, dGamma.count, dBeta.count)
        guard rows > 0, channels > 0 else {
            dGamma.update(repeating: 0)
            return dBeta.update(repeating: 0)
        }
        let (base, width, norm) = (x.base, x.width * channels, vectors.norm(x, surrogate))
        nonisolated(unsafe) let (source, constants) = (base, norm)
        var sums = chunkSums(rows, channels, arrays: 2, parallel) { first, count, target in
            var norm = constants
            elementwise.normalize_sums(
                dy.baseAddress! + first * channels, source + first * width, count, &norm, target, target + channels)
        }
        for c in 0..<channels {
            dBeta[c] = Float(sums[c])
            dGamma[c] = Float(sums[channels + c])
        }
        for c in 0..<2 * channels { sums[c] /= Double(rows) }
        let means = sums.map { Float($0) }
        means.withUnsafeBufferPointer { means in
            nonisolated(unsafe) let (dy, dx, means) = (dy, dx, means)
            splitRows(rows, channels, parallel) { first, count in
                var norm = constants
                elementwise.normalize_gradient(
                    dy.baseAddress! + first * channels, source + first * width, count, &norm, means.baseAddress!,
                    means.baseAddress! + channels, dx.baseAddress! + first * channels)
            }
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
        let totals = chunkSums(rows, channels, arrays: 1, parallel) { first, count, target in
            elementwise.column_sums(x.baseAddress! + first * channels, channels, count, channels, target)
        }
        for c in 0..<channels { sums[c] = Float(totals[c]) }
    }
}
