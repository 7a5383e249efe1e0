internal import CKernels

/// The numbers of second-order Bop: m = m + γ(g−m), v = v + σ(g²−v), r = (first·m) / (√(second·v) + epsilon).
public struct Bop2Step: Sendable, Hashable {
    public var gamma: Float
    public var sigma: Float
    /// 1, or the inverse of the bias correction of m.
    public var first: Float
    /// 1, or the inverse of the bias correction of v.
    public var second: Float
    public var epsilon: Float
    public var threshold: Float

    public init(gamma: Float, sigma: Float, first: Float = 1, second: Float = 1, epsilon: Float = 1e-10, threshold: Float) {
        (self.gamma, self.sigma, self.first, self.second) = (gamma, sigma, first, second)
        (self.epsilon, self.threshold) = (epsilon, threshold)
    }

    var options: sf_bop2_step {
        sf_bop2_step(gamma: gamma, sigma: sigma, first: first, second: second, epsilon: epsilon, threshold: threshold)
    }
}

/// Signs held as bits, with the shape that says where rows begin: `rows` rows of `columns` signs as in `PackedTensor`.
public struct PackedSigns {
    public var words: UnsafeMutableBufferPointer<UInt64>
    public var rows: Int
    public var columns: Int

    /// - Precondition: `words` holds exactly `rows` rows of `columns` signs.
    public init(_ words: UnsafeMutableBufferPointer<UInt64>, rows: Int, columns: Int) {
        let needed = rows * PackedTensor.words(for: columns)
        precondition(words.count == needed, "\(rows)×\(columns) signs take \(needed) words, not \(words.count)")
        (self.words, self.rows, self.columns) = (words, rows, columns)
    }
}

// Steps of rules over signs kept as bits, in place. Gradients and states are dense [rows × columns].
extension Kernels {
    /// One step of Bop (Helwegen et al. 2019): m = (1−γ)m + γg; a sign w flips where w·m > threshold (strictly).
    public func bop(
        _ signs: PackedSigns, gradients: UnsafeBufferPointer<Float>, m: UnsafeMutableBufferPointer<Float>, gamma: Float, threshold: Float,
        parallel: Parallel = .serial
    ) -> UpdateOutcome {
        Self.check("bop", signs.rows * signs.columns, gradients.count, m.count)
        nonisolated(unsafe) let (gradients, m) = (gradients, m)
        return flips(signs, parallel) { bits, stride, start, rows, columns, faults in
            var options = sf_bop_step(gamma: gamma, threshold: threshold)
            return updates.bop(bits, stride, gradients.baseAddress! + start, m.baseAddress! + start, rows, columns, &options, faults)
        }
    }

    /// m = m + γ(g−m); a sign w flips where w·m > threshold (strictly): what `bop2` does without its v.
    public func momentFlips(
        _ signs: PackedSigns, gradients: UnsafeBufferPointer<Float>, m: UnsafeMutableBufferPointer<Float>, gamma: Float, threshold: Float,
        parallel: Parallel = .serial
    ) -> UpdateOutcome {
        Self.check("momentFlips", signs.rows * signs.columns, gradients.count, m.count)
        nonisolated(unsafe) let (gradients, m) = (gradients, m)
        return flips(signs, parallel) { bits, stride, start, rows, columns, faults in
            var options = sf_bop_step(gamma: gamma, threshold: threshold)
            return updates.moment_flips(bits, stride, gradients.baseAddress! + start, m.baseAddress! + start, rows, columns, &options, faults)
        }
    }

    /// One step of second-order Bop: a sign w flips where w·r > threshold (strictly).
    public func bop2(
        _ signs: PackedSigns, gradients: UnsafeBufferPointer<Float>, m: UnsafeMutableBufferPointer<Float>,
        v: UnsafeMutableBufferPointer<Float>, _ step: Bop2Step, parallel: Parallel = .serial
    ) -> UpdateOutcome {
        Self.check("bop2", signs.rows * signs.columns, gradients.count, m.count, v.count)
        nonisolated(unsafe) let (gradients, m, v) = (gradients, m, v)
        return flips(signs, parallel) { bits, stride, start, rows, columns, faults in
            var options = step.options
            return updates.bop2(
                bits, stride, gradients.baseAddress! + start, m.baseAddress! + start, v.baseAddress! + start, rows, columns, &options, faults)
        }
    }

    /// One step of the Boolean accumulator: m = βm − rate·g; where w·m ≤ −1 the sign w flips and m becomes 0.
    public func bold(
        _ signs: PackedSigns, gradients: UnsafeBufferPointer<Float>, m: UnsafeMutableBufferPointer<Float>, beta: Float, rate: Float,
        parallel: Parallel = .serial
    ) -> UpdateOutcome {
        Self.check("bold", signs.rows * signs.columns, gradients.count, m.count)
        nonisolated(unsafe) let (gradients, m) = (gradients, m)
        return flips(signs, parallel) { bits, stride, start, rows, columns, faults in
            var options = sf_bold_step(beta: beta, rate: rate)
            return updates.bold(bits, stride, gradients.baseAddress! + start, m.baseAddress! + start, rows, columns, &options, faults)
        }
    }

    /// Runs a step by blocks of rows. One count and one word of faults for each block, so that pieces do not write to one variable.
    private func flips(
        _ signs: PackedSigns, _ parallel: Parallel,
        _ body: (UnsafeMutablePointer<UInt64>, Int, Int, Int, Int, UnsafeMutablePointer<UInt32>) -> Int
    ) -> UpdateOutcome {
        guard signs.rows > 0, signs.columns > 0 else { return UpdateOutcome(flips: 0) }
        let (columns, words) = (signs.columns, PackedTensor.words(for: signs.columns))
        let block = Self.rowGrain(columns)
        let blocks = (signs.rows + block - 1) / block
        var counts = [Int](repeating: 0, count: blocks)
        var faults = [UInt32](repeating: 0, count: blocks)
        counts.withUnsafeMutableBufferPointer { counts in
            faults.withUnsafeMutableBufferPointer { faults in
                nonisolated(unsafe) let (bits, counts, faults) = (signs.words, counts, faults)
                parallel.forEach(signs.rows, grain: block) { range in
                    let first = range.lowerBound / block
                    counts[first] = body(
                        bits.baseAddress! + range.lowerBound * words, words, range.lowerBound * columns, range.count, columns,
                        faults.baseAddress! + first)
                }
            }
        }
        return UpdateOutcome(flips: counts.reduce(0, +), isFinite: faults.allSatisfy { $0 == 0 })
    }

    /// Bit by bit, what at least half of the voters say; a tie is +1, as sign(0) is.
    /// - Precondition: 1 to 65,535 voters of one shape.
    public func majority(_ voters: [PackedTensor]) -> PackedTensor {
        precondition(!voters.isEmpty && voters.count < 1 << 16, "a vote of \(voters.count)")
        precondition(voters.allSatisfy { $0.shape == voters[0].shape }, "votes of shapes \(voters.map(\.shape))")
        var result = PackedTensor(minusOnes: voters[0].shape)
        func collect(_ rest: ArraySlice<PackedTensor>, _ pointers: [UnsafePointer<UInt64>?]) {
            guard let voter = rest.first else {
                return result.withUnsafeMutableWords { out in
                    guard let target = out.baseAddress else { return }
                    pointers.withUnsafeBufferPointer { updates.majority($0.baseAddress!, pointers.count, out.count, target) }
                }
            }
            voter.withUnsafeWords { collect(rest.dropFirst(), pointers + [$0.baseAddress]) }
        }
        collect(voters[...], [])
        return result
    }
}
