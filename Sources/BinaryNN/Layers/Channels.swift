internal import BitCore

// Copies of runs of channels between values that differ in channels alone.

extension Tensor {
    /// The channels `range` of `source` go to those from `first` on.
    mutating func copyChannels(from source: Tensor, _ range: Range<Int>, to first: Int, _ parallel: Parallel) {
        let (width, from) = (shape.columns, source.shape.columns)
        let rows = shape.rows
        withUnsafeMutableElements { target in
            source.withUnsafeElements { source in
                nonisolated(unsafe) let (target, source) = (target, source)
                parallel.forEach(rows, grain: max(1, 16_384 / max(range.count, 1))) { rows in
                    for row in rows {
                        (target.baseAddress! + row * width + first).update(
                            from: source.baseAddress! + row * from + range.lowerBound, count: range.count)
                    }
                }
            }
        }
    }
}

extension PackedTensor {
    /// The channels `range` of `source` go to those from `first` on, which are all −1 before.
    mutating func copyChannels(from source: PackedTensor, _ range: Range<Int>, to first: Int, _ parallel: Parallel) {
        let (width, step) = (wordsPerRow, source.wordsPerRow)
        let rows = shape.rows
        withUnsafeMutableWords { target in
            source.withUnsafeWords { source in
                nonisolated(unsafe) let (target, source) = (target, source)
                let (read, write) = (range.lowerBound % 64, first % 64)
                let isInOneWord = range.count < 64 && read + range.count <= 64 && write + range.count <= 64
                parallel.forEach(rows, grain: max(1, 16_384 / max(range.count, 1))) { rows in
                    if isInOneWord {
                        let mask = (1 &<< UInt64(range.count)) - 1 as UInt64
                        var (from, to) = (
                            source.baseAddress! + rows.lowerBound * step + range.lowerBound / 64,
                            target.baseAddress! + rows.lowerBound * width + first / 64
                        )
                        for _ in rows {
                            to.pointee |= (from.pointee &>> UInt64(read) & mask) &<< UInt64(write)
                            from += step
                            to += width
                        }
                        return
                    }
                    for row in rows {
                        var done = 0
                        while done < range.count {
                            // As many bits as both words still hold.
                            let (read, write) = (range.lowerBound + done, first + done)
                            let count = min(range.count - done, 64 - read % 64, 64 - write % 64)
                            let mask = count == 64 ? ~UInt64(0) : (1 << UInt64(count)) - 1
                            let bits = source[row * step + read / 64] >> UInt64(read % 64) & mask
                            target[row * width + write / 64] |= bits << UInt64(write % 64)
                            done += count
                        }
                    }
                }
            }
        }
    }
}

extension [Activation] {
    /// All values as bits, or nil when one is real.
    var allSigns: [PackedTensor]? {
        var signs: [PackedTensor] = []
        for case .packed(let bits) in self { signs.append(bits) }
        return signs.count == count ? signs : nil
    }
}

extension Signal.Width {
    /// A type that holds the values of all of these.
    static func common(_ widths: [Signal.Width]) -> Signal.Width {
        widths.dropFirst().reduce(widths[0]) { joined, width in
            if joined == width { return joined }
            guard let (a, b) = joined.integers.flatMap({ a in width.integers.map { (a, $0) } }), a.shift == b.shift else { return .real }
            return .integer(bound: Swift.max(a.bound, b.bound), shift: a.shift)
        }
    }

    /// Bound and shift of the whole numbers that a value is; nil for reals.
    var integers: (bound: Int, shift: Int)? {
        switch self {
        case .sign: (1, 0)
        case .byte(let zero, let shift): (255 + abs(zero), shift)
        case .integer(let bound, let shift): (bound, shift)
        case .real: nil
        }
    }
}
