internal import CKernels

extension Kernels {
    /// Bits from integer sums, row-major [rows × thresholds.count]: +1 where z >= threshold.
    public func threshold(
        _ z: UnsafeBufferPointer<Int32>, rows: Int, thresholds: [Int32], parallel: Parallel = .serial
    ) -> PackedTensor {
        let columns = thresholds.count
        precondition(z.count == rows * columns, "\(rows) rows of \(columns) sums, but \(z.count) integers")
        var result = PackedTensor(minusOnes: Shape([rows, columns]))
        guard rows > 0, columns > 0 else { return result }
        let stride = result.wordsPerRow
        thresholds.withUnsafeBufferPointer { thresholds in
            result.withUnsafeMutableWords { out in
                nonisolated(unsafe) let (z, thresholds, out) = (z, thresholds, out)
                parallel.forEach(rows, grain: Self.rowGrain(columns)) { range in
                    threshold.bits(
                        z.baseAddress! + range.lowerBound * columns, columns, range.count, columns, thresholds.baseAddress!,
                        out.baseAddress! + range.lowerBound * stride, stride)
                }
            }
        }
        return result
    }
}
