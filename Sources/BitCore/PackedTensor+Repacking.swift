extension PackedTensor {
    /// The same signs in the same order under another shape. Where rows change their length, every sign moves: rows start on words.
    /// - Precondition: the same number of signs.
    public func repacked(to newShape: Shape) -> PackedTensor {
        precondition(newShape.count == shape.count, "\(shape.count) signs of packed \(shape) do not fill \(newShape)")
        if newShape.columns == shape.columns { return reshaped(to: newShape) }
        var result = PackedTensor(minusOnes: newShape)
        guard newShape.count > 0 else { return result }
        let (columns, stride) = (shape.columns, wordsPerRow)
        let (newColumns, newStride) = (newShape.columns, result.wordsPerRow)
        withUnsafeWords { source in
            result.withUnsafeMutableWords { target in
                // Runs of signs that are together in both forms are copied at once.
                var (row, column, newRow, newColumn) = (0, 0, 0, 0)
                while row < shape.rows {
                    let run = Swift.min(columns - column, newColumns - newColumn)
                    Self.copyBits(
                        from: source.baseAddress! + row * stride, at: column, to: target.baseAddress! + newRow * newStride, at: newColumn, count: run)
                    column += run
                    newColumn += run
                    if column == columns { (row, column) = (row + 1, 0) }
                    if newColumn == newColumns { (newRow, newColumn) = (newRow + 1, 0) }
                }
            }
        }
        return result
    }

    /// Copies `count` bits, lowest first, to a place that holds zeros.
    public static func copyBits(
        from source: UnsafePointer<UInt64>, at start: Int, to target: UnsafeMutablePointer<UInt64>, at place: Int, count: Int
    ) {
        var done = 0
        if start % 64 == 0, place % 64 == 0 {
            for word in 0..<count / 64 { target[place / 64 + word] = source[start / 64 + word] }
            done = count / 64 * 64
        }
        while done < count {
            // As many bits as the source word, the target word and the run have left.
            let (from, to) = (start + done, place + done)
            let bits = Swift.min(count - done, 64 - from % 64, 64 - to % 64)
            let mask: UInt64 = bits == 64 ? ~0 : (1 << UInt64(bits)) - 1
            target[to / 64] |= (source[from / 64] >> UInt64(from % 64) & mask) << UInt64(to % 64)
            done += bits
        }
    }
}
