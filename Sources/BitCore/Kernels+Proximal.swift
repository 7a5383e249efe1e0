internal import CKernels

/// Three levels: `high` above `threshold`, `low` below −threshold, 0 between.
public struct TernaryLevels: Sendable, Hashable {
    public var threshold: Float
    public var low: Float
    public var high: Float

    public init(threshold: Float, low: Float, high: Float) { (self.threshold, self.low, self.high) = (threshold, low, high) }

    var options: sf_levels { sf_levels(threshold: threshold, low: low, high: high) }
}

extension Kernels {
    /// w = s + sgn(w−s)·max(|w−s| − pull, 0) with s = sign(w), sign(0) = +1: the proximal operator of pull·Σ min(|w−1|, |w+1|). Then clamped
    /// to ±clip when clip > 0. An infinite pull gives the signs.
    public func pullToSigns(
        _ weights: UnsafeMutableBufferPointer<Float>, pull: Float, clip: Float = 0, parallel: Parallel = .serial
    ) {
        precondition(pull >= 0, "a pull of \(pull)")
        nonisolated(unsafe) let weights = weights
        split(weights.count, parallel) { start, count in updates.pull_to_signs(weights.baseAddress! + start, count, pull, clip) }
    }

    /// w = (w + pull·T(w)) / (1 + pull), T(w) the level of w.
    public func pullToLevels(
        _ weights: UnsafeMutableBufferPointer<Float>, pull: Float, _ levels: TernaryLevels, parallel: Parallel = .serial
    ) {
        precondition(pull >= 0 && pull.isFinite, "a pull of \(pull)")
        nonisolated(unsafe) let weights = weights
        split(weights.count, parallel) { start, count in
            var options = levels.options
            updates.pull_to_levels(weights.baseAddress! + start, count, pull, &options)
        }
    }

    /// Every weight becomes its level.
    public func toLevels(_ weights: UnsafeMutableBufferPointer<Float>, _ levels: TernaryLevels, parallel: Parallel = .serial) {
        nonisolated(unsafe) let weights = weights
        split(weights.count, parallel) { start, count in
            var options = levels.options
            updates.to_levels(weights.baseAddress! + start, count, &options)
        }
    }

    /// The levels that ternary weight networks use (Li, Zhang, Liu 2016; ProxQuant): threshold `share`·mean |w|, levels the means of the
    /// weights beyond it on each side (0 where there are none).
    public func ternaryLevels(
        of weights: UnsafeBufferPointer<Float>, share: Float = 0.7, parallel: Parallel = .serial
    ) -> TernaryLevels {
        guard weights.count > 0 else { return TernaryLevels(threshold: 0, low: 0, high: 0) }
        let mean = sum(of: weights, parallel, updates.magnitudes) / Double(weights.count)
        let threshold = share * Float(mean)
        let grains = (weights.count + Self.elementGrain - 1) / Self.elementGrain
        var sums = [Double](repeating: 0, count: 2 * grains)
        var counts = [Int](repeating: 0, count: 2 * grains)
        sums.withUnsafeMutableBufferPointer { sums in
            counts.withUnsafeMutableBufferPointer { counts in
                nonisolated(unsafe) let (weights, sums, counts) = (weights, sums, counts)
                parallel.forEach(grains) { range in
                    for grain in range {
                        let start = grain * Self.elementGrain
                        updates.sides(
                            weights.baseAddress! + start, min(Self.elementGrain, weights.count - start), threshold,
                            sums.baseAddress! + 2 * grain, UnsafeMutableRawPointer(counts.baseAddress! + 2 * grain).assumingMemoryBound(to: Int.self))
                    }
                }
            }
        }
        var (high, low, above, below) = (0.0, 0.0, 0, 0)
        for grain in 0..<grains {
            high += sums[2 * grain]
            low += sums[2 * grain + 1]
            above += counts[2 * grain]
            below += counts[2 * grain + 1]
        }
        return TernaryLevels(
            threshold: threshold, low: below > 0 ? Float(low / Double(below)) : 0, high: above > 0 ? Float(high / Double(above)) : 0)
    }
}
