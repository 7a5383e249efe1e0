internal import CKernels

// The passes of a training step over weights, gradients and activations. Pointers, not tensors, because the trainer keeps parameters
// and their optimiser state in flat stores. Every result is the same bits on every instruction set and for every number of threads.

/// One step of Adam (Kingma, Ba 2015): m = β₁m + (1−β₁)g, v = β₂v + (1−β₂)g², w −= rate·m / (√v + epsilon), w clamped to ±clip if clip > 0.
public struct AdamStep: Sendable, Hashable {
    /// The learning rate with the bias corrections in it: α·√(1−β₂ᵗ)/(1−β₁ᵗ) when `epsilon` is the ε̂ of the paper's section 2.
    public var rate: Float
    public var beta1: Float
    public var beta2: Float
    public var epsilon: Float
    /// Bound of the weights after the step; 0 for none.
    public var clip: Float

    public init(rate: Float, beta1: Float, beta2: Float, epsilon: Float, clip: Float = 0) {
        (self.rate, self.beta1, self.beta2, self.epsilon, self.clip) = (rate, beta1, beta2, epsilon, clip)
    }
}

extension Kernels {
    /// One Adam step in place. All four arrays have the same number of elements.
    public func adam(
        weights: UnsafeMutableBufferPointer<Float>, gradients: UnsafeBufferPointer<Float>, m: UnsafeMutableBufferPointer<Float>,
        v: UnsafeMutableBufferPointer<Float>, _ step: AdamStep, parallel: Parallel = .serial
    ) {
        Self.check("adam", weights.count, gradients.count, m.count, v.count)
        nonisolated(unsafe) let (weights, gradients, m, v) = (weights, gradients, m, v)
        split(weights.count, parallel) { start, count in
            var options = sf_adam_step(rate: step.rate, beta1: step.beta1, beta2: step.beta2, epsilon: step.epsilon, clip: step.clip)
            elementwise.adam(
                weights.baseAddress! + start, gradients.baseAddress! + start, m.baseAddress! + start, v.baseAddress! + start, count, &options)
        }
    }

    /// Gradient descent with momentum in place: v = momentum·v + g, w −= rate·v, w clamped to ±clip if clip > 0.
    public func momentum(
        weights: UnsafeMutableBufferPointer<Float>, gradients: UnsafeBufferPointer<Float>, velocity: UnsafeMutableBufferPointer<Float>,
        rate: Float, momentum: Float, clip: Float = 0, parallel: Parallel = .serial
    ) {
        Self.check("momentum", weights.count, gradients.count, velocity.count)
        nonisolated(unsafe) let (weights, gradients, velocity) = (weights, gradients, velocity)
        split(weights.count, parallel) { start, count in
            var options = sf_momentum_step(rate: rate, momentum: momentum, clip: clip)
            elementwise.momentum(
                weights.baseAddress! + start, gradients.baseAddress! + start, velocity.baseAddress! + start, count, &options)
        }
    }

    /// One step of Bop (Helwegen et al. 2019) in place: m = (1−γ)m + γg; a sign w flips where w·m > threshold (strictly).
    ///
    /// - Parameters:
    ///   - bits: `rows` rows of packed signs as in `PackedTensor`.
    ///   - gradients: [rows × columns], as is `m`.
    /// - Returns: the number of flips.
    public func bop(
        bits: UnsafeMutableBufferPointer<UInt64>, rows: Int, columns: Int, gradients: UnsafeBufferPointer<Float>,
        m: UnsafeMutableBufferPointer<Float>, gamma: Float, threshold: Float, parallel: Parallel = .serial
    ) -> Int {
        let words = PackedTensor.words(for: columns)
        precondition(bits.count == rows * words, "bop: \(rows)×\(columns) signs take \(rows * words) words, not \(bits.count)")
        Self.check("bop", rows * columns, gradients.count, m.count)
        guard rows > 0, columns > 0 else { return 0 }
        // One partial count for each block of rows, so that pieces do not write to one variable.
        let block = Self.rowGrain(columns)
        var flips = [Int](repeating: 0, count: (rows + block - 1) / block)
        flips.withUnsafeMutableBufferPointer { flips in
            nonisolated(unsafe) let (bits, gradients, m, flips) = (bits, gradients, m, flips)
            parallel.forEach(rows, grain: block) { range in
                var options = sf_bop_step(gamma: gamma, threshold: threshold)
                flips[range.lowerBound / block] = elementwise.bop(
                    bits.baseAddress! + range.lowerBound * words, words, gradients.baseAddress! + range.lowerBound * columns,
                    m.baseAddress! + range.lowerBound * columns, range.count, columns, &options)
            }
        }
        return flips.reduce(0, +)
    }

    /// y += a·x.
    public func axpy(
        _ a: Float, _ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>, parallel: Parallel = .serial
    ) {
        Self.check("axpy", x.count, y.count)
        nonisolated(unsafe) let (x, y) = (x, y)
        split(x.count, parallel) { start, count in elementwise.axpy(a, x.baseAddress! + start, y.baseAddress! + start, count) }
    }

    /// y = a·y.
    public func scale(_ y: UnsafeMutableBufferPointer<Float>, by a: Float, parallel: Parallel = .serial) {
        nonisolated(unsafe) let y = y
        split(y.count, parallel) { start, count in elementwise.scale(a, y.baseAddress! + start, count) }
    }

    /// y clamped to [−limit, limit]; NaN stays NaN.
    /// - Precondition: the limit is not negative.
    public func clip(_ y: UnsafeMutableBufferPointer<Float>, to limit: Float, parallel: Parallel = .serial) {
        precondition(limit >= 0, "clip to ±\(limit)")
        nonisolated(unsafe) let y = y
        split(y.count, parallel) { start, count in elementwise.clip(limit, y.baseAddress! + start, count) }
    }

    /// Number of signs in which two packed arrays differ: the flips between two states of a kernel.
    public func differingBits(_ a: UnsafeBufferPointer<UInt64>, _ b: UnsafeBufferPointer<UInt64>) -> Int {
        Self.check("differingBits", a.count, b.count)
        guard let x = a.baseAddress, let y = b.baseAddress else { return 0 }
        return elementwise.differing_bits(x, y, a.count)
    }

    /// Number of signs in which two packed tensors of one shape differ.
    public func differingBits(_ a: PackedTensor, _ b: PackedTensor) -> Int {
        precondition(a.shape == b.shape, "flips between packed shapes \(a.shape) and \(b.shape)")
        return a.withUnsafeWords { x in b.withUnsafeWords { y in differingBits(x, y) } }
    }

    /// Elements a thread takes at a time: below this, starting a thread costs more than it saves.
    static let elementGrain = 16_384

    func split(_ count: Int, _ parallel: Parallel, _ body: (Int, Int) -> Void) {
        parallel.forEach(count, grain: Self.elementGrain) { body($0.lowerBound, $0.count) }
    }

    static func check(_ name: String, _ counts: Int...) {
        precondition(counts.allSatisfy { $0 == counts[0] }, "\(name): arrays of different lengths \(counts)")
    }
}
