internal import CKernels

extension Kernels {
    /// Bits from integer sums, row-major [rows × thresholds.count]: +1 where z >= threshold.
    public func threshold(_ z: UnsafeBufferPointer<Int32>, rows: Int, thresholds: [Int32]) -> PackedTensor {
        let columns = thresholds.count
        precondition(z.count == rows * columns, "\(rows) rows of \(columns) sums, but \(z.count) integers")
        var result = PackedTensor(minusOnes: Shape([rows, columns]))
        guard rows > 0, columns > 0 else { return result }
        let stride = result.wordsPerRow
        result.withUnsafeMutableWords { out in
            threshold.bits(z.baseAddress!, columns, rows, columns, thresholds, out.baseAddress!, stride)
        }
        return result
    }
}
