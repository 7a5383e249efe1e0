internal import CKernels

// What diagnostics of training read. Sums are in Double and in an order that depends on the length alone.
extension Kernels {
    /// Σ x². Infinite when an x is, NaN when one is NaN.
    public func squares(_ x: UnsafeBufferPointer<Float>, parallel: Parallel = .serial) -> Double { sum(of: x, parallel, updates.squares) }

    /// Number of |x| ≤ bound.
    public func count(_ x: UnsafeBufferPointer<Float>, within bound: Float, parallel: Parallel = .serial) -> Int {
        nonisolated(unsafe) let x = x
        return count(x.count, parallel) { start, count in updates.within(x.baseAddress! + start, count, bound) }
    }

    /// Number of |r| ≤ the step's threshold, with r of second-order Bop from m and v as they stand.
    public func countRatios(
        m: UnsafeBufferPointer<Float>, v: UnsafeBufferPointer<Float>, within step: Bop2Step, parallel: Parallel = .serial
    ) -> Int {
        Self.check("countRatios", m.count, v.count)
        nonisolated(unsafe) let (m, v) = (m, v)
        return count(m.count, parallel) { start, count in
            var options = step.options
            return updates.ratios_within(m.baseAddress! + start, v.baseAddress! + start, count, &options)
        }
    }

    /// Number of x ≥ 0: the signs that are +1.
    public func countPlusSigns(_ x: UnsafeBufferPointer<Float>, parallel: Parallel = .serial) -> Int {
        nonisolated(unsafe) let x = x
        return count(x.count, parallel) { start, count in updates.plus_signs(x.baseAddress! + start, count) }
    }

    /// Number of ones: the signs that are +1, since padding bits are 0.
    public func countOnes(_ words: UnsafeBufferPointer<UInt64>) -> Int {
        words.baseAddress.map { updates.ones($0, words.count) } ?? 0
    }

    /// True when every x is finite.
    public func isFinite(_ x: UnsafeBufferPointer<Float>, parallel: Parallel = .serial) -> Bool {
        nonisolated(unsafe) let x = x
        return count(x.count, parallel) { start, count in updates.all_finite(x.baseAddress! + start, count) == 0 ? 1 : 0 } == 0
    }

    /// Adds the pieces' numbers; integers, so their order does not matter.
    private func count(_ count: Int, _ parallel: Parallel, _ body: (Int, Int) -> Int) -> Int {
        guard count > 0 else { return 0 }
        var counts = [Int](repeating: 0, count: (count + Self.elementGrain - 1) / Self.elementGrain)
        counts.withUnsafeMutableBufferPointer { counts in
            nonisolated(unsafe) let counts = counts
            split(count, parallel) { start, count in counts[start / Self.elementGrain] = body(start, count) }
        }
        return counts.reduce(0, +)
    }

    /// A sum by stretches of `elementGrain`, each added up on its own, then in order.
    func sum(
        of x: UnsafeBufferPointer<Float>, _ parallel: Parallel, _ body: @convention(c) (UnsafePointer<Float>?, Int) -> Double
    ) -> Double {
        let grains = (x.count + Self.elementGrain - 1) / Self.elementGrain
        guard grains > 0 else { return 0 }
        var sums = [Double](repeating: 0, count: grains)
        sums.withUnsafeMutableBufferPointer { sums in
            nonisolated(unsafe) let (x, sums) = (x, sums)
            parallel.forEach(grains) { range in
                for grain in range {
                    let start = grain * Self.elementGrain
                    sums[grain] = body(x.baseAddress! + start, min(Self.elementGrain, x.count - start))
                }
            }
        }
        return sums.reduce(0, +)
    }
}
